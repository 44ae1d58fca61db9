// SPDX-License-Identifier: Apache-2.0

import CAV

/// How numbers in memory stand for colours: sample layout, matrix and range.
package struct PixelLayout: Sendable, Equatable {
    /// The `AVPixelFormat` as a number.
    let format: Int32
    /// The `AVCOL_SPC_*` number, which is also the `SWS_CS_*` number; unused for RGB.
    let matrix: Int32
    /// Whether black and white are 0 and 255, not 16 and 235.
    let fullRange: Bool

    init(format: AVPixelFormat, matrix: AVColorSpace, fullRange: Bool) {
        self.format = format.rawValue
        self.matrix = Int32(matrix.rawValue)
        self.fullRange = fullRange
    }

    /// 8-bit RGB, as in ``Picture``.
    package static let rgb = PixelLayout(
        format: AV_PIX_FMT_RGB24, matrix: AVCOL_SPC_RGB, fullRange: true)

    /// What players expect of H.264: 4:2:0, ITU-R BT.709 matrix, limited range.
    package static let video = PixelLayout(
        format: AV_PIX_FMT_YUV420P, matrix: AVCOL_SPC_BT709, fullRange: false)

    /// What pictures are filtered in: as ``video``, but with colour at full size.
    static let filtering = PixelLayout(
        format: AV_PIX_FMT_YUV444P, matrix: AVCOL_SPC_BT709, fullRange: false)

    /// RGB with a fourth sample that is always 255, as the WebP encoder and palettes take it.
    static let opaque = PixelLayout(
        format: AV_PIX_FMT_BGRA, matrix: AVCOL_SPC_RGB, fullRange: true)

    /// Numbers of colours in a list of 256.
    static let indexed = PixelLayout(
        format: AV_PIX_FMT_PAL8, matrix: AVCOL_SPC_RGB, fullRange: true)

    /// What a JPEG file means by its numbers (JFIF 1.02): ITU-R BT.601 matrix, full range; 4:4:4,
    /// because a poster is small and coloured edges show.
    package static let jpeg = PixelLayout(
        format: AV_PIX_FMT_YUV444P, matrix: AVCOL_SPC_BT470BG, fullRange: true)

    var pixelFormat: AVPixelFormat { AVPixelFormat(rawValue: format) }

    /// Whether colour is stored at half width, sited at the left as H.264 says by default
    /// (ITU-T H.264 annex E, `chroma_sample_loc_type` 0).
    var hasHalfWidthChroma: Bool {
        let description = unsafe av_pix_fmt_desc_get(pixelFormat)
        return unsafe description?.pointee.log2_chroma_w == 1
    }

    /// Whether colour is stored at half height.
    var hasHalfHeightChroma: Bool {
        let description = unsafe av_pix_fmt_desc_get(pixelFormat)
        return unsafe description?.pointee.log2_chroma_h == 1
    }
}
