// SPDX-License-Identifier: Apache-2.0

import CAV

/// What the pictures of each format are encoded with.
struct EncoderSettings {
    /// libavcodec's name of the encoder.
    let name: String
    let options: [(String, String)]

    /// - CRF 16 of x264 is visually lossless (18 is commonly called so) at a size that still
    ///   streams; CRF 20 of VP9 is about its like.
    /// - VP9's `cpu-used` 2 takes a third of the time of 0 for a few percent of the size.
    init(_ format: VideoFormat, quality: Int? = nil) {
        switch format {
        case .mp4: (name, options) = ("libx264", [("preset", "medium"), ("crf", "16")])
        case .webm:
            (name, options) = (
                "libvpx-vp9", [("deadline", "good"), ("cpu-used", "2"), ("crf", "20")]
            )
        case .gif: (name, options) = ("gif", [])
        case .webp: (name, options) = ("libwebp", [("quality", "\(quality ?? 85)")])
        }
    }

    /// Configures and starts an encoder.
    ///
    /// - One tick of the clock is one frame, so times are exact for every rate.
    /// - Without B-frames pictures are stored in the order they are shown: the first one is at time
    ///   zero without an edit list, which some readers ignore.
    /// - A key frame at least every two seconds makes seeking in a clip quick.
    ///
    /// - Throws: `libavFailed` when the encoder refuses its settings.
    func open(
        _ encoder: inout FrameEncoder, rate: FrameRate, format: VideoFormat
    ) throws(MediaError) {
        let context = unsafe encoder.context
        unsafe context.pointee.time_base = AVRational(
            num: Int32(rate.denominator), den: Int32(rate.numerator))
        unsafe context.pointee.framerate = AVRational(
            num: Int32(rate.numerator), den: Int32(rate.denominator))
        if format.needsEvenSides {
            unsafe context.pointee.color_primaries = AVCOL_PRI_BT709
            unsafe context.pointee.color_trc = AVCOL_TRC_BT709
            unsafe context.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
            unsafe context.pointee.max_b_frames = 0
            unsafe context.pointee.gop_size = Int32(max(1, (rate.value * 2).rounded()))
            // Quality is constant; the rate follows from it.
            unsafe context.pointee.bit_rate = 0
            // MP4 keeps the parameter sets in its own header, and Matroska likewise.
            unsafe context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
        }
        try encoder.open(options: options)
    }
}

extension VideoFormat {
    /// Colour at half size needs an even number of columns and rows.
    var needsEvenSides: Bool { self == .mp4 || self == .webm }

    /// Layout of a whole picture of this format, before a GIF's colours are counted.
    var pictureLayout: PixelLayout { needsEvenSides ? .video : .opaque }

    /// Layout of the frames that the encoder takes.
    var codedLayout: PixelLayout { self == .gif ? .indexed : pictureLayout }

    /// Frames a second that players keep up with, or nil for no limit.
    ///
    /// Browsers show a picture of a tenth of a second where a file asks for one hundredth or less,
    /// and a GIF counts in hundredths.
    var highestRate: Double? {
        switch self {
        case .mp4, .webm: nil
        case .gif: 50
        case .webp: 90
        }
    }
}
