// SPDX-License-Identifier: Apache-2.0

import CAV

/// Reads the sound of a clip as samples, mixed to one channel: what somebody hears who sees the
/// first picture at time zero.
///
/// Streaming: one frame of samples is in memory.
package struct ClipSound: ~Copyable {
    /// libav's name of the codec, such as `aac`.
    package let codec: String
    package let channels: Int
    /// Samples in a second.
    package let rate: Int

    private let reader: Stream
    private var decoder: SoundDecoder
    private var resampler: Resampler
    private var packet = Packet()
    private var decoded = Frame()
    private var converted = Frame()
    private var isDraining = false
    /// Where the next piece begins if the file says nothing else.
    private var expected = 0

    /// A reader that several owners share.
    private final class Stream {
        var reader: SoundReader
        init(_ reader: consuming SoundReader) { self.reader = reader }
    }

    /// Opens a file; nil where it has no sound.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`, `decoderMissing`,
    ///   `libavFailed`.
    package init?(path: String) throws(MediaError) {
        guard let reader = try SoundReader(path: path) else { return nil }
        let decoder = try SoundDecoder(reader)
        codec = unsafe String(cString: avcodec_get_name(reader.parameters.pointee.codec_id))
        channels = unsafe Int(reader.parameters.pointee.ch_layout.nb_channels)
        rate = reader.sampleRate
        let format = SoundFormat(
            rate: reader.sampleRate, channels: 1, samples: AV_SAMPLE_FMT_FLTP.rawValue)
        resampler = Resampler(to: format)
        self.decoder = decoder
        self.reader = Stream(reader)
    }

    /// The next samples, −1…1, and where they begin; nil at the end.
    ///
    /// That is a count of samples since the first picture, below zero before it.
    ///
    /// - Throws: `libavFailed`; damaged pieces are left out.
    package mutating func next() throws(MediaError) -> (start: Int, samples: [Float])? {
        while !decoder.receive(&decoded) {
            if isDraining { return nil }
            if reader.reader.read(&packet) {
                decoder.send(packet)
            } else {
                isDraining = true
                decoder.drain()
            }
        }
        let stamp = unsafe decoded.pointer.pointee.best_effort_timestamp
        let start = reader.reader.position(of: stamp, rate: rate) ?? expected
        try resampler.convert(decoded, into: &converted, path: reader.reader.path)
        let count = converted.sampleCount
        expected = start + count
        let samples = unsafe converted.pointer.pointee.extended_data[0].map { bytes in
            unsafe bytes.withMemoryRebound(to: Float.self, capacity: count) {
                unsafe Array(UnsafeBufferPointer(start: $0, count: count))
            }
        }
        return (start, samples ?? [])
    }
}
