// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one writing `AVFormatContext` and its open file: packets in, an MP4 file out.
///
/// The file closes with ``finish()`` or, on the error path, with the value itself; the incomplete
/// file stays where it is.
@safe struct Muxer: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let stream: UnsafeMutablePointer<AVStream>
    private let path: String
    private let clock: AVRational

    /// An MP4 file that does not exist yet, with one video stream.
    ///
    /// Calls `avformat_alloc_output_context2` and `avformat_new_stream`.
    ///
    /// - Throws: `libavFailed` when the installed libav writes no MP4.
    init(path: String, clock: AVRational) throws(MediaError) {
        var made: UnsafeMutablePointer<AVFormatContext>?
        let code = unsafe avformat_alloc_output_context2(&made, nil, "mp4", Self.url(path))
        guard let made = unsafe made else { throw .libav("write MP4 to", path, code: code) }
        guard let track = unsafe avformat_new_stream(made, nil) else { fatalError("out of memory") }
        unsafe context = made
        unsafe stream = track
        self.path = path
        self.clock = clock
    }

    /// The `file:` prefix keeps a path such as `http://…` or `pipe:1` a path.
    private static func url(_ path: String) -> String { "file:\(path)" }

    /// Creates the file and writes its header.
    ///
    /// Calls `avio_open` and `avformat_write_header`.
    ///
    /// - Throws: `fileFailed` when the file cannot be created or written, `libavFailed` otherwise.
    mutating func begin(
        _ encoder: borrowing FrameEncoder, rate: FrameRate, comment: String
    ) throws(MediaError) {
        let framesPerSecond = AVRational(num: Int32(rate.numerator), den: Int32(rate.denominator))
        unsafe context.pointee.flags |= AVFMT_FLAG_BITEXACT
        unsafe stream.pointee.time_base = clock
        unsafe stream.pointee.avg_frame_rate = framesPerSecond
        unsafe stream.pointee.r_frame_rate = framesPerSecond
        try check(
            unsafe avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context))
        try check(unsafe av_dict_set(&context.pointee.metadata, "comment", comment, 0))
        // Index before the pictures, so that a browser can play before it has the whole file.
        try check(unsafe av_opt_set(context.pointee.priv_data, "movflags", "faststart", 0))
        // The default clock of the whole file, milliseconds, would round its duration.
        try check(
            unsafe av_opt_set_int(
                context.pointee.priv_data, "movie_timescale", Int64(rate.numerator), 0))

        let code = unsafe avio_open(&context.pointee.pb, Self.url(path), AVIO_FLAG_WRITE)
        guard code >= 0 else { throw .file("create", path, code: code) }
        try check(unsafe avformat_write_header(context, nil))
    }

    deinit {
        // Only the error path comes here with an open file, and its error is already on its way.
        _ = unsafe avio_closep(&context.pointee.pb)
        unsafe avformat_free_context(context)
    }

    /// Writes one frame's packet, stamped in ticks of the encoder's clock.
    ///
    /// Calls `av_interleaved_write_frame`.
    mutating func write(_ packet: inout Packet) throws(MediaError) {
        unsafe packet.pointer.pointee.stream_index = stream.pointee.index
        unsafe packet.pointer.pointee.duration = 1
        unsafe av_packet_rescale_ts(packet.pointer, clock, stream.pointee.time_base)
        try check(unsafe av_interleaved_write_frame(context, packet.pointer))
    }

    /// Writes the index, moves it to the front and closes the file.
    ///
    /// Calls `av_write_trailer` and `avio_closep`; what the disk refused until then is thrown here.
    consuming func finish() throws(MediaError) {
        try check(unsafe av_write_trailer(context))
        let code = unsafe avio_closep(&context.pointee.pb)
        guard code >= 0 else { throw .file("write", path, code: code) }
    }

    /// - Throws: the file's own trouble first; libav's return code often hides it.
    private func check(_ code: Int32) throws(MediaError) {
        let trouble = unsafe context.pointee.pb?.pointee.error ?? 0
        guard trouble >= 0 else { throw .file("write", path, code: trouble) }
        guard code >= 0 else { throw .file("write", path, code: code) }
    }
}
