// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one decoding `AVCodecContext`: packets in, frames out.
@safe struct FrameDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let path: String

    /// A decoder for the stream that `parameters` describes; open it before use.
    ///
    /// Calls `avcodec_find_decoder` and `avcodec_alloc_context3`. Pictures beyond the limits are
    /// refused by the codec before it allocates them.
    ///
    /// - Throws: `decoderMissing`.
    init(
        parameters: UnsafePointer<AVCodecParameters>, path: String
    ) throws(MediaError) {
        let identifier = unsafe parameters.pointee.codec_id
        guard let codec = unsafe avcodec_find_decoder(identifier) else {
            throw .decoderMissing(
                codec: unsafe String(cString: avcodec_get_name(identifier)),
                package: MediaError.codecPackage)
        }
        guard let coder = unsafe avcodec_alloc_context3(codec) else { fatalError("out of memory") }
        unsafe context = coder
        self.path = path
        let side = Int64(MediaLimits.side.upperBound)
        unsafe coder.pointee.max_pixels = side * side
        unsafe coder.pointee.thread_count = 1
    }

    deinit {
        var coder: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe avcodec_free_context(&coder)
    }

    /// Starts the decoder.
    ///
    /// Calls `avcodec_parameters_to_context` and `avcodec_open2`.
    mutating func open(_ parameters: UnsafePointer<AVCodecParameters>) throws(MediaError) {
        var code = unsafe avcodec_parameters_to_context(context, parameters)
        if code >= 0 { code = unsafe avcodec_open2(context, nil, nil) }
        guard code >= 0 else { throw .libav("start the decoder for", path, code: code) }
    }

    /// Hands over one packet.
    ///
    /// Calls `avcodec_send_packet`.
    mutating func send(_ packet: borrowing Packet) throws(MediaError) {
        try check(unsafe avcodec_send_packet(context, packet.pointer))
    }

    /// Says that no packet follows, so that the decoder gives up what it holds back.
    mutating func drain() throws(MediaError) {
        try check(unsafe avcodec_send_packet(context, nil))
    }

    /// Takes the next frame, or gives false when the decoder wants more packets or is done.
    ///
    /// Calls `avcodec_receive_frame`.
    mutating func receive(_ frame: inout Frame) throws(MediaError) -> Bool {
        let code = unsafe avcodec_receive_frame(context, frame.pointer)
        if code == cav_again() || code == cav_end_of_file() { return false }
        try check(code)
        return true
    }

    private func check(_ code: Int32) throws(MediaError) {
        guard code >= 0 else { throw .libav("decode", path, code: code) }
    }
}
