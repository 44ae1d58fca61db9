// SPDX-License-Identifier: Apache-2.0

import CAV

/// Sound of a source decoded, mixed to mono or stereo and encoded anew.
///
/// Holes in the source become silence and overlaps are cut, so that sound and picture do not drift
/// apart. Holds a frame or two of samples.
@safe final class SoundEncoding: SoundSupply {
    private var reader: SoundReader
    private var decoder: SoundDecoder
    private var resampler: Resampler
    private var queue: SampleQueue
    private var encoder: FrameEncoder
    private var decoded = Frame()
    private var converted = Frame()
    private var piece = Frame()
    private var input = Packet()
    /// Samples that the video lasts.
    private let total: Int
    /// Samples that went into the queue, and that left it.
    private var written = 0
    private var sent = 0
    /// Whether `converted` waits for its place: after `silence` samples, without its first
    /// `surplus` ones.
    private var isWaiting = false
    private var silence = 0
    private var surplus = 0
    private var isDraining = false
    /// Whether the queue takes nothing more, and whether the encoder gets nothing more.
    private var isAtEnd = false
    private var isDrained = false
    private let coded: UnsafeMutablePointer<AVCodecParameters>

    let rate: Int
    var parameters: UnsafePointer<AVCodecParameters> { unsafe UnsafePointer(coded) }
    var problem: String? {
        if let problem = reader.problem { return SoundReader.endsEarly(problem) }
        let pieces = decoder.damaged
        guard pieces > 0 else { return nil }
        return "the sound of '\(reader.path)' is damaged: "
            + (pieces == 1 ? "one piece is" : "\(pieces) pieces are") + " left out"
    }

    /// Prepares decoder and encoder.
    ///
    /// AAC keeps the source's rate if that is 32 kHz or more, all else runs at 48 kHz.
    ///
    /// - Throws: `decoderMissing`, `encoderMissing`, `libavFailed`.
    init(
        _ reader: consuming SoundReader, seconds: Double, format: VideoFormat
    ) throws(MediaError) {
        let channels = unsafe reader.parameters.pointee.ch_layout.nb_channels == 1 ? 1 : 2
        let isOpus = format == .webm
        // A piece of 1024 samples is long at a low rate; whoever plays it whole plays too much.
        let aacRates = [32000, 44100, 48000, 64000, 88200, 96000]
        rate = !isOpus && aacRates.contains(reader.sampleRate) ? reader.sampleRate : 48_000
        let sound = SoundFormat(
            rate: rate, channels: channels,
            samples: (isOpus ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP).rawValue)
        encoder = try FrameEncoder(
            named: isOpus ? "libopus" : "aac", path: reader.path, sound: sound,
            bitsPerSecond: channels * (isOpus ? 64_000 : 80_000))
        try encoder.open()
        decoder = try SoundDecoder(reader)
        resampler = Resampler(to: sound)
        queue = SampleQueue(sound)
        guard let values = unsafe avcodec_parameters_alloc(),
            unsafe avcodec_parameters_from_context(values, encoder.context) >= 0
        else { fatalError("out of memory") }
        unsafe coded = values
        total = Int((seconds * Double(rate)).rounded())
        self.reader = reader
    }

    deinit {
        var values: UnsafeMutablePointer<AVCodecParameters>? = unsafe coded
        unsafe avcodec_parameters_free(&values)
    }

    func next(_ packet: inout Packet) throws(MediaError) -> Bool {
        let size = unsafe Int(encoder.context.pointee.frame_size)
        while true {
            if try encoder.receive(&packet) { return true }
            if isDrained { return false }
            if queue.count >= size || isAtEnd && queue.count > 0 {
                let count = min(size, queue.count)
                queue.take(count, at: sent, into: &piece)
                sent += count
                try encoder.send(piece)
            } else if isAtEnd {
                isDrained = true
                // An encoder that never got a frame has nothing to give up.
                if sent > 0 { try encoder.drain() }
            } else {
                try fill()
            }
        }
    }

    /// Moves a little sound from the source to the queue, or comes a step closer to the end.
    private func fill() throws(MediaError) {
        if written >= total {
            isAtEnd = true
        } else if silence > 0 {
            let count = min(silence, total - written, 4096)
            queue.appendSilence(count)
            silence -= count
            written += count
        } else if isWaiting {
            isWaiting = false
            append()
        } else if decoder.receive(&decoded) {
            try convert()
        } else if !isDraining, reader.read(&input) {
            decoder.send(input)
        } else if !isDraining {
            isDraining = true
            decoder.drain()
        } else {
            try resampler.flush(into: &converted, path: reader.path)
            surplus = 0
            append()
            isAtEnd = true
        }
    }

    /// Converts what was decoded and finds its place.
    ///
    /// The first sound is placed exactly; later only a step that can be heard counts, because
    /// containers round times.
    private func convert() throws(MediaError) {
        let stamp = unsafe decoded.pointer.pointee.best_effort_timestamp
        let place = written + resampler.delay
        let gap = (reader.position(of: stamp, rate: rate) ?? place) - place
        let counts = written == 0 || abs(gap) > rate / 25
        silence = counts ? max(0, gap) : 0
        surplus = counts ? max(0, -gap) : 0
        try resampler.convert(decoded, into: &converted, path: reader.path)
        isWaiting = true
    }

    /// Moves what was converted to the queue, as far as the video lasts.
    private func append() {
        let count = converted.sampleCount
        let start = min(surplus, count)
        let end = min(count, start + total - written)
        queue.append(converted, start..<end)
        written += end - start
    }
}
