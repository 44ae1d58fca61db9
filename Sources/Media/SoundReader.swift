// SPDX-License-Identifier: Apache-2.0

import CAV

/// Reads the encoded sound of a file: the packets of its first sound stream.
@safe struct SoundReader: ~Copyable {
    let path: String
    let parameters: UnsafePointer<AVCodecParameters>
    /// What one tick of the packets' times is, in seconds.
    let tick: AVRational
    /// Why reading ended before the end of the file, if it did.
    private(set) var problem: MediaError?

    private var demuxer: Demuxer
    private let index: Int32
    /// The moment of the first picture, where the sound of the new video begins.
    private let origin: (ticks: Int64, tick: AVRational)

    /// Opens the file as ``Demuxer`` does; nil where there is no sound.
    ///
    /// - Throws: `fileFailed`, `notMedia`, also for a codec that is never given to a decoder.
    init?(path: String) throws(MediaError) {
        var demuxer = try Demuxer(path: path)
        guard let stream = unsafe try demuxer.soundStream()?.pointee,
            let parameters = unsafe UnsafePointer(stream.codecpar)
        else { return nil }
        let codec = unsafe parameters.pointee.codec_id
        guard Self.codecs.contains(codec.rawValue) || Self.pcm.contains(codec.rawValue) else {
            throw .notMedia(
                path: path,
                reason: "its sound is \(unsafe String(cString: avcodec_get_name(codec))), "
                    + "which is not read")
        }
        guard unsafe (1...768_000).contains(parameters.pointee.sample_rate),
            unsafe (1...64).contains(parameters.pointee.ch_layout.nb_channels),
            unsafe stream.time_base.num > 0, unsafe stream.time_base.den > 0
        else { throw .notMedia(path: path, reason: "what it says about its sound is damaged") }
        origin = demuxer.firstPicture
        index = unsafe stream.index
        tick = unsafe stream.time_base
        unsafe self.parameters = parameters
        self.path = path
        self.demuxer = demuxer
    }

    /// The codecs that cameras, phones and browsers record with, and no others.
    private static let codecs: Set<UInt32> = Set(
        [
            AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_MP2, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3,
            AV_CODEC_ID_DTS, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS, AV_CODEC_ID_FLAC,
            AV_CODEC_ID_ALAC, AV_CODEC_ID_AMR_NB, AV_CODEC_ID_AMR_WB, AV_CODEC_ID_WMAV2,
            AV_CODEC_ID_ADPCM_MS, AV_CODEC_ID_ADPCM_IMA_WAV, AV_CODEC_ID_ADPCM_IMA_QT,
        ].map(\.rawValue))

    /// Samples without compression (`AV_CODEC_ID_FIRST_AUDIO` and what follows it).
    private static let pcm = AV_CODEC_ID_PCM_S16LE.rawValue..<AV_CODEC_ID_ADPCM_IMA_QT.rawValue

    /// Samples in a second, as the container says.
    var sampleRate: Int { unsafe Int(parameters.pointee.sample_rate) }

    /// A packet's or frame's time as a count of samples, `rate` a second, since the first picture;
    /// nil when the file does not say.
    ///
    /// Calls `av_rescale_q`.
    func position(of stamp: Int64, rate: Int) -> Int? {
        guard stamp != cav_no_timestamp() else { return nil }
        let sample = AVRational(num: 1, den: Int32(rate))
        let (at, start) = (
            av_rescale_q(stamp, tick, sample), av_rescale_q(origin.ticks, origin.tick, sample)
        )
        // A damaged file can claim any time; an hour of a hundred years is far enough.
        let far = Int64(1) << 50
        guard (-far...far).contains(at), (-far...far).contains(start) else { return nil }
        return Int(at - start)
    }

    /// How many samples a packet decodes to, as far as the container or the codec tells; 0 if not.
    ///
    /// Calls `av_get_audio_frame_duration2`, which knows the exact number for codecs with fixed
    /// frames; the container may have rounded it.
    func length(of packet: borrowing Packet) -> Int {
        let size = unsafe packet.pointer.pointee.size
        let copy = unsafe UnsafeMutablePointer(mutating: parameters)
        let exact = unsafe av_get_audio_frame_duration2(copy, size)
        if exact > 0 { return Int(exact) }
        let sample = AVRational(num: 1, den: Int32(sampleRate))
        let ticks = unsafe packet.pointer.pointee.duration
        return Int(min(max(0, av_rescale_q(ticks, tick, sample)), Int64(sampleRate)))
    }

    /// Takes the next packet of the sound, or gives false at the end or where the file is damaged.
    mutating func read(_ packet: inout Packet) -> Bool {
        packet.clear()
        do throws(MediaError) {
            while try demuxer.read(&packet) {
                if unsafe packet.pointer.pointee.stream_index == index { return true }
                packet.clear()
            }
        } catch { problem = error }
        return false
    }
}

extension Demuxer {
    /// Finds the first sound stream; packets of all others are then left out where the container
    /// allows.
    ///
    /// Calls `avformat_find_stream_info`.
    fileprivate mutating func soundStream() throws(MediaError) -> UnsafeMutablePointer<AVStream>? {
        let code = unsafe avformat_find_stream_info(context, nil)
        guard code >= 0 else { throw .libav("read the sound of", path, code: code) }
        var found: UnsafeMutablePointer<AVStream>?
        for index in 0..<Int(unsafe context.pointee.nb_streams) {
            guard let stream = unsafe context.pointee.streams[index] else { continue }
            if unsafe found == nil,
                unsafe stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
            {
                unsafe found = stream
            } else {
                unsafe stream.pointee.discard = AVDISCARD_ALL
            }
        }
        return unsafe found
    }

    /// When the first picture is shown; zero where there is none or the file does not say.
    fileprivate var firstPicture: (ticks: Int64, tick: AVRational) {
        let index = unsafe av_find_best_stream(context, AVMEDIA_TYPE_VIDEO, -1, -1, nil, 0)
        guard index >= 0, let stream = unsafe context.pointee.streams[Int(index)]?.pointee,
            unsafe stream.start_time != cav_no_timestamp(), unsafe stream.time_base.den > 0
        else { return (0, AVRational(num: 1, den: 1)) }
        return unsafe (stream.start_time, stream.time_base)
    }
}
