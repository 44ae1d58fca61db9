// SPDX-License-Identifier: Apache-2.0

import CAV

/// Reads the pictures of an MP4, PNG or JPEG file, in the order they are shown.
package struct VideoDecoder: ~Copyable {
    /// Size of the pictures, 16…8192 each.
    package let width: Int
    package let height: Int
    /// The average rate of a video; nil for a still picture.
    package let frameRate: FrameRate?
    /// How many frames the file says it has, or nil when it does not say.
    package let frameCount: Int?
    /// How long the video lasts, or nil for a still picture.
    package let duration: PresentationTime?
    package let colour: ColourTags
    package let comment: String?

    private var demuxer: Demuxer
    private var decoder: FrameDecoder
    private var scaler: Scaler?
    private var decoded = Frame()
    private var converted: Frame
    private var packet = Packet()
    private var draining = false
    private let path: String
    private let streamIndex: Int32
    private let tick: AVRational

    /// Opens the file and finds its video stream.
    ///
    /// - Throws: `fileFailed` when it cannot be read, `notMedia` when it is of another kind or
    ///   damaged, `outOfRange` when its pictures are beyond the limits, `decoderMissing`.
    package init(path: String) throws(MediaError) {
        var demuxer = try Demuxer(path: path)
        let stream = unsafe try demuxer.videoStream().pointee
        guard let parameters = unsafe UnsafePointer(stream.codecpar) else {
            throw .notMedia(path: path, reason: "it holds no picture")
        }
        let size = unsafe (Int(parameters.pointee.width), Int(parameters.pointee.height))
        try MediaLimits.check(width: size.0, height: size.1)
        var decoder = try unsafe FrameDecoder(parameters: parameters, path: path)
        try unsafe decoder.open(parameters)

        let tick = unsafe stream.time_base
        let length = unsafe stream.duration
        let isVideo = unsafe stream.nb_frames > 0 && length != cav_no_timestamp()
        let rate = unsafe stream.avg_frame_rate
        let frameRate =
            isVideo ? try FrameRate(numerator: Int(rate.num), denominator: Int(rate.den)) : nil
        let duration = isVideo ? try Self.time(length, tick, path) : nil

        (width, height) = size
        colour = unsafe ColourTags(parameters)
        comment = demuxer.comment
        self.tick = tick
        self.frameRate = frameRate
        self.duration = duration
        frameCount = isVideo ? unsafe Int(stream.nb_frames) : nil
        streamIndex = unsafe stream.index
        converted = Frame(width: width, height: height, layout: .rgb)
        self.demuxer = demuxer
        self.decoder = decoder
        self.path = path
    }

    /// The next picture, or nil after the last.
    ///
    /// - Throws: `fileFailed`, `libavFailed` when the file cannot be read or is damaged,
    ///   `notMedia` when the size changes half way.
    package mutating func next() throws(MediaError) -> TimedPicture? {
        Diagnostics.begin()
        while try !decoder.receive(&decoded) {
            guard !draining else { return nil }
            try feed()
        }
        return try convert()
    }

    private mutating func feed() throws(MediaError) {
        guard try demuxer.read(&packet) else {
            draining = true
            return try decoder.drain()
        }
        if unsafe packet.pointer.pointee.stream_index == streamIndex { try decoder.send(packet) }
        packet.clear()
    }

    private mutating func convert() throws(MediaError) -> TimedPicture {
        guard decoded.width == width, decoded.height == height else {
            throw .notMedia(
                path: path,
                reason: "its size changes from \(width)x\(height) to "
                    + "\(decoded.width)x\(decoded.height)")
        }
        if scaler == nil {
            scaler = try Scaler(width: width, height: height, from: decoded.layout, to: .rgb)
        }
        scaler?.convert(decoded, into: &converted)
        let stamp = unsafe decoded.pointer.pointee.best_effort_timestamp
        return TimedPicture(
            picture: converted.picture(),
            time: try Self.time(stamp == cav_no_timestamp() ? 0 : stamp, tick, path))
    }

    /// `ticks` of a file's own clock; a damaged file can claim any number.
    private static func time(
        _ ticks: Int64, _ tick: AVRational, _ path: String
    ) throws(MediaError) -> PresentationTime {
        let (numerator, overflow) = Int(ticks).multipliedReportingOverflow(by: Int(tick.num))
        guard !overflow, tick.den > 0 else {
            throw .notMedia(path: path, reason: "its clock is damaged")
        }
        return PresentationTime(numerator: numerator, denominator: Int(tick.den))
    }
}
