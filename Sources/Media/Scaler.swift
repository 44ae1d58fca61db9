// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `SwsContext`: converts frames of one size between two pixel layouts.
@safe package struct Scaler: ~Copyable {
    private let context: OpaquePointer
    private let width: Int
    private let height: Int

    /// Prepares the conversion; sizes stay as they are.
    ///
    /// Both sides' matrix and range are set with `sws_setColorspaceDetails`: left alone, swscale
    /// takes BT.601 for every size, and players show other reds and greens.
    /// Accurate rounding and full chroma interpolation keep flat colours within one level, and
    /// bit-exact arithmetic gives the same samples on every processor.
    ///
    /// - Throws: `libavFailed` when swscale knows no such conversion.
    package init(
        width: Int, height: Int, from source: PixelLayout, to target: PixelLayout
    ) throws(MediaError) {
        Diagnostics.begin()
        guard let scaler = unsafe sws_alloc_context() else { fatalError("out of memory") }
        unsafe context = scaler
        self.width = width
        self.height = height
        var options: [(String, Int)] = [
            ("srcw", width), ("srch", height), ("src_format", Int(source.format)),
            ("dstw", width), ("dsth", height), ("dst_format", Int(target.format)),
            ("src_range", source.fullRange ? 1 : 0), ("dst_range", target.fullRange ? 1 : 0),
            ("sws_flags", Int(Self.flags)),
        ]
        // Positions are in 1/256 of a full sample: left in width, half way in height.
        if source.hasHalfWidthChroma { options.append(("src_h_chr_pos", 0)) }
        if source.hasHalfHeightChroma { options.append(("src_v_chr_pos", 128)) }
        if target.hasHalfWidthChroma { options.append(("dst_h_chr_pos", 0)) }
        if target.hasHalfHeightChroma { options.append(("dst_v_chr_pos", 128)) }
        for (name, value) in options {
            let code = unsafe av_opt_set_int(UnsafeMutableRawPointer(scaler), name, Int64(value), 0)
            precondition(code == 0, "swscale has no option '\(name)'")
        }
        let code = unsafe sws_init_context(scaler, nil, nil)
        guard code >= 0 else {
            throw .libav("convert", "\(width)x\(height) picture", code: code)
        }
        let unity: Int32 = 1 << 16
        // A negative return means that the formats have no adjustable colours, as RGB to RGB.
        _ = unsafe sws_setColorspaceDetails(
            scaler, sws_getCoefficients(source.matrix), source.fullRange ? 1 : 0,
            sws_getCoefficients(target.matrix), target.fullRange ? 1 : 0, 0, unity, unity)
    }

    deinit { unsafe sws_freeContext(context) }

    private static let flags =
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT

    /// Converts `source` into `target`.
    ///
    /// Calls `sws_scale`.
    package mutating func convert(_ source: borrowing Frame, into target: inout Frame) {
        precondition(
            source.width == width && source.height == height && target.width == width
                && target.height == height, "the scaler was made for \(width)x\(height)")
        target.makeWritable()
        unsafe scale(source.pointer, into: target.pointer, by: context)
    }
}

/// Fills the pixels of `output` from those of `input`, whose sizes and formats the context has.
///
/// Calls `sws_scale`.
func scale(
    _ input: UnsafeMutablePointer<AVFrame>, into output: UnsafeMutablePointer<AVFrame>,
    by context: OpaquePointer
) {
    let (source, target) = unsafe (input.pointee, output.pointee)
    let planes: [UnsafePointer<UInt8>?] = unsafe [
        UnsafePointer(source.data.0), UnsafePointer(source.data.1),
        UnsafePointer(source.data.2), UnsafePointer(source.data.3),
    ]
    let strides = unsafe [
        source.linesize.0, source.linesize.1, source.linesize.2, source.linesize.3,
    ]
    let targets = unsafe [target.data.0, target.data.1, target.data.2, target.data.3]
    let targetStrides = unsafe [
        target.linesize.0, target.linesize.1, target.linesize.2, target.linesize.3,
    ]
    let rows = unsafe sws_scale(
        context, planes, strides, 0, source.height, targets, targetStrides)
    let wanted = unsafe target.height
    precondition(rows == wanted, "swscale wrote \(rows) of \(wanted) rows")
}
