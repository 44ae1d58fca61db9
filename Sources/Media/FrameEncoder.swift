// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one encoding `AVCodecContext`: frames in, packets out.
@safe struct FrameEncoder: ~Copyable {
    let context: UnsafeMutablePointer<AVCodecContext>
    /// The file the packets are for, named in errors.
    let path: String

    /// An encoder that still has to be configured through `context` and opened.
    ///
    /// Calls `avcodec_find_encoder_by_name` and `avcodec_alloc_context3`. One thread, because the
    /// number of threads changes the bytes, and equal frames have to give equal files.
    ///
    /// - Throws: `encoderMissing`.
    init(
        named name: String, path: String, width: Int, height: Int, layout: PixelLayout
    ) throws(MediaError) {
        Diagnostics.begin()
        guard let codec = unsafe avcodec_find_encoder_by_name(name) else {
            throw .encoderMissing(encoder: name, package: MediaError.codecPackage)
        }
        guard let coder = unsafe avcodec_alloc_context3(codec) else { fatalError("out of memory") }
        unsafe context = coder
        self.path = path
        unsafe coder.pointee.width = Int32(width)
        unsafe coder.pointee.height = Int32(height)
        unsafe coder.pointee.pix_fmt = layout.pixelFormat
        unsafe coder.pointee.colorspace = AVColorSpace(rawValue: UInt32(layout.matrix))
        unsafe coder.pointee.color_range = layout.fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        unsafe coder.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        unsafe coder.pointee.time_base = AVRational(num: 1, den: 1)
        unsafe coder.pointee.thread_count = 1
        unsafe coder.pointee.flags |= AV_CODEC_FLAG_BITEXACT
    }

    /// An encoder of sound that still has to be opened; one tick of its clock is one sample.
    ///
    /// - Throws: `encoderMissing`.
    init(
        named name: String, path: String, sound: SoundFormat, bitsPerSecond: Int
    ) throws(MediaError) {
        Diagnostics.begin()
        guard let codec = unsafe avcodec_find_encoder_by_name(name) else {
            throw .encoderMissing(encoder: name, package: MediaError.codecPackage)
        }
        guard let coder = unsafe avcodec_alloc_context3(codec) else { fatalError("out of memory") }
        unsafe context = coder
        self.path = path
        unsafe coder.pointee.sample_rate = Int32(sound.rate)
        unsafe coder.pointee.sample_fmt = AVSampleFormat(rawValue: sound.samples)
        unsafe av_channel_layout_default(&coder.pointee.ch_layout, Int32(sound.channels))
        unsafe coder.pointee.bit_rate = Int64(bitsPerSecond)
        unsafe coder.pointee.time_base = AVRational(num: 1, den: Int32(sound.rate))
        unsafe coder.pointee.thread_count = 1
        // MP4 and Matroska keep what the decoder needs first in their own headers.
        unsafe coder.pointee.flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER
    }

    deinit {
        var coder: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe avcodec_free_context(&coder)
    }

    /// Starts the encoder with its private options.
    ///
    /// Calls `av_opt_set` and `avcodec_open2`.
    ///
    /// - Throws: `libavFailed` when the encoder refuses its settings.
    mutating func open(options: [(String, String)] = []) throws(MediaError) {
        for (name, value) in options {
            let code = unsafe av_opt_set(context.pointee.priv_data, name, value, 0)
            guard code >= 0 else {
                throw .libav("set '\(name)' of the encoder for", path, code: code)
            }
        }
        let code = unsafe avcodec_open2(context, nil, nil)
        guard code >= 0 else { throw .libav("start the encoder for", path, code: code) }
    }

    /// Hands over one frame.
    ///
    /// Calls `avcodec_send_frame`.
    mutating func send(_ frame: borrowing Frame) throws(MediaError) {
        try check(unsafe avcodec_send_frame(context, frame.pointer))
    }

    /// Says that no frame follows, so that the encoder gives up what it holds back.
    mutating func drain() throws(MediaError) {
        try check(unsafe avcodec_send_frame(context, nil))
    }

    /// Takes the next packet, or gives false when the encoder wants more frames or is done.
    ///
    /// Calls `avcodec_receive_packet`.
    mutating func receive(_ packet: inout Packet) throws(MediaError) -> Bool {
        let code = unsafe avcodec_receive_packet(context, packet.pointer)
        if code == cav_again() || code == cav_end_of_file() { return false }
        try check(code)
        return true
    }

    private func check(_ code: Int32) throws(MediaError) {
        guard code >= 0 else { throw .libav("encode a frame for", path, code: code) }
    }
}
