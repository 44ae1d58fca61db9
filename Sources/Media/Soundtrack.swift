// SPDX-License-Identifier: Apache-2.0

import CAV

/// The sound of a new video, packet by packet: copied where the format takes what the source has,
/// encoded anew otherwise.
///
/// - MP4 takes AAC and MP3, which play wherever MP4 does; WebM takes Opus and Vorbis.
/// - Everything else becomes AAC or Opus, in mono or stereo.
///
/// The moment of the source's first picture is time zero, wherever its clock stands there.
@safe struct Soundtrack: ~Copyable {
    /// What the packets hold, for the container.
    var parameters: UnsafePointer<AVCodecParameters> { unsafe supply.parameters }
    /// Ticks of the packets' clock in a second.
    var rate: Int { supply.rate }
    /// What was damaged so far, as a sentence, or nil.
    var problem: String? { supply.problem }

    private let supply: any SoundSupply
    /// The packet that comes next; empty at the end.
    private var held: Packet
    private var isHolding: Bool

    /// Opens the source, or gives nil where it has no sound in its first `seconds`.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `decoderMissing`, `encoderMissing`, `libavFailed`.
    init?(_ source: SoundSource, for format: VideoFormat) throws(MediaError) {
        Diagnostics.begin()
        guard source.seconds > 0, let reader = try SoundReader(path: source.path) else {
            return nil
        }
        let supply: any SoundSupply =
            SoundCopy.takes(reader, for: format)
            ? SoundCopy(reader, seconds: source.seconds, format: format)
            : try SoundEncoding(reader, seconds: source.seconds, format: format)
        var first = Packet()
        guard try supply.next(&first) else {
            guard let problem = supply.problem else { return nil }
            throw .damaged(path: source.path, second: nil, reason: problem)
        }
        self.supply = supply
        held = first
        isHolding = true
    }

    /// Takes the next packet if it begins before the moment `seconds` of the video.
    ///
    /// - Throws: `libavFailed` when the encoder fails; damage in the source is no error.
    mutating func next(_ packet: inout Packet, until seconds: Double) throws(MediaError) -> Bool {
        guard isHolding, unsafe Double(held.pointer.pointee.pts) < seconds * Double(rate) else {
            return false
        }
        swap(&packet, &held)
        isHolding = try supply.next(&held)
        return true
    }
}

/// Where the packets of a ``Soundtrack`` come from.
protocol SoundSupply: AnyObject {
    /// What the packets hold.
    var parameters: UnsafePointer<AVCodecParameters> { get }
    /// Ticks of the packets' clock in a second: its samples.
    var rate: Int { get }
    /// What was damaged so far, as a sentence, or nil.
    var problem: String? { get }
    /// Takes the next packet, or gives false at the end.
    func next(_ packet: inout Packet) throws(MediaError) -> Bool
}
