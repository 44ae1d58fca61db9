// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `SwsContext` and the frame it fills: converts samples and changes the size.
@safe final class ScalingStage {
    /// What one stage does.
    struct Task: Equatable {
        var width: Int
        var height: Int
        var source: SampleFormat
        var targetWidth: Int
        var targetHeight: Int
        /// RGB of 8 or 16 bits, or RGBA.
        var target: AVPixelFormat
        var scaling: Scaling
    }

    let task: Task
    private(set) var output: Frame
    private let context: OpaquePointer

    /// The furthest that one stage shrinks: swscale's filters have at most 256 taps, and Lanczos
    /// takes six for each step.
    static let largestStep = 32

    /// Prepares the stage.
    ///
    /// Calls `sws_alloc_context`, `sws_init_context` and `sws_setColorspaceDetails`. Accurate
    /// rounding and full chroma interpolation keep flat colours within one level; bit-exact
    /// arithmetic gives the same samples on every processor.
    ///
    /// - Throws: `libavFailed` when swscale knows no such conversion.
    init(_ task: Task) throws(MediaError) {
        Diagnostics.begin()
        guard let scaler = unsafe sws_alloc_context() else { fatalError("out of memory") }
        let filter = task.scaling == .smooth ? SWS_LANCZOS : SWS_POINT
        let flags =
            filter | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT
        var options: [(String, Int)] = [
            ("srcw", task.width), ("srch", task.height),
            ("src_format", Int(task.source.format.rawValue)),
            ("dstw", task.targetWidth), ("dsth", task.targetHeight),
            ("dst_format", Int(task.target.rawValue)),
            ("src_range", task.source.fullRange ? 1 : 0), ("dst_range", 1),
            ("sws_flags", Int(flags)),
        ]
        if let position = task.source.chromaX { options.append(("src_h_chr_pos", position)) }
        if let position = task.source.chromaY { options.append(("src_v_chr_pos", position)) }
        for (name, value) in options {
            let code = unsafe av_opt_set_int(UnsafeMutableRawPointer(scaler), name, Int64(value), 0)
            precondition(code == 0, "swscale has no option '\(name)'")
        }
        let code = unsafe sws_init_context(scaler, nil, nil)
        guard code >= 0 else {
            unsafe sws_freeContext(scaler)
            throw .libav("convert", "\(task.width)x\(task.height) picture", code: code)
        }
        let unity: Int32 = 1 << 16
        // A negative return means that the formats have no adjustable colours, as RGB to RGB.
        _ = unsafe sws_setColorspaceDetails(
            scaler, sws_getCoefficients(task.source.matrix), task.source.fullRange ? 1 : 0,
            sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, unity, unity)
        unsafe context = scaler
        self.task = task
        output = Frame(
            width: task.targetWidth, height: task.targetHeight,
            layout: PixelLayout(format: task.target, matrix: AVCOL_SPC_RGB, fullRange: true))
    }

    deinit { unsafe sws_freeContext(context) }

    /// Fills ``output`` from a frame of the task's source.
    func run(_ input: UnsafeMutablePointer<AVFrame>) {
        unsafe scale(input, into: output.pointer, by: context)
    }
}
