// SPDX-License-Identifier: Apache-2.0

/// The pictures of a clip at a steady rate, upright and of one size.
///
/// Picture `i` is the one that is on screen `i / rate` seconds after the first one appeared, so a
/// variable rate becomes a steady one, and a clip of the asked rate comes through picture for
/// picture. Streaming: two decoded frames and one picture are in memory. A still picture is given
/// once.
package struct ClipReader: ~Copyable {
    private var source: FrameSource
    private var converter: FrameConverter
    private let rate: FrameRate
    /// Containers round times, Matroska to milliseconds; a frame may come as much too late.
    private let tolerance: Double
    private var current: Frame
    private var upcoming: Frame
    /// When the upcoming frame is shown; nil when there is none.
    private var upcomingTime: Double?
    /// When the current frame is no longer shown, if no other follows.
    private var end: Double
    private let isStill: Bool
    private var picture: Picture?
    private var given = 0

    /// Opens a picture or a video and decodes its first frame.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - rate: pictures per second.
    ///   - width: of the pictures, in pixels.
    ///   - height: of the pictures, in pixels.
    ///   - scaling: `nearest` for masks.
    ///   - background: what is seen through transparent pixels; black for masks.
    ///   - framing: how a frame of another shape fits.
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`, `decoderMissing`.
    package init(
        path: String, rate: FrameRate, width: Int, height: Int, scaling: Scaling = .smooth,
        background: Background = .white, framing: Framing = .cover
    ) throws(MediaError) {
        precondition(width > 0 && height > 0, "pictures of \(width)x\(height) have no pixels")
        var source = try FrameSource(path: path)
        var first = Frame()
        var second = Frame()
        // The first call gives a frame or throws.
        _ = try source.next(&first)
        let time = try source.next(&second)
        upcomingTime = time
        isStill = time == nil
        end = source.duration(of: first)
        converter = FrameConverter(
            size: (width, height), framing: framing, scaling: scaling, background: background,
            path: path)
        self.rate = rate
        // A clock that ticks slowly ticks with the frames, as in AVI: nothing is rounded.
        let rounding = source.tick < 0.011 ? max(source.tick * 0.51, 0.0006) : 0.0006
        tolerance = min(rounding, 0.25 / rate.value)
        self.source = source
        current = first
        upcoming = second
    }

    /// The next picture, or nil after the last.
    ///
    /// - Throws: `damaged` with the second where the clip breaks, `beyondLimit`, `fileFailed`.
    package mutating func next() throws(MediaError) -> Picture? {
        let moment = Double(given * rate.denominator) / Double(rate.numerator)
        if isStill {
            guard given == 0 else { return nil }
        } else {
            while let time = upcomingTime, time <= moment + tolerance { try advance() }
            // Less than a quarter of its time on screen is no picture of its own.
            if upcomingTime == nil, given > 0, moment >= end - 0.25 / rate.value { return nil }
        }
        given += 1
        if let picture { return picture }
        let fresh = try converter.picture(of: current, source.appearance(of: current))
        picture = fresh
        return fresh
    }

    /// Puts the upcoming frame on screen and decodes the one after it.
    private mutating func advance() throws(MediaError) {
        guard let time = upcomingTime else { return }
        swap(&current, &upcoming)
        picture = nil
        end = time + source.duration(of: current)
        upcomingTime = try source.next(&upcoming)
    }
}
