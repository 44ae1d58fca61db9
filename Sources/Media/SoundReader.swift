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

    private let demuxer: Demuxer
    /// The moment of the first picture, where the sound of the new video begins.
    private let origin: (ticks: Int64, tick: AVRational)

    /// Opens the file as ``Demuxer`` does; nil where there is no sound.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`.
    init?(path: String) throws(MediaError) {
        let file = try SourceFile(path: path)
        guard !file.kind.isPicture else { return nil }
        let decoders = "\(FrameDecoder.whitelist),\(SoundDecoder.whitelist)"
        let demuxer = try Demuxer(file: file, decoders: decoders)
        guard let stream = unsafe try demuxer.findSound()?.pointee,
            let parameters = unsafe UnsafePointer(stream.codecpar)
        else { return nil }
        guard unsafe (1...768_000).contains(parameters.pointee.sample_rate),
            unsafe (1...64).contains(parameters.pointee.ch_layout.nb_channels),
            unsafe stream.time_base.num > 0, unsafe stream.time_base.den > 0
        else {
            throw .damaged(
                path: path, second: nil, reason: "it does not say what its sound is made of")
        }
        origin = demuxer.firstPicture
        tick = unsafe stream.time_base
        unsafe self.parameters = parameters
        self.path = path
        self.demuxer = demuxer
    }

    /// The sentence for sound that ends where its file is broken.
    static func endsEarly(_ problem: MediaError) -> String { "the sound ends early: \(problem)" }

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
        // A damaged file can claim any time, but what is worked out from it must not overflow.
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
        do throws(MediaError) {
            return try demuxer.read(&packet)
        } catch {
            problem = error
            return false
        }
    }
}
