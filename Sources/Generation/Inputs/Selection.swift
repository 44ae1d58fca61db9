// SPDX-License-Identifier: Apache-2.0

import Media
import Requests
import Tracking

/// What a mask selects on every frame of a clip: read, computed, or followed through it.
final class Selection {
    private let source: SourceClip
    private let reel: Reel
    private let method: Method
    private let isInverted: Bool
    private var done = 0
    private var tracker: SubjectTracker?
    /// Frames of which something, and frames of which everything is selected.
    private var (touched, filled, lost) = (0, 0, 0)

    private enum Method {
        /// Another clip, in which white is selected.
        case clip(SourceClip)
        /// Everything near a colour.
        case color(red: UInt8, green: UInt8, blue: UInt8, tolerance: Double)
        /// What a shape covers on one frame, followed from there to both ends.
        case following(Mask, from: Int)
    }

    /// Prepares the selection on `source`, which is complete when `advance` is called first.
    ///
    /// - Throws: `GenerationError.input` and `.scratch`.
    init(
        _ masking: Mode.Masking, on source: SourceClip, from inputs: Inputs, plan: Plan,
        in directory: String
    ) throws(GenerationError) {
        self.source = source
        isInverted = masking.affect == .background
        reel = try Reel(frameBytes: plan.width * plan.height, in: directory)
        let size = (width: plan.width, height: plan.height)
        switch masking.selection {
        case .color(let red, let green, let blue, let tolerance):
            method = .color(red: red, green: green, blue: blue, tolerance: tolerance)
        case .file(let name, let at):
            guard try inputs.facts(of: name, for: .mask).kind == .still else {
                method = .clip(
                    try SourceClip(
                        name, for: .mask, from: inputs, plan: plan, in: directory,
                        scaling: .nearest, background: .black))
                return
            }
            let picture = try inputs.reading(name, for: .mask) { path throws(MediaError) in
                try PictureFile.read(path, background: .black)
                    .framed(width: size.width, height: size.height, scaling: .nearest)
            }
            method = .following(Mask(luminanceOf: picture), from: plan.frame(at: at))
        case .box(let x, let y, let width, let height, let at):
            let shapes = try Selection.shapes(on: masking.video, inputs, size)
            method = .following(
                shapes.box(x: x, y: y, width: width, height: height), from: plan.frame(at: at))
        case .outline(let points, let at):
            let shapes = try Selection.shapes(on: masking.video, inputs, size)
            method = .following(
                shapes.outline(points.map { SIMD2($0.x, $0.y) }), from: plan.frame(at: at))
        }
    }

    /// Shapes given in fractions of the source's own frame.
    private static func shapes(
        on video: MediaPath, _ inputs: Inputs, _ size: (width: Int, height: Int)
    ) throws(GenerationError) -> MaskShapes {
        let facts = try inputs.facts(of: video, for: .video)
        return MaskShapes(
            sourceWidth: facts.width, sourceHeight: facts.height, width: size.width,
            height: size.height)
    }

    /// Whether every frame has its mask.
    var isComplete: Bool { done == source.frames }

    /// Finds the mask of one more frame.
    ///
    /// - Throws: `GenerationError.input` and `.scratch`.
    func advance() throws(GenerationError) {
        switch method {
        case .clip(let clip):
            if !clip.isComplete { return try clip.readOn() }
            try keep(Mask(luminanceOf: try clip.picture(at: done)), at: done)
        case .color(let red, let green, let blue, let tolerance):
            let picture = try source.picture(at: done)
            try keep(
                colourMask(
                    of: picture, red: red, green: green, blue: blue, tolerance: tolerance),
                at: done)
        case .following(let mask, let first):
            try follow(mask, from: first)
        }
    }

    /// Goes from the given frame to the last one, then from there back to the first.
    private func follow(_ mask: Mask, from first: Int) throws(GenerationError) {
        let forwards = source.frames - first
        if done == 0 || done == forwards {
            // The backward way begins where the forward way began.
            tracker = SubjectTracker(mask, on: try source.picture(at: first))
            if done == 0 { return try keep(mask, at: first) }
        }
        let index = done < forwards ? first + done : first - 1 - (done - forwards)
        let picture = try source.picture(at: index)
        guard let found = tracker?.follow(picture) else { preconditionFailure("no tracker") }
        if tracker?.isLost == true { lost += 1 }
        try keep(found, at: index)
    }

    private func keep(_ mask: Mask, at index: Int) throws(GenerationError) {
        let mask = isInverted ? mask.inverted : mask
        let coverage = mask.coverage
        if coverage > 0 { touched += 1 }
        if coverage == 1 { filled += 1 }
        try reel.write(mask.values, at: index)
        done += 1
    }

    /// The mask of frame `index`; beyond the clip that of the last frame.
    func mask(at index: Int) throws(GenerationError) -> Mask {
        Mask(
            width: source.width, height: source.height,
            values: try reel.frame(at: min(index, source.frames - 1)))
    }

    /// What the user should know about a selection that is complete.
    var warnings: [String] {
        if touched == 0 {
            return [
                "The mask selects nothing in any frame, so the video is the source unchanged. "
                    + "White in the mask is what changes."
            ]
        }
        if filled == source.frames {
            return [
                "The mask selects everything in every frame, so nothing of the source is kept. "
                    + "White in the mask is what changes, black is what stays."
            ]
        }
        guard lost > 0 else { return [] }
        return [
            "The subject of the mask was not to be found in \(lost) of \(source.frames) frames; "
                + "those frames were left as they are."
        ]
    }
}
