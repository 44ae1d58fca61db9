// SPDX-License-Identifier: Apache-2.0

import CAV

/// Writes pictures, and sound if there is any, as a video that every browser, phone and player
/// shows alike.
///
/// 8-bit BT.709 in limited range and tagged so (MP4, WebM), index in front (MP4), constant quality,
/// the comment in the file, and the statement that a model made it (``SourceStatement``), no
/// creation time: equal pictures give equal bytes. What a ``Delivery`` asks for is done on the way. Memory does not grow with the length of the clip.
///
/// A file is worth keeping only after ``finish()`` returned; before that, or after an error, an
/// incomplete one may stand at its path, closed, and the caller removes it. Not safe to use from
/// two threads at once.
package struct VideoEncoder: ~Copyable {
    /// Size of the stored pictures: the given or delivered size, each side made even in MP4 and
    /// WebM.
    ///
    /// 4:2:0 has no odd sizes; where no size is asked for, the last column or row is repeated once.
    package var storedWidth: Int { shape.width }
    package var storedHeight: Int { shape.height }
    /// Pictures appended so far.
    package private(set) var frames = 0
    /// Bytes of the file so far, without what the encoder still holds back.
    var bytes: Int { container.bytes }

    private let shape: DeliveredShape
    private let adaptation: Adaptation
    private var encoder: FrameEncoder
    private let container: any Container
    private var soundtrack: Soundtrack?
    private let hasSound: Bool
    private var soundProblem: String?
    private let path: String
    private let comment: String
    private var frame: Frame
    private var packet = Packet()
    private var soundPacket = Packet()
    private var stored = 0

    /// Opens the encoder, then creates the file at `path`, replacing what stood there.
    ///
    /// - Parameters:
    ///   - path: where the video goes; its folder exists.
    ///   - width: 16…8192 pixels.
    ///   - height: 16…8192 pixels.
    ///   - framesPerSecond: every picture lasts exactly one such period.
    ///   - comment: text for the `comment` tag, at most 64 KiB of UTF-8, no NUL; empty for no tag.
    ///     A GIF has it as its comment, WebP as `ImageDescription`.
    ///   - format: the kind of file.
    ///   - delivery: another size or rate than that of the pictures.
    ///   - sound: the file whose sound goes along; formats without sound leave it out. Trouble with
    ///     it never costs the video: ``StoredVideo/soundProblem`` says what was the matter.
    ///   - quality: of WebP, 1 (smallest) to 100 (best); that of a finished video when absent.
    ///   - encoderName: libavcodec's name of the encoder; tests ask for one that does not exist.
    /// - Throws: `outOfRange`, `encoderMissing`, `fileFailed`, `libavFailed`; no file is created
    ///   by the first two.
    package init(
        path: String, width: Int, height: Int, framesPerSecond: FrameRate, comment: String,
        format: VideoFormat = .mp4, delivery: Delivery = .unchanged, sound: SoundSource? = nil,
        quality: Int? = nil, encoderName: String? = nil
    ) throws(MediaError) {
        let shape = try DeliveredShape(
            width: width, height: height, rate: framesPerSecond, delivery: delivery,
            format: format)
        try MediaLimits.check(comment: comment)
        let settings = EncoderSettings(format, quality: quality)
        var encoder = try FrameEncoder(
            named: encoderName ?? settings.name, path: path, width: shape.width,
            height: shape.height, layout: format.codedLayout)
        try settings.open(&encoder, rate: shape.rate, format: format)
        let adaptation = try Adaptation(shape, format: format, path: path)
        var soundtrack: Soundtrack?
        var problem: String?
        let container: any Container
        if format == .webp {
            container = try WebPFile(
                path: path, width: shape.width, height: shape.height, rate: shape.rate,
                comment: comment)
        } else {
            let muxer = try Muxer(
                path: path, format: format, encoder: encoder, rate: shape.rate, comment: comment)
            if let sound, format.hasSound {
                do throws(MediaError) {
                    soundtrack = try Soundtrack(sound, for: format)
                } catch { problem = "the video has no sound: \(error)" }
            }
            if let opened = soundtrack.take() {
                try muxer.addSound(opened)
                soundtrack = consume opened
            }
            try muxer.begin()
            container = muxer
        }
        hasSound = soundtrack != nil
        soundProblem = problem
        self.soundtrack = soundtrack
        self.encoder = encoder
        self.adaptation = adaptation
        self.container = container
        self.shape = shape
        self.path = path
        self.comment = comment
        frame =
            format == .gif
            ? Frame()
            : Frame(width: shape.width, height: shape.height, layout: format.codedLayout)
    }

    /// Adds one picture of the size the encoder was made for.
    ///
    /// - Throws: `outOfRange` after 100 000 frames, `fileFailed`, `libavFailed`.
    package mutating func append(_ picture: Picture) throws(MediaError) {
        let size = shape.source
        precondition(
            picture.width == size.width && picture.height == size.height,
            "a video of \(size.width)x\(size.height) cannot take a picture of "
                + "\(picture.width)x\(picture.height)")
        let most = MediaLimits.frames.upperBound
        guard frames < most, shape.stored(for: frames + 1) <= most else {
            throw .outOfRange(field: "frames", wanted: "at most \(most)", got: "more")
        }
        Diagnostics.begin()
        frames += 1
        try adaptation.append(picture)
        try encodeFrames()
    }

    /// Completes and closes the file, reads its comment back, and says what it holds.
    ///
    /// - Throws: `fileFailed`, `libavFailed`; the file is then closed and incomplete. `commentLost`
    ///   where the comment does not stand in the file.
    @discardableResult
    package consuming func finish() throws(MediaError) -> StoredVideo {
        precondition(frames > 0, "a video needs at least one picture")
        Diagnostics.begin()
        try adaptation.end()
        try encodeFrames()
        try encoder.drain()
        try writePackets()
        try writeSound(until: .infinity)
        if let problem = soundtrack?.problem { soundProblem = soundProblem ?? problem }
        try container.finish()
        if !comment.isEmpty, try StoredComment.read(path) != comment {
            throw .commentLost(path: path)
        }
        return StoredVideo(
            width: shape.width, height: shape.height, frames: stored,
            framesPerSecond: shape.rate, hasSound: hasSound, soundProblem: soundProblem)
    }

    private mutating func encodeFrames() throws(MediaError) {
        while try adaptation.next(&frame) {
            try encoder.send(frame)
            try writePackets()
        }
    }

    private mutating func writePackets() throws(MediaError) {
        while try encoder.receive(&packet) {
            try writeSound(until: Double(stored) / shape.rate.value)
            try container.writePicture(&packet)
            stored += 1
        }
    }

    /// Writes the sound that belongs before the moment `seconds`, so that it stands near its
    /// pictures in the file.
    private mutating func writeSound(until seconds: Double) throws(MediaError) {
        while soundtrack != nil {
            do throws(MediaError) {
                guard try soundtrack?.next(&soundPacket, until: seconds) == true else { return }
            } catch {
                soundProblem = "the sound ends early: \(error)"
                soundtrack = nil
                return
            }
            try container.writeSound(&soundPacket)
        }
    }
}
