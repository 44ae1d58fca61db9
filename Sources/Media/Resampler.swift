// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `SwrContext`: samples of any kind in, samples of one kind out.
@safe struct Resampler: ~Copyable {
    private let context: OpaquePointer
    private let format: SoundFormat

    /// Calls `swr_alloc`; the rest waits for the first frame, which says what comes in.
    init(to format: SoundFormat) {
        guard let made = unsafe swr_alloc() else { fatalError("out of memory") }
        unsafe context = made
        self.format = format
    }

    deinit {
        var made: OpaquePointer? = unsafe context
        unsafe swr_free(&made)
    }

    /// Converts a frame; the samples of `output` are replaced.
    ///
    /// A source may change its rate or channels half way; then the conversion starts anew. Calls
    /// `swr_convert_frame`.
    ///
    /// - Throws: `libavFailed` for channels that nobody has a name for.
    mutating func convert(
        _ input: borrowing Frame, into output: inout Frame, path: String
    ) throws(MediaError) {
        let layout = unsafe input.pointer.pointee.ch_layout
        if unsafe layout.order == AV_CHANNEL_ORDER_UNSPEC {
            unsafe av_channel_layout_default(
                &input.pointer.pointee.ch_layout, layout.nb_channels)
        }
        output.prepare(for: format)
        var code = unsafe swr_convert_frame(context, output.pointer, input.pointer)
        if code == AVERROR_INPUT_CHANGED {
            unsafe swr_close(context)
            output.prepare(for: format)
            code = unsafe swr_convert_frame(context, output.pointer, input.pointer)
        }
        guard code >= 0 else { throw .libav("convert the sound of", path, code: code) }
    }

    /// Gives what the conversion holds back.
    mutating func flush(into output: inout Frame, path: String) throws(MediaError) {
        output.prepare(for: format)
        guard unsafe swr_is_initialized(context) != 0 else { return }
        let code = unsafe swr_convert_frame(context, output.pointer, nil)
        guard code >= 0 else { throw .libav("convert the sound of", path, code: code) }
    }

    /// Samples that went in and have not come out.
    ///
    /// Calls `swr_get_delay`.
    var delay: Int {
        guard unsafe swr_is_initialized(context) != 0 else { return 0 }
        return unsafe Int(swr_get_delay(context, Int64(format.rate)))
    }
}

/// Rate, channels and kind of samples that an encoder takes.
struct SoundFormat {
    let rate: Int
    let channels: Int
    /// The `AVSampleFormat` as a number.
    let samples: Int32
}

extension Frame {
    /// Empties the frame and says what samples it is to take.
    mutating func prepare(for format: SoundFormat) {
        clear()
        unsafe pointer.pointee.sample_rate = Int32(format.rate)
        unsafe pointer.pointee.format = format.samples
        unsafe av_channel_layout_default(&pointer.pointee.ch_layout, Int32(format.channels))
    }

    /// Allocates `count` samples of each channel.
    ///
    /// Calls `av_frame_get_buffer`.
    mutating func makeRoom(for count: Int, _ format: SoundFormat) {
        prepare(for: format)
        unsafe pointer.pointee.nb_samples = Int32(count)
        guard unsafe av_frame_get_buffer(pointer, 0) == 0 else { fatalError("out of memory") }
    }

    /// How many samples of each channel the frame holds.
    var sampleCount: Int { unsafe Int(pointer.pointee.nb_samples) }
}
