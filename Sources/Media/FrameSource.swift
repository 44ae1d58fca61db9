// SPDX-License-Identifier: Apache-2.0

import CAV

/// Decoded frames of any file that is read, in the order they are shown.
struct FrameSource: ~Copyable {
    /// Size that the header or container says; decoded frames may differ.
    let width: Int
    let height: Int
    let path: String
    /// The container; nil for PNG, JPEG and WebP.
    let demuxer: Demuxer?
    /// One tick of the container's clock, in seconds.
    let tick: Double
    /// What the container says about the rate, 0 when it says nothing.
    let averageRate: Double
    /// Frames decoded so far.
    private(set) var decoded = 0
    /// What was seen of the packets so far.
    private(set) var count = PacketCount()

    private let orientation: Orientation?
    private var decoder: FrameDecoder
    private var packet = Packet()
    private var picture: [UInt8]?
    private var ended = false
    private var damagedInRow = 0
    private var pixels = 0
    private var origin: Int64?
    private var second = 0.0

    /// Opens the file, refuses what is beyond the limits, and starts the decoder.
    ///
    /// - Throws: every reading case of ``MediaError``.
    init(path: String) throws(MediaError) {
        let file = try SourceFile(path: path)
        if file.kind.isPicture {
            try self.init(picture: file)
        } else {
            try self.init(video: file)
        }
    }

    private init(picture file: SourceFile) throws(MediaError) {
        let content = try file.content()
        let header = try StillHeader(of: content, kind: file.kind, path: file.path)
        let codec =
            switch file.kind {
            case .png: AV_CODEC_ID_PNG
            case .jpeg: AV_CODEC_ID_MJPEG
            default: AV_CODEC_ID_WEBP
            }
        decoder = try unsafe FrameDecoder(
            codec: codec, pixels: MediaLimits.stillPixels, path: file.path)
        (width, height, path) = (header.width, header.height, file.path)
        orientation = header.orientation
        picture = content
        demuxer = nil
        (tick, averageRate) = (1, 0)
    }

    private init(video file: SourceFile) throws(MediaError) {
        let demuxer = try Demuxer(file: file)
        let stream = unsafe try demuxer.findPictures()
        guard let parameters = unsafe UnsafePointer(stream.pointee.codecpar) else {
            throw .notMedia(path: file.path, reason: "it holds no video; name a video")
        }
        try demuxer.checkLength()
        let clock = unsafe stream.pointee.time_base
        guard clock.num > 0, clock.den > 0 else {
            throw .damaged(path: file.path, second: nil, reason: "its clock does not tick")
        }
        decoder = try unsafe FrameDecoder(
            codec: parameters.pointee.codec_id,
            named: Self.decoderForAlpha(of: stream), parameters: parameters,
            pixels: MediaLimits.framePixels, path: file.path)
        (width, height) = unsafe (
            Int(parameters.pointee.width), Int(parameters.pointee.height)
        )
        path = file.path
        orientation = unsafe Self.orientation(of: stream)
        picture = nil
        self.demuxer = demuxer
        tick = Double(clock.num) / Double(clock.den)
        let rate = unsafe stream.pointee.avg_frame_rate
        averageRate = rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : 0
    }

    /// Only libvpx decodes the second stream in which WebM keeps transparency; `alpha_mode` is
    /// Matroska's element AlphaMode.
    private static func decoderForAlpha(of stream: UnsafeMutablePointer<AVStream>) -> String? {
        let entry = unsafe av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0)
        guard unsafe entry != nil else { return nil }
        let codec = unsafe stream.pointee.codecpar.pointee.codec_id
        if codec == AV_CODEC_ID_VP9 { return "libvpx-vp9" }
        return codec == AV_CODEC_ID_VP8 ? "libvpx" : nil
    }

    /// Calls `av_stream_get_side_data`; nil when the container does not say.
    private static func orientation(of stream: UnsafeMutablePointer<AVStream>) -> Orientation? {
        var size = 0
        let data = unsafe av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size)
        guard let data = unsafe data, size >= 36 else { return nil }
        return unsafe Orientation(displayMatrix: data)
    }

    /// Decodes the next frame, or gives nil after the last.
    ///
    /// Damaged packets are passed over as ``MediaLimits`` say: whatever libav conceals passes, up
    /// to two packets in a row may be lost, and a stream may begin in the middle.
    ///
    /// - Returns: when the frame is shown, in seconds after the first one, never going back.
    /// - Throws: `damaged` with the second, `beyondLimit`, `fileFailed`.
    mutating func next(_ frame: inout Frame) throws(MediaError) -> Double? {
        Diagnostics.begin()
        while true {
            do {
                if try decoder.receive(&frame) { return try accept(frame) }
                guard !ended else { break }
                try feed()
            } catch .damaged(_, nil, let reason) {
                damagedInRow += 1
                let allowed =
                    decoded == 0 ? MediaLimits.leadingPackets : MediaLimits.damagedPackets
                guard damagedInRow <= allowed, demuxer != nil, !containerFailed else {
                    throw .damaged(
                        path: path, second: demuxer == nil ? nil : second, reason: reason)
                }
            }
        }
        guard decoded > 0 else {
            let words = Diagnostics.lastError.map { ": \($0)" } ?? ""
            throw .damaged(path: path, second: nil, reason: "it holds no whole picture\(words)")
        }
        return nil
    }

    private var containerFailed = false

    private mutating func feed() throws(MediaError) {
        if let demuxer {
            let found: Bool
            do {
                found = try demuxer.read(&packet)
            } catch {
                containerFailed = true
                throw error
            }
            if found {
                count.add(packet)
                try decoder.send(packet)
                return
            }
        } else if let content = picture {
            picture = nil
            packet.fill(content)
            try decoder.send(packet)
            return
        }
        ended = true
        try decoder.drain()
    }

    /// Counts the packets that are left without decoding them, as far as
    /// ``MediaLimits/countedBytes`` allow.
    mutating func countPackets() throws(MediaError) {
        guard let demuxer else { return }
        while !ended, count.bytes < MediaLimits.countedBytes {
            guard count.packets <= MediaLimits.framesDecoded else { throw tooMuch }
            guard try demuxer.read(&packet) else {
                ended = true
                return
            }
            count.add(packet)
        }
    }

    private var tooMuch: MediaError {
        .beyondLimit(
            path: path, got: "it has too many pictures",
            limit: "at most \(MediaLimits.framesDecoded) frames of one video, and "
                + "\(MediaLimits.pixelsDecoded / 1_000_000_000) billion pixels",
            advice: "cut out the part that is needed")
    }

    /// Whether all packets were seen.
    var isAtEnd: Bool { ended }

    private mutating func accept(_ frame: borrowing Frame) throws(MediaError) -> Double {
        damagedInRow = 0
        decoded += 1
        let limit = demuxer == nil ? MediaLimits.stillPixels : MediaLimits.framePixels
        try MediaLimits.check(
            width: frame.width, height: frame.height, pixels: limit, of: path)
        pixels += frame.width * frame.height
        guard decoded <= MediaLimits.framesDecoded, pixels <= MediaLimits.pixelsDecoded else {
            throw tooMuch
        }
        guard decoded > 1 || demuxer != nil else { return 0 }
        return try time(of: frame)
    }

    private mutating func time(of frame: borrowing Frame) throws(MediaError) -> Double {
        let stamp = unsafe frame.pointer.pointee.best_effort_timestamp
        let fallback = decoded > 1 ? second + duration(of: frame) : 0
        guard stamp != cav_no_timestamp() else {
            second = fallback
            return second
        }
        let start = origin ?? stamp
        if origin == nil { origin = stamp - Int64((fallback / tick).rounded()) }
        let moment = (Double(stamp) - Double(origin ?? start)) * tick
        guard moment <= MediaLimits.seconds else {
            throw .damaged(
                path: path, second: second, reason: "its clock jumps to second \(moment)")
        }
        second = max(second, moment)
        return second
    }

    /// How long a frame says it is shown, or how long frames of this file last on average.
    func duration(of frame: borrowing Frame) -> Double {
        let ticks = unsafe frame.pointer.pointee.pkt_duration
        if ticks > 0, Double(ticks) * tick <= MediaLimits.seconds { return Double(ticks) * tick }
        return averageRate > 0 ? 1 / averageRate : 0.04
    }

    /// How a decoded frame is to be turned and stretched to be seen as it is meant.
    ///
    /// Photographs say their orientation in EXIF, and their pixels are square whatever they say,
    /// as browsers have it; videos have a display matrix and a sample aspect ratio.
    func appearance(of frame: borrowing Frame) -> Appearance {
        Appearance(
            orientation: orientation ?? Self.orientation(in: frame),
            pixelShape: demuxer?.pixelShape(of: frame) ?? 1, isVideo: demuxer != nil)
    }

    /// Calls `av_frame_get_side_data`, for streams that carry their display matrix themselves.
    private static func orientation(in frame: borrowing Frame) -> Orientation {
        let side = unsafe av_frame_get_side_data(frame.pointer, AV_FRAME_DATA_DISPLAYMATRIX)
        guard let data = unsafe side?.pointee.data, unsafe side?.pointee.size ?? 0 >= 36 else {
            return .upright
        }
        return unsafe Orientation(displayMatrix: data)
    }
}
