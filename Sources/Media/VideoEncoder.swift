// SPDX-License-Identifier: Apache-2.0

import CAV

/// Writes pictures as H.264 in MP4 that every browser, phone and player shows alike.
///
/// 8-bit 4:2:0, BT.709 tags and limited range, index in front, constant quality, the `comment`
/// tag of the file, no creation time: equal pictures give equal bytes. A file is worth keeping only
/// after ``finish()`` returned; before that, or after an error, an incomplete one may stand at its
/// path, closed, and the caller removes it. Not safe to use from two threads at once.
package struct VideoEncoder: ~Copyable {
    /// Size of the stored pictures: the given size, each side rounded up to an even number.
    ///
    /// 4:2:0 has no odd sizes; the last column or row is repeated once.
    package let storedWidth: Int
    package let storedHeight: Int
    /// Pictures appended so far.
    package private(set) var frames = 0

    private let rate: FrameRate
    private let width: Int
    private let height: Int
    private var encoder: FrameEncoder
    private var muxer: Muxer
    private var scaler: Scaler
    private var source: Frame
    private var converted: Frame
    private var packet = Packet()

    /// Opens the encoder, then creates the file at `path`, replacing what stood there.
    ///
    /// - Parameters:
    ///   - path: where the video goes; its folder exists.
    ///   - width: 16…8192 pixels.
    ///   - height: 16…8192 pixels.
    ///   - framesPerSecond: every picture lasts exactly one such period.
    ///   - comment: text for the `comment` tag, at most 64 KiB of UTF-8, no NUL; empty for no tag.
    ///   - format: the kind of file.
    ///   - delivery: another size or rate than that of the pictures.
    ///   - sound: the file whose sound goes along; formats without sound leave it out.
    ///   - encoderName: libavcodec's name of the encoder; tests ask for one that does not exist.
    /// - Throws: `outOfRange`, `encoderMissing`, `fileFailed`, `libavFailed`; no file is created
    ///   by the first two.
    package init(
        path: String, width: Int, height: Int, framesPerSecond: FrameRate, comment: String,
        format: VideoFormat = .mp4, delivery: Delivery = .unchanged, sound: SoundSource? = nil,
        encoderName: String = "libx264"
    ) throws(MediaError) {
        try MediaLimits.check(width: width, height: height)
        try MediaLimits.check(comment: comment)
        let (wide, tall) = (width + width % 2, height + height % 2)
        var encoder = try FrameEncoder(
            named: encoderName, path: path, width: wide, height: tall, layout: .video)
        try Self.open(&encoder, rate: framesPerSecond)
        let scaler = try Scaler(width: wide, height: tall, from: .rgb, to: .video)
        var muxer = try Muxer(path: path, clock: unsafe encoder.context.pointee.time_base)
        try muxer.begin(encoder, rate: framesPerSecond, comment: comment)

        self.scaler = scaler
        self.muxer = muxer
        self.encoder = encoder
        source = Frame(width: wide, height: tall, layout: .rgb)
        converted = Frame(width: wide, height: tall, layout: .video)
        rate = framesPerSecond
        (self.width, self.height) = (width, height)
        (storedWidth, storedHeight) = (wide, tall)
    }

    /// Chooses what the video is encoded with.
    ///
    /// - One tick of the clock is one frame, so times are exact for every rate.
    /// - Without B-frames pictures are stored in the order they are shown: the first one is at time
    ///   zero without an edit list, which some readers ignore.
    /// - A key frame at least every two seconds makes seeking in a clip quick.
    /// - CRF 16 is visually lossless (18 is commonly called so) at a size that still streams.
    private static func open(
        _ encoder: inout FrameEncoder, rate: FrameRate
    ) throws(MediaError) {
        let context = unsafe encoder.context
        unsafe context.pointee.time_base = AVRational(
            num: Int32(rate.denominator), den: Int32(rate.numerator))
        unsafe context.pointee.framerate = AVRational(
            num: Int32(rate.numerator), den: Int32(rate.denominator))
        unsafe context.pointee.color_primaries = AVCOL_PRI_BT709
        unsafe context.pointee.color_trc = AVCOL_TRC_BT709
        unsafe context.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
        unsafe context.pointee.max_b_frames = 0
        unsafe context.pointee.gop_size = Int32(max(1, (rate.value * 2).rounded()))
        // MP4 keeps the parameter sets in its own header.
        unsafe context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        try encoder.open(options: [("preset", "medium"), ("crf", "16")])
    }

    /// Adds one picture of the video's size.
    ///
    /// - Throws: `outOfRange` after 100 000 frames, `fileFailed`, `libavFailed`.
    package mutating func append(_ picture: Picture) throws(MediaError) {
        precondition(
            picture.width == width && picture.height == height,
            "a video of \(width)x\(height) cannot take a picture of "
                + "\(picture.width)x\(picture.height)")
        guard frames < MediaLimits.frames.upperBound else {
            throw .outOfRange(
                field: "frames", wanted: "at most \(MediaLimits.frames.upperBound)", got: "more")
        }
        Diagnostics.begin()
        source.load(picture.extendedToEven())
        scaler.convert(source, into: &converted)
        unsafe converted.pointer.pointee.pts = Int64(frames)
        frames += 1
        try encoder.send(converted)
        try writePackets()
    }

    /// Completes and closes the file.
    ///
    /// - Throws: `fileFailed`, `libavFailed`; the file is then closed and incomplete.
    @discardableResult
    package consuming func finish() throws(MediaError) -> StoredVideo {
        precondition(frames > 0, "a video needs at least one picture")
        Diagnostics.begin()
        try encoder.drain()
        try writePackets()
        try muxer.finish()
        return StoredVideo(
            width: storedWidth, height: storedHeight, frames: frames, framesPerSecond: rate,
            hasSound: false, soundProblem: nil)
    }

    private mutating func writePackets() throws(MediaError) {
        while try encoder.receive(&packet) { try muxer.write(&packet) }
    }
}
