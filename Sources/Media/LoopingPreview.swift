// SPDX-License-Identifier: Apache-2.0

/// The first seconds of a clip as a small animated WebP, for whoever looks through many results.
///
/// At most ``seconds``, ``side`` pixels, ``rate`` pictures a second and ``byteLimit`` bytes: of a
/// faster clip some pictures are left out, and of one that does not fit the end. One picture is held
/// at a time.
package struct LoopingPreview: ~Copyable {
    /// What it lasts at most.
    package static let seconds = 3.0
    /// Pixels of its longer side, at most.
    package static let side = 320
    /// Pictures a second, at most; those of a slower clip all come.
    package static let rate = 12.0
    /// Bytes of the file, at most: 512 KiB.
    package static let byteLimit = 512 << 10
    /// More than one picture of this size and quality takes: 10 bits a pixel.
    private static let pictureLimit = 128 << 10
    private static let quality = 60

    private var encoder: VideoEncoder
    /// Every how many pictures of the clip one is taken, and how many of them are looked at.
    private let stride: Int
    private let span: Int
    private var appended = 0

    /// Opens the file at `path`, replacing what stood there; the folder exists.
    ///
    /// * `width`, `height`: Of the pictures to come, 16…8192 pixels.
    /// * `framesPerSecond`: Of the clip.
    /// * `comment`: As a ``VideoEncoder`` takes it.
    /// - Throws: `outOfRange`, `encoderMissing`, `fileFailed`, `libavFailed`.
    package init(
        path: String, width: Int, height: Int, framesPerSecond: FrameRate, comment: String
    ) throws(MediaError) {
        let scale = min(1, Double(Self.side) / Double(max(width, height)))
        func scaled(_ side: Int) -> Int {
            max(MediaLimits.side.lowerBound, Int((Double(side) * scale).rounded()))
        }
        stride = max(1, Int((framesPerSecond.value / Self.rate).rounded(.up)))
        span = max(1, Int(framesPerSecond.value * Self.seconds))
        encoder = try VideoEncoder(
            path: path, width: width, height: height,
            framesPerSecond: try FrameRate(framesPerSecond.value / Double(stride)),
            comment: comment, format: .webp,
            delivery: scale < 1
                ? Delivery(width: scaled(width), height: scaled(height)) : .unchanged,
            quality: Self.quality)
    }

    /// Takes the clip's next picture, or passes it over.
    ///
    /// - Throws: `fileFailed`, `libavFailed`.
    package mutating func append(_ picture: Picture) throws(MediaError) {
        defer { appended += 1 }
        guard appended % stride == 0, appended < span,
            encoder.bytes + Self.pictureLimit <= Self.byteLimit
        else { return }
        try encoder.append(picture)
    }

    /// Completes and closes the file; at least one picture has come.
    ///
    /// - Throws: `fileFailed`, `libavFailed`.
    package consuming func finish() throws(MediaError) -> StoredVideo {
        try encoder.finish()
    }
}
