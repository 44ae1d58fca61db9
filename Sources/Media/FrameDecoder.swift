// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one decoding `AVCodecContext`: packets in, frames out.
@safe struct FrameDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let path: String

    /// libavcodec's names of the decoders that may run on a stranger's video.
    static let whitelist = videoDecoders.joined(separator: ",")

    private static let videoDecoders = [
        "h264", "hevc", "vp8", "libvpx", "vp9", "libvpx-vp9", "libdav1d", "libaom-av1", "prores",
        "ffv1", "mpeg4", "mjpeg", "gif",
    ]

    /// Those for still pictures besides, of which ``StillHeader`` has seen the whole file.
    private static let stillDecoders = ["png", "webp"]

    /// What can be decoded, for error messages.
    private static let codecs = "H.264, HEVC, VP8, VP9, AV1, ProRes, FFV1, MPEG-4 and MJPEG"

    /// Starts the decoder of a codec.
    ///
    /// Calls `avcodec_find_decoder`, `avcodec_alloc_context3`, `avcodec_parameters_to_context` and
    /// `avcodec_open2`. Pictures beyond the limits are refused by the codec before it allocates
    /// them.
    ///
    /// - Parameters:
    ///   - identifier: the codec.
    ///   - name: libavcodec's name of the decoder, or nil for its first one of that codec.
    ///   - parameters: what the container says about the stream, or nil for a still picture,
    ///     whose decoder then stops at the first fault.
    ///   - pixels: the most that a picture may have.
    ///   - path: the file, for errors.
    /// - Throws: `notMedia` for a codec that is not read, `decoderMissing`, `libavFailed`.
    init(
        codec identifier: AVCodecID, named name: String? = nil,
        parameters: UnsafePointer<AVCodecParameters>? = nil, pixels: Int, path: String
    ) throws(MediaError) {
        Diagnostics.begin()
        av_max_alloc(MediaLimits.allocationBytes)
        let codec =
            unsafe name.map { unsafe avcodec_find_decoder_by_name($0) }
            ?? avcodec_find_decoder(identifier)
        guard let codec = unsafe codec else {
            throw .decoderMissing(
                codec: unsafe String(cString: avcodec_get_name(identifier)),
                package: MediaError.codecPackage)
        }
        let isStill = unsafe parameters == nil
        guard Self.allows(unsafe String(cString: codec.pointee.name), isStill: isStill) else {
            let found = unsafe String(cString: avcodec_get_name(identifier))
            throw .notMedia(
                path: path,
                reason: "its video is encoded as '\(found)'; \(Self.codecs) are read; "
                    + "save or export it as H.264 in MP4")
        }
        guard let coder = unsafe avcodec_alloc_context3(codec) else { fatalError("out of memory") }
        var code: Int32 = 0
        if let parameters = unsafe parameters {
            code = unsafe avcodec_parameters_to_context(coder, parameters)
        } else {
            unsafe coder.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
        }
        unsafe coder.pointee.max_pixels = Int64(pixels)
        // Threads multiply the frames in memory, and cores are busy with the model.
        unsafe coder.pointee.thread_count = 1
        if code >= 0 { code = unsafe avcodec_open2(coder, codec, nil) }
        guard code >= 0 else {
            var failed: UnsafeMutablePointer<AVCodecContext>? = unsafe coder
            unsafe avcodec_free_context(&failed)
            throw .libav("start the decoder for", path, code: code)
        }
        unsafe context = coder
        self.path = path
    }

    deinit {
        var coder: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe avcodec_free_context(&coder)
    }

    private static func allows(_ name: String, isStill: Bool) -> Bool {
        videoDecoders.contains(name) || isStill && stillDecoders.contains(name)
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

    /// - Throws: `damaged`: what a decoder refuses is the file's fault.
    private func check(_ code: Int32) throws(MediaError) {
        guard code >= 0 else {
            throw .damaged(path: path, second: nil, reason: MediaError.libavWords(code))
        }
    }
}
