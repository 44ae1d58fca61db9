// SPDX-License-Identifier: Apache-2.0

import CAV

/// Packets of a source as they are, with new times.
@safe final class SoundCopy: SoundSupply {
    private var reader: SoundReader
    private let format: VideoFormat
    /// Samples that the video lasts.
    private let total: Int
    /// Where the next packet belongs if the source has no hole there.
    private var expected: Int?

    var parameters: UnsafePointer<AVCodecParameters> { unsafe reader.parameters }
    var rate: Int { reader.sampleRate }
    var problem: String? {
        reader.problem.map { SoundReader.endsEarly($0) }
    }

    /// Whether a format takes the sound of this source, complete with what its decoder needs to
    /// know first.
    static func takes(_ reader: borrowing SoundReader, for format: VideoFormat) -> Bool {
        let values = unsafe reader.parameters.pointee
        switch unsafe (format, values.codec_id) {
        case (.mp4, AV_CODEC_ID_MP3): return true
        case (.mp4, AV_CODEC_ID_AAC), (.webm, AV_CODEC_ID_OPUS), (.webm, AV_CODEC_ID_VORBIS):
            return unsafe values.extradata_size > 0
        default: return false
        }
    }

    init(_ reader: consuming SoundReader, seconds: Double, format: VideoFormat) {
        total = Int((seconds * Double(reader.sampleRate)).rounded())
        self.format = format
        self.reader = reader
    }

    func next(_ packet: inout Packet) throws(MediaError) -> Bool {
        while reader.read(&packet) {
            let length = reader.length(of: packet)
            guard let start = place(packet, length) else { continue }
            // Whole packets: the one that the end of the video cuts stays if half of it fits.
            guard start + length / 2 < total else { return false }
            expected = start + length
            unsafe packet.pointer.pointee.pts = Int64(start)
            unsafe packet.pointer.pointee.dts = Int64(start)
            unsafe packet.pointer.pointee.duration = Int64(min(length, total - start))
            return true
        }
        return false
    }

    /// Where a packet begins, in samples since the first picture; nil for one that is left out.
    ///
    /// Containers round times, to milliseconds in Matroska; packets in a row are put end to end
    /// again. What lies before the first picture is left out but for what a decoder needs to
    /// warm up.
    private func place(_ packet: borrowing Packet, _ length: Int) -> Int? {
        let stamps = unsafe (packet.pointer.pointee.pts, packet.pointer.pointee.dts)
        let said =
            reader.position(of: stamps.0, rate: rate) ?? reader.position(of: stamps.1, rate: rate)
        guard let place = said ?? expected ?? 0 as Int? else { return nil }
        if let expected {
            if abs(place - expected) <= rate / 50 { return expected }
            return place > expected ? place : nil
        }
        switch format {
        case .webm:
            // Matroska knows no time below zero but the codec's own delay. A step that nobody
            // hears is made rather than a piece left out.
            let padding = unsafe Int(reader.parameters.pointee.initial_padding)
            return place + padding < -rate / 100 ? nil : max(place, -padding)
        default:
            return place + 2 * length <= 0 ? nil : place
        }
    }
}
