// SPDX-License-Identifier: Apache-2.0

import Media
import Tensors

/// One clip on its way through its windows: which frames are known, and what new ones become.
struct Take {
    /// From 0; each variation is a take with a seed of its own.
    let number: Int
    let seed: UInt64
    private let mode: any GenerationMode
    private let windows: [Window]
    private let step: Int
    private var index = 0
    /// The clip's first frames, to which a loop returns.
    private var head: [Picture] = []
    /// The last frames so far, newest last; as many as the next window keeps.
    private var tail: [Picture] = []
    /// What the decoder made of the frames that the present window keeps.
    private var remade: [Picture] = []
    /// Frames that the present window keeps, from the window before.
    private var kept: [Picture] = []
    private var match: ColourMatch?
    private var position = 0
    private var fade: AnchorFade

    init(number: Int, seed: UInt64, mode: any GenerationMode, plan: Plan) {
        self.number = number
        self.seed = seed
        self.mode = mode
        windows = plan.windows
        step = plan.latent.time
        fade = AnchorFade(panels: mode.anchors)
    }

    /// The window that is worked on; nil when the clip is complete.
    var window: Window? { index < windows.count ? windows[index] : nil }

    /// The number of the present window, from 0.
    var windowNumber: Int { index }

    /// Whether the control branch has something to say about the present window.
    var isLed: Bool {
        guard let window else { return false }
        return !mode.isLedByWordsAlone || window.kept + window.closing > 0
    }

    /// The seed of the present window's noise: the clip's own, then others far from it.
    var windowSeed: UInt64 {
        // Weyl's sequence by the golden ratio: never near another variation's seed + 1.
        seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
    }

    /// What is known of a frame of the present window.
    ///
    /// Frames of the window before and the frames that a loop returns to are kept; all others are
    /// led by the mode (VACE's rule for a task within an extension).
    func lead(_ position: Int) throws(GenerationError) -> Lead {
        guard let window else { preconditionFailure("the clip is complete") }
        if position < window.kept { return .kept(kept[position]) }
        let closing = position - (window.count - window.closing)
        if closing >= 0 { return .kept(head[min(closing, head.count - 1)]) }
        return try mode.lead(window.start + position)
    }

    /// Takes the decoder's next frame of the present window.
    ///
    /// - Returns: Frames of the result, in their order; they may lag behind by a few.
    mutating func receive(_ picture: Picture) throws(GenerationError) -> [Picture] {
        guard let window else { preconditionFailure("the clip is complete") }
        defer { position += 1 }
        if position < window.kept {
            remade.append(picture)
            // Each pass through the autoencoder shifts colours a little; without this correction
            // the shifts of many windows add up.
            if remade.count == window.kept { match = ColourMatch(from: remade, to: kept) }
            return []
        }
        guard position < window.count - window.closing else { return [] }
        let matched = match.map { $0(picture) } ?? picture
        let finished = try mode.finish(matched, at: window.start + position)
        if head.count < step { head.append(finished) }
        tail.append(finished)
        if tail.count > overlap { tail.removeFirst() }
        return fade.append(finished)
    }

    /// Goes on to the next window.
    ///
    /// - Returns: The frames that were held back, after the last window.
    mutating func endWindow() -> [Picture] {
        index += 1
        (position, remade, match) = (0, [], nil)
        kept = Array(tail.suffix(window?.kept ?? 0))
        return window == nil ? fade.finish() : []
    }

    private var overlap: Int { windows.map(\.kept).max() ?? 0 }
}
