// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns the decoding `AVCodecContext` of a sound stream: packets in, frames of samples out.
///
/// Damaged packets are counted and left out, as players do.
@safe struct SoundDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>
    /// Packets that could not be decoded.
    private(set) var damaged = 0

    /// libavcodec's names of the decoders that may run on a file of a stranger: what cameras,
    /// phones and browsers record with.
    static let whitelist = [
        "aac", "mp3float", "mp3", "mp2float", "mp2", "ac3", "eac3", "dca", "opus", "libopus",
        "vorbis", "libvorbis", "flac", "alac", "amrnb", "amrwb", "wmav2", "adpcm_ms",
        "adpcm_ima_wav", "adpcm_ima_qt", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be",
        "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_u8", "pcm_s8",
        "pcm_alaw", "pcm_mulaw",
    ].joined(separator: ",")

    /// Calls `avcodec_find_decoder` and `avcodec_open2`.
    ///
    /// - Throws: `notMedia` for a codec that is not read, `decoderMissing`, `libavFailed`.
    init(_ reader: borrowing SoundReader) throws(MediaError) {
        av_max_alloc(MediaLimits.allocationBytes)
        let identifier = unsafe reader.parameters.pointee.codec_id
        guard let codec = unsafe avcodec_find_decoder(identifier) else {
            throw .decoderMissing(
                codec: unsafe String(cString: avcodec_get_name(identifier)),
                package: MediaError.codecPackage)
        }
        let name = unsafe String(cString: codec.pointee.name)
        guard Self.whitelist.split(separator: ",").contains(where: { $0 == name }) else {
            let found = unsafe String(cString: avcodec_get_name(identifier))
            throw .notMedia(
                path: reader.path,
                reason: "its sound is encoded as '\(found)', which is not read; "
                    + "save or export it with AAC")
        }
        guard let coder = unsafe avcodec_alloc_context3(codec) else { fatalError("out of memory") }
        unsafe coder.pointee.thread_count = 1
        // With it libav takes the samples off that only warm the decoder up, and moves the times.
        unsafe coder.pointee.pkt_timebase = reader.tick
        var code = unsafe avcodec_parameters_to_context(coder, reader.parameters)
        if code >= 0 { code = unsafe avcodec_open2(coder, nil, nil) }
        guard code >= 0 else {
            var failed: UnsafeMutablePointer<AVCodecContext>? = unsafe coder
            unsafe avcodec_free_context(&failed)
            throw .libav("decode the sound of", reader.path, code: code)
        }
        unsafe context = coder
    }

    deinit {
        var coder: UnsafeMutablePointer<AVCodecContext>? = unsafe context
        unsafe avcodec_free_context(&coder)
    }

    /// Hands over one packet.
    ///
    /// Calls `avcodec_send_packet`.
    mutating func send(_ packet: borrowing Packet) {
        if unsafe avcodec_send_packet(context, packet.pointer) < 0 { damaged += 1 }
    }

    /// Says that no packet follows; a decoder that was told already does not mind.
    mutating func drain() { _ = unsafe avcodec_send_packet(context, nil) }

    /// Takes the next frame, or gives false when the decoder wants more packets or is done.
    ///
    /// Calls `avcodec_receive_frame`.
    mutating func receive(_ frame: inout Frame) -> Bool {
        let code = unsafe avcodec_receive_frame(context, frame.pointer)
        if code >= 0 { return true }
        if code != cav_again(), code != cav_end_of_file() { damaged += 1 }
        return false
    }
}
