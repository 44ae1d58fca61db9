// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one writing `AVFormatContext` and its open file: packets in, MP4, WebM or GIF out.
///
/// Packets are written at once and never collected; whoever calls sees to it that picture and sound
/// come in the order of their times.
@safe final class Muxer: Container {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let format: VideoFormat
    private let path: String
    private let rate: FrameRate
    private let comment: String
    private var frames = 0
    /// The clock of the sound's packets.
    private var soundClock = AVRational(num: 1, den: 1)
    /// Ticks by which its times in the file are later than what is heard.
    private var soundDelay: Int64 = 0

    /// A file that does not exist yet, with one video stream.
    ///
    /// Calls `avformat_alloc_output_context2` and `avformat_new_stream`.
    ///
    /// - Throws: `libavFailed` when the installed libav writes no such file.
    init(
        path: String, format: VideoFormat, encoder: borrowing FrameEncoder, rate: FrameRate,
        comment: String
    ) throws(MediaError) {
        var made: UnsafeMutablePointer<AVFormatContext>?
        let code = unsafe avformat_alloc_output_context2(
            &made, nil, format.rawValue, Self.url(path))
        guard let made = unsafe made else {
            throw .libav("write \(format.rawValue) to", path, code: code)
        }
        unsafe context = made
        self.format = format
        self.path = path
        self.rate = rate
        self.comment = comment
        guard let stream = unsafe avformat_new_stream(made, nil) else {
            fatalError("out of memory")
        }
        let framesPerSecond = AVRational(num: Int32(rate.numerator), den: Int32(rate.denominator))
        unsafe stream.pointee.time_base = clock
        unsafe stream.pointee.avg_frame_rate = framesPerSecond
        unsafe stream.pointee.r_frame_rate = framesPerSecond
        try check(
            unsafe avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context))
    }

    /// The `file:` prefix keeps a path such as `http://…` or `pipe:1` a path.
    private static func url(_ path: String) -> String { "file:\(path)" }

    private var clock: AVRational {
        AVRational(num: Int32(rate.denominator), den: Int32(rate.numerator))
    }

    /// Adds a stream for sound; before ``begin()``.
    ///
    /// Calls `avformat_new_stream` and `avcodec_parameters_copy`.
    func addSound(_ sound: borrowing Soundtrack) throws(MediaError) {
        guard let stream = unsafe avformat_new_stream(context, nil) else {
            fatalError("out of memory")
        }
        try check(unsafe avcodec_parameters_copy(stream.pointee.codecpar, sound.parameters))
        // The tag of the container it came from means nothing in this one.
        unsafe stream.pointee.codecpar.pointee.codec_tag = 0
        soundClock = AVRational(num: 1, den: Int32(sound.rate))
        unsafe stream.pointee.time_base = soundClock
        // Matroska's times count from the first sample that its codec gives, heard or not; libav
        // 5.1 takes this delay off when it reads and does not add it when it writes.
        if format == .webm {
            soundDelay = unsafe Int64(stream.pointee.codecpar.pointee.initial_padding)
        }
    }

    /// Creates the file and writes its header.
    ///
    /// Calls `avio_open` and `avformat_write_header`.
    ///
    /// - Throws: `fileFailed` when the file cannot be created or written, `libavFailed` otherwise.
    func begin() throws(MediaError) {
        unsafe context.pointee.flags |= AVFMT_FLAG_BITEXACT
        // Times are right as they are; sound may begin a little before zero, for its decoder.
        unsafe context.pointee.avoid_negative_ts = Int32(AVFMT_AVOID_NEG_TS_DISABLED)
        if !comment.isEmpty, format != .gif {
            try check(unsafe av_dict_set(&context.pointee.metadata, "comment", comment, 0))
        }
        if format == .webm {
            // Matroska has no place for XMP; a tag goes along when somebody copies the file.
            try check(
                unsafe av_dict_set(
                    &context.pointee.metadata, "DigitalSourceType", SourceStatement.term, 0))
        }
        if format == .mp4 { try chooseMP4() }
        let code = unsafe avio_open(&context.pointee.pb, Self.url(path), AVIO_FLAG_WRITE)
        guard code >= 0 else { throw .file("create", path, code: code) }
        try check(unsafe avformat_write_header(context, nil))
    }

    private func chooseMP4() throws(MediaError) {
        // Index before the pictures, so that a browser can play before it has the whole file.
        try check(unsafe av_opt_set(context.pointee.priv_data, "movflags", "faststart", 0))
        // The default clock of the whole file, milliseconds, would round its duration. Sound needs
        // a finer one, too: it says how much of the first packet is heard.
        let fine = unsafe context.pointee.nb_streams > 1 ? max(1, 90_000 / rate.numerator) : 1
        try check(
            unsafe av_opt_set_int(
                context.pointee.priv_data, "movie_timescale", Int64(rate.numerator * fine), 0))
    }

    deinit {
        // Only the error path comes here with an open file, and its error is already on its way.
        _ = unsafe avio_closep(&context.pointee.pb)
        unsafe avformat_free_context(context)
    }

    var bytes: Int { unsafe context.pointee.pb == nil ? 0 : Int(avio_tell(context.pointee.pb)) }

    func writePicture(_ packet: inout Packet) throws(MediaError) {
        if format == .gif, frames == 0, !comment.isEmpty { packet.insert(comment: comment) }
        frames += 1
        unsafe packet.pointer.pointee.duration = 1
        try write(&packet, stream: 0, clock: clock)
    }

    func writeSound(_ packet: inout Packet) throws(MediaError) {
        unsafe packet.pointer.pointee.pts += soundDelay
        unsafe packet.pointer.pointee.dts += soundDelay
        try write(&packet, stream: 1, clock: soundClock)
    }

    /// Calls `av_write_frame`.
    private func write(
        _ packet: inout Packet, stream index: Int, clock: AVRational
    ) throws(MediaError) {
        guard let stream = unsafe context.pointee.streams[index] else {
            preconditionFailure("no stream \(index)")
        }
        unsafe packet.pointer.pointee.stream_index = Int32(index)
        unsafe packet.pointer.pointee.pos = -1
        unsafe av_packet_rescale_ts(packet.pointer, clock, stream.pointee.time_base)
        let code = unsafe av_write_frame(context, packet.pointer)
        packet.clear()
        try check(code)
    }

    /// Writes the index, moves it to the front and closes the file.
    ///
    /// Calls `av_write_trailer` and `avio_closep`; what the disk refused until then is thrown here.
    func finish() throws(MediaError) {
        if format == .gif {
            let delay = hundredths(frames) - hundredths(frames - 1)
            try check(
                unsafe av_opt_set_int(context.pointee.priv_data, "final_delay", Int64(delay), 0))
        }
        try check(unsafe av_write_trailer(context))
        if format == .mp4 { try appendStatement() }
        let code = unsafe avio_closep(&context.pointee.pb)
        guard code >= 0 else { throw .file("write", path, code: code) }
    }

    /// Adds the last box; what is known of those before it stays true.
    ///
    /// Calls `avio_seek`, `avio_write` and `avio_flush`.
    private func appendStatement() throws(MediaError) {
        let box = SourceStatement.box
        unsafe avio_seek(context.pointee.pb, avio_size(context.pointee.pb), SEEK_SET)
        unsafe box.withUnsafeBufferPointer {
            unsafe avio_write(context.pointee.pb, $0.baseAddress, Int32($0.count))
        }
        unsafe avio_flush(context.pointee.pb)
        try check(0)
    }

    /// When frame `index` begins on the clock of a GIF.
    private func hundredths(_ index: Int) -> Int {
        (index * 100 * rate.denominator + rate.numerator / 2) / rate.numerator
    }

    /// - Throws: the file's own trouble first; libav's return code often hides it.
    private func check(_ code: Int32) throws(MediaError) {
        let trouble = unsafe context.pointee.pb?.pointee.error ?? 0
        guard trouble >= 0 else { throw .file("write", path, code: trouble) }
        guard code >= 0 else { throw .file("write", path, code: code) }
    }
}
