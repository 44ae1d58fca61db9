// SPDX-License-Identifier: Apache-2.0

import CAV

/// What the samples of a decoded frame mean, with the gaps filled in as players do.
struct SampleFormat: Equatable {
    let format: AVPixelFormat
    /// The matrix between colour differences and RGB: an `AVCOL_SPC_*` that swscale knows.
    let matrix: Int32
    /// Whether black and white are the ends of the scale, not 16 and 235 of 255.
    let fullRange: Bool
    let hasAlpha: Bool
    /// Whether the samples are RGB, grey or palette entries over the full scale: 8-bit values can
    /// then be had exactly, without the detour over colour differences.
    let isExact: Bool
    /// Where colour samples sit between luma samples, in 1/256, for formats with fewer of them.
    let chromaX: Int?
    let chromaY: Int?

    /// Reads the tags of a frame.
    ///
    /// Without tags: a video of 1280 pixels or more in width, or of more than 576 in height, is
    /// BT.709, a smaller one and every picture is BT.601 (as mpv has it,
    /// `mp_csp_guess_colorspace`); video is limited range, pictures and RGB are full range.
    ///
    /// - Throws: `notMedia` for formats that nothing here converts.
    init(_ frame: borrowing Frame, isVideo: Bool, path: String) throws(MediaError) {
        let values = unsafe frame.pointer.pointee
        let number = unsafe values.format
        format = AVPixelFormat(rawValue: number)
        guard let description = unsafe av_pix_fmt_desc_get(format) else {
            throw .damaged(path: path, second: nil, reason: "its pixels have no known format")
        }
        let flags = unsafe Int32(truncatingIfNeeded: description.pointee.flags)
        let components = unsafe Int(description.pointee.nb_components)
        let name = unsafe String(cString: description.pointee.name)
        hasAlpha = flags & AV_PIX_FMT_FLAG_ALPHA != 0 || flags & AV_PIX_FMT_FLAG_PAL != 0
        let isRGB = flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
        let isGrey = !isRGB && components <= 2
        let strange = AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER | AV_PIX_FMT_FLAG_HWACCEL
        let space = unsafe values.colorspace
        guard flags & strange == 0, Self.converts(space) || isRGB || isGrey,
            isRGB || sws_isSupportedInput(format) > 0
        else {
            let colours = unsafe av_color_space_name(space).map { unsafe String(cString: $0) }
            throw .notMedia(
                path: path,
                reason: "its pixels (\(name), colours \(colours ?? "unknown")) are not converted; "
                    + "save or export it as H.264 in MP4")
        }
        let range = unsafe values.color_range
        fullRange =
            isRGB || range == AVCOL_RANGE_JPEG || name.hasPrefix("yuvj")
            || (isGrey && !isVideo && range != AVCOL_RANGE_MPEG)
        isExact = isRGB || (isGrey && fullRange)
        let isLarge = unsafe values.width >= 1280 || values.height > 576
        let unsaid = isVideo && isLarge ? AVCOL_SPC_BT709 : AVCOL_SPC_BT470BG
        let tagged = space != AVCOL_SPC_UNSPECIFIED && space != AVCOL_SPC_RGB
        matrix = Int32((tagged ? space : unsaid).rawValue)
        let location = unsafe values.chroma_location
        let centred = location == AVCHROMA_LOC_CENTER || location == AVCHROMA_LOC_TOP
        let left = location != AVCHROMA_LOC_UNSPECIFIED ? !centred : isVideo
        let top = location == AVCHROMA_LOC_TOPLEFT || location == AVCHROMA_LOC_TOP
        chromaX = unsafe description.pointee.log2_chroma_w == 1 ? (left ? 0 : 128) : nil
        chromaY = unsafe description.pointee.log2_chroma_h == 1 ? (top ? 0 : 128) : nil
    }

    /// 8-bit RGB, as in ``Picture``.
    static let rgb = SampleFormat(format: AV_PIX_FMT_RGB24)

    private init(format: AVPixelFormat) {
        self.format = format
        matrix = Int32(AVCOL_SPC_BT470BG.rawValue)
        (fullRange, hasAlpha, isExact) = (true, false, true)
        (chromaX, chromaY) = (nil, nil)
    }

    /// The matrices that `sws_getCoefficients` has; constant-luminance and others need more than a
    /// matrix.
    private static func converts(_ space: AVColorSpace) -> Bool {
        [
            AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT709, AVCOL_SPC_FCC, AVCOL_SPC_BT470BG,
            AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE240M, AVCOL_SPC_BT2020_NCL,
        ].contains(space)
    }
}
