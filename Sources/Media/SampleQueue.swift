// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `AVAudioFifo`: samples in pieces of any length in, pieces of the encoder's length out.
@safe struct SampleQueue: ~Copyable {
    private let queue: OpaquePointer
    private let format: SoundFormat

    /// Calls `av_audio_fifo_alloc`.
    init(_ format: SoundFormat) {
        guard
            let made = unsafe av_audio_fifo_alloc(
                AVSampleFormat(rawValue: format.samples), Int32(format.channels), 4096)
        else { fatalError("out of memory") }
        unsafe queue = made
        self.format = format
    }

    deinit { unsafe av_audio_fifo_free(queue) }

    var count: Int { unsafe Int(av_audio_fifo_size(queue)) }

    /// Takes the samples `range` of a frame.
    ///
    /// Calls `av_audio_fifo_write`.
    mutating func append(_ frame: borrowing Frame, _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        precondition(range.upperBound <= frame.sampleCount, "a frame with fewer samples")
        let sample = Int(av_get_bytes_per_sample(AVSampleFormat(rawValue: format.samples)))
        let isPlanar = av_sample_fmt_is_planar(AVSampleFormat(rawValue: format.samples)) != 0
        let stride = isPlanar ? sample : sample * format.channels
        var planes: [UnsafeMutableRawPointer?] = unsafe []
        for plane in 0..<(isPlanar ? format.channels : 1) {
            let data = unsafe frame.pointer.pointee.extended_data[plane]
            let start = unsafe data.map { unsafe $0 + range.lowerBound * stride }
            unsafe planes.append(start.map { UnsafeMutableRawPointer($0) })
        }
        let code = unsafe av_audio_fifo_write(queue, &planes, Int32(range.count))
        guard code == Int32(range.count) else { fatalError("out of memory") }
    }

    /// Takes `count` samples of silence.
    ///
    /// Calls `av_samples_set_silence`.
    mutating func appendSilence(_ count: Int) {
        var frame = Frame()
        frame.makeRoom(for: count, format)
        let kind = AVSampleFormat(rawValue: format.samples)
        let code = unsafe av_samples_set_silence(
            frame.pointer.pointee.extended_data, 0, Int32(count), Int32(format.channels), kind)
        precondition(code >= 0, "no silence in this format")
        append(frame, 0..<count)
    }

    /// Gives `count` samples, stamped with `position`.
    ///
    /// Calls `av_audio_fifo_read`.
    mutating func take(_ count: Int, at position: Int, into frame: inout Frame) {
        frame.makeRoom(for: count, format)
        frame.stamp(position)
        let planes = unsafe UnsafeMutableRawPointer(frame.pointer.pointee.extended_data)
            .assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        let code = unsafe av_audio_fifo_read(queue, planes, Int32(count))
        precondition(code == Int32(count), "a queue with fewer samples")
    }
}
