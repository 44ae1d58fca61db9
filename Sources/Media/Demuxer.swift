// SPDX-License-Identifier: Apache-2.0

import CAV
import Glibc

/// Owns one reading `AVFormatContext` over an opened file: packets of one stream come out.
///
/// libav reads through callbacks of ``SourceFile`` and has `io_open` refused, so a playlist, a
/// QuickTime data reference or any other address within the file leads nowhere.
@safe final class Demuxer {
    /// The stream whose packets come; nil before ``findPictures()`` or ``findSound()``.
    private(set) var stream: UnsafeMutablePointer<AVStream>?
    let file: SourceFile

    private let context: UnsafeMutablePointer<AVFormatContext>
    private var input: UnsafeMutablePointer<AVIOContext>?

    /// Opens the container with the one demuxer that its first bytes name.
    ///
    /// Calls `avio_alloc_context` and `avformat_open_input`.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - decoders: libavcodec's names of the decoders that may run to find out what is in it.
    /// - Throws: `damaged`, `beyondLimit` (streams, time), `fileFailed` when reading fails.
    init(
        file: SourceFile, decoders: String = FrameDecoder.whitelist
    ) throws(MediaError) {
        Diagnostics.begin()
        self.file = file
        guard let name = file.kind.demuxer, let format = unsafe av_find_input_format(name),
            let context = unsafe avformat_alloc_context()
        else { fatalError("libav without the demuxers of Debian, or out of memory") }
        let input = unsafe Self.input(of: file)
        unsafe context.pointee.pb = input
        unsafe context.pointee.io_open = { _, _, _, _, _ in -EPERM }
        unsafe context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO
        unsafe context.pointee.max_streams = Int32(MediaLimits.streams)
        unsafe context.pointee.probesize = Int64(MediaLimits.probeBytes)
        let names = unsafe String(cString: format.pointee.name)
        var options = Dictionary([
            ("protocol_whitelist", "none"), ("format_whitelist", names),
            ("codec_whitelist", decoders),
        ])
        file.startClock()
        // A failing open frees the context, but not input that it did not make itself.
        var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe context
        let code = unsafe avformat_open_input(&opened, nil, format, &options.entries)
        unsafe self.input = input
        guard code >= 0, let opened = unsafe opened else {
            unsafe self.context = context
            unsafe Self.free(&self.input)
            isOpen = false
            throw Self.failure(file, code)
        }
        unsafe self.context = opened
        isOpen = true
    }

    private let isOpen: Bool

    deinit {
        guard isOpen else { return }
        var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe context
        unsafe avformat_close_input(&opened)
        unsafe Self.free(&input)
    }

    private static func input(of file: SourceFile) -> UnsafeMutablePointer<AVIOContext> {
        let size = 1 << 15
        let opaque = unsafe Unmanaged.passUnretained(file).toOpaque()
        let memory = unsafe av_malloc(size)?.assumingMemoryBound(to: UInt8.self)
        let made = unsafe avio_alloc_context(
            memory, Int32(size), 0, opaque,
            { opaque, buffer, count in
                guard let opaque = unsafe opaque else { return -EINVAL }
                return unsafe Unmanaged<SourceFile>.fromOpaque(opaque).takeUnretainedValue()
                    .read(into: buffer, count: count)
            }, nil,
            { opaque, offset, origin in
                guard let opaque = unsafe opaque else { return Int64(-EINVAL) }
                return unsafe Unmanaged<SourceFile>.fromOpaque(opaque).takeUnretainedValue()
                    .seek(to: offset, from: origin)
            })
        guard unsafe memory != nil, let made = unsafe made else { fatalError("out of memory") }
        return unsafe made
    }

    private static func free(_ input: inout UnsafeMutablePointer<AVIOContext>?) {
        guard let made = unsafe input else { return }
        // libav may have replaced the buffer it was given.
        unsafe av_freep(&made.pointee.buffer)
        unsafe avio_context_free(&input)
    }

    /// Finds the stream of pictures and what libav needs to know about it.
    ///
    /// Calls `avformat_find_stream_info`, with the decoders of ``FrameDecoder`` only, and
    /// `av_find_best_stream`. The sizes in the container are checked before any decoder runs.
    ///
    /// - Throws: `notMedia` when there is none, `beyondLimit`, `damaged`.
    func findPictures() throws(MediaError) -> UnsafeMutablePointer<AVStream> {
        let count = Int(unsafe context.pointee.nb_streams)
        for index in 0..<count {
            guard let parameters = unsafe context.pointee.streams[index]?.pointee.codecpar,
                unsafe parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO,
                unsafe parameters.pointee.width != 0 || parameters.pointee.height != 0
            else { continue }
            try MediaLimits.check(
                width: unsafe Int(parameters.pointee.width),
                height: unsafe Int(parameters.pointee.height), pixels: MediaLimits.framePixels,
                of: file.path)
        }
        // GIF says all in its header, and a file without streams has nothing to find.
        if file.kind != .gif, count > 0 { try probe(streams: count) }
        guard let found = unsafe bestPictureStream() else {
            // What is missing may be the video.
            if file.statedLength > file.size { throw breaksOff(of: file.statedLength) }
            throw noPictures
        }
        for index in 0..<Int(unsafe context.pointee.nb_streams)
        where unsafe context.pointee.streams[index] != found {
            unsafe context.pointee.streams[index]?.pointee.discard = AVDISCARD_ALL
        }
        unsafe stream = found
        file.stopClock()
        return unsafe found
    }

    private func probe(streams count: Int) throws(MediaError) {
        var options = unsafe [OpaquePointer?]()
        for _ in 0..<count {
            var entries: OpaquePointer?
            unsafe av_dict_set_int(&entries, "max_pixels", Int64(MediaLimits.framePixels), 0)
            unsafe av_dict_set_int(&entries, "threads", 1, 0)
            unsafe options.append(entries)
        }
        let code = unsafe avformat_find_stream_info(context, &options)
        for index in unsafe options.indices { unsafe av_dict_free(&options[index]) }
        guard code >= 0, !file.isLate else { throw Self.failure(file, code) }
    }

    /// Finds the first stream of sound; nil where there is none.
    ///
    /// - Throws: `damaged`, `beyondLimit`.
    func findSound() throws(MediaError) -> UnsafeMutablePointer<AVStream>? {
        guard hasSound else { return nil }
        try probe(streams: Int(unsafe context.pointee.nb_streams))
        for index in 0..<Int(unsafe context.pointee.nb_streams) {
            guard let found = unsafe context.pointee.streams[index] else { continue }
            let kind = unsafe found.pointee.codecpar.pointee.codec_type
            if unsafe stream == nil, kind == AVMEDIA_TYPE_AUDIO {
                unsafe stream = found
            } else {
                unsafe found.pointee.discard = AVDISCARD_ALL
            }
        }
        file.stopClock()
        return unsafe stream
    }

    /// When the first picture is shown; zero where there is none or the file does not say.
    var firstPicture: (ticks: Int64, tick: AVRational) {
        guard let stream = unsafe bestPictureStream()?.pointee,
            unsafe stream.start_time != cav_no_timestamp(), unsafe stream.time_base.den > 0
        else { return (0, AVRational(num: 1, den: 1)) }
        return unsafe (stream.start_time, stream.time_base)
    }

    /// The pictures that a player shows; a cover of a song is none.
    private func bestPictureStream() -> UnsafeMutablePointer<AVStream>? {
        let index = unsafe av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let stream = unsafe context.pointee.streams[Int(index)],
            unsafe stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        else { return nil }
        return unsafe stream
    }

    private var noPictures: MediaError {
        .notMedia(
            path: file.path,
            reason: hasSound
                ? "it holds sound but no video; name a video" : "it holds no video; name a video")
    }

    /// Whether any stream holds sound.
    var hasSound: Bool {
        (0..<Int(unsafe context.pointee.nb_streams)).contains { index in
            let parameters = unsafe context.pointee.streams[index]?.pointee.codecpar
            return unsafe parameters?.pointee.codec_type == AVMEDIA_TYPE_AUDIO
        }
    }

    /// How long the container says it lasts, in seconds; nil when it does not say.
    var seconds: Double? {
        let length = unsafe context.pointee.duration
        return length > 0 ? Double(length) / Double(AV_TIME_BASE) : nil
    }

    /// The `comment` tag of the file, or nil.
    var comment: String? {
        let entry = unsafe av_dict_get(context.pointee.metadata, "comment", nil, 0)
        guard let value = unsafe entry?.pointee.value else { return nil }
        return unsafe String(cString: value)
    }

    /// The shape of a pixel in a decoded frame, width to height; 1 where nothing useful is said.
    ///
    /// Calls `av_guess_sample_aspect_ratio`.
    func pixelShape(of frame: borrowing Frame) -> Double {
        let ratio = unsafe av_guess_sample_aspect_ratio(context, stream, frame.pointer)
        guard ratio.num > 0, ratio.den > 0 else { return 1 }
        let shape = Double(ratio.num) / Double(ratio.den)
        return (1.0 / 16...16).contains(shape) ? shape : 1
    }

    /// Takes the next packet of the stream that was found, or gives false at the end.
    ///
    /// Calls `av_read_frame`.
    ///
    /// - Throws: `damaged` when the container is broken here, `fileFailed` when reading fails.
    func read(_ packet: inout Packet) throws(MediaError) -> Bool {
        while true {
            packet.clear()
            let code = unsafe av_read_frame(context, packet.pointer)
            if code == cav_end_of_file() { return false }
            guard code >= 0 else { throw Self.failure(file, code) }
            let index = unsafe packet.pointer.pointee.stream_index
            if unsafe index == stream?.pointee.index { return true }
        }
    }

    /// Tells a file that breaks off from a whole one, where the container says how long it is.
    ///
    /// MP4 and MOV have an index, read with `avformat_index_get_entry`; a GIF is walked through
    /// where it is not larger than ``MediaLimits/countedBytes``.
    ///
    /// - Throws: `damaged` when the file is shorter.
    func checkLength() throws(MediaError) {
        var end = file.statedLength
        if file.kind == .mp4 {
            // The index knows better than the boxes, whose sizes players ignore.
            end = 0
            for index in 0..<(unsafe avformat_index_get_entries_count(stream)) {
                guard let entry = unsafe avformat_index_get_entry(stream, index) else { continue }
                end = unsafe max(end, Int(entry.pointee.pos) + Int(entry.pointee.size))
            }
        } else if file.kind == .gif, file.size <= MediaLimits.countedBytes,
            StatedLength.breaksOff(gif: try file.content())
        {
            end = file.size + 1
        }
        guard end <= file.size else { throw breaksOff(of: end) }
    }

    private func breaksOff(of end: Int) -> MediaError {
        let reason = "it breaks off after \(file.size) bytes"
        return .damaged(
            path: file.path, second: nil,
            reason: end > file.size + 1 ? "\(reason) of \(end)" : reason)
    }

    private static func failure(_ file: SourceFile, _ code: Int32) -> MediaError {
        if file.isLate {
            return .beyondLimit(
                path: file.path,
                got: "it takes more than \(MediaLimits.openingSeconds) seconds to open",
                limit: "what opens in that time", advice: "save it anew")
        }
        // EIO is also libav's word for a file that ends early.
        let systems =
            (-4095 ... -1).contains(code) && ![EINVAL, EPERM, EIO, ENOMEM].contains(-code)
        guard !systems else { return .file("read", file.path, code: code) }
        // Not this machine's memory: no true header wants more than all of it.
        let words =
            code == -ENOMEM
            ? "its header states more than any file holds" : MediaError.libavWords(code)
        return .damaged(path: file.path, second: nil, reason: words)
    }

    /// Owns one `AVDictionary`.
    @safe private struct Dictionary: ~Copyable {
        var entries: OpaquePointer?

        init(_ pairs: [(String, String)]) {
            for (name, value) in pairs { unsafe av_dict_set(&entries, name, value, 0) }
        }

        deinit {
            var rest: OpaquePointer? = unsafe entries
            unsafe av_dict_free(&rest)
        }
    }
}
