// SPDX-License-Identifier: Apache-2.0

/// A stretch of a clip that the model makes in one piece.
///
/// A clip longer than the model's own length is made window by window: each begins with the last
/// frames of the one before, which are kept, and the model goes on from there.
struct Window: Equatable, Sendable {
    /// The clip's frame that the window begins with.
    let start: Int
    /// Frames of the window, one more than a multiple of the autoencoder's step in time.
    let count: Int
    /// Frames at its beginning that are known from the window before.
    let kept: Int
    /// Frames at its end that are the clip's first ones again, to close a loop.
    let closing: Int

    /// The frames that the window adds to the clip.
    var added: Range<Int> { start + kept..<start + count - closing }

    /// The windows of a clip.
    ///
    /// * `frames`: The clip's length, 1 more than a multiple of `step`.
    /// * `longest`: The model's own length, likewise.
    /// * `overlap`: Frames that a window keeps of the one before, likewise, fewer than `longest`.
    /// * `step`: Frames to one latent frame.
    /// - Returns: nil where a loop does not fit: it takes two windows, and the second one has room
    ///   for the overlap, for something new and for the closing frames.
    static func cover(
        frames: Int, longest: Int, overlap: Int, step: Int, isLoop: Bool = false
    ) -> [Window]? {
        guard isLoop else {
            var windows = [Window(start: 0, count: min(frames, longest), kept: 0, closing: 0)]
            while let last = windows.last, last.added.upperBound < frames {
                let made = last.added.upperBound
                let count = min(overlap + frames - made, longest)
                windows.append(
                    Window(start: made - overlap, count: count, kept: overlap, closing: 0))
            }
            return windows
        }
        // The first window is what is left when the others are full, at least half a clip.
        guard frames > step, longest >= overlap + 2 * step else { return nil }
        let half = (frames / 2 / step) * step + 1
        var windows = [Window(start: 0, count: min(half, longest), kept: 0, closing: 0)]
        while let last = windows.last, last.added.upperBound < frames {
            let made = last.added.upperBound
            let kept = min(overlap, made)
            let rest = frames - made
            if kept + rest + step <= longest {
                windows.append(
                    Window(
                        start: made - kept, count: kept + rest + step, kept: kept, closing: step))
            } else {
                // Leave something for the window that closes the loop.
                let count = min(longest, kept + rest - step)
                windows.append(Window(start: made - kept, count: count, kept: kept, closing: 0))
            }
        }
        return windows
    }
}
