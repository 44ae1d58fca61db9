// SPDX-License-Identifier: Apache-2.0

import CAV

/// Owns one `AVFrame`: planes of samples, padded and aligned as codecs want them.
@safe package struct Frame: ~Copyable {
    let pointer: UnsafeMutablePointer<AVFrame>

    /// An empty frame for a decoder to fill.
    ///
    /// Calls `av_frame_alloc`.
    init() {
        guard let frame = unsafe av_frame_alloc() else { fatalError("out of memory") }
        unsafe pointer = frame
    }

    /// A frame with room for `width` × `height` samples.
    ///
    /// Calls `av_frame_get_buffer`.
    package init(width: Int, height: Int, layout: PixelLayout) {
        self.init()
        unsafe pointer.pointee.width = Int32(width)
        unsafe pointer.pointee.height = Int32(height)
        unsafe pointer.pointee.format = layout.format
        unsafe pointer.pointee.color_range = layout.fullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
        unsafe pointer.pointee.colorspace = AVColorSpace(rawValue: UInt32(layout.matrix))
        guard unsafe av_frame_get_buffer(pointer, 0) == 0 else { fatalError("out of memory") }
    }

    deinit {
        var frame: UnsafeMutablePointer<AVFrame>? = unsafe pointer
        unsafe av_frame_free(&frame)
    }

    var width: Int { unsafe Int(pointer.pointee.width) }
    var height: Int { unsafe Int(pointer.pointee.height) }

    /// What a decoded frame says about its samples; the old `yuvj` formats are full range by name.
    var layout: PixelLayout {
        unsafe PixelLayout(
            format: AVPixelFormat(rawValue: pointer.pointee.format),
            matrix: pointer.pointee.colorspace,
            fullRange: pointer.pointee.color_range == AVCOL_RANGE_JPEG)
    }

    /// Makes the samples ours alone, after an encoder may have kept a reference.
    ///
    /// Calls `av_frame_make_writable`.
    mutating func makeWritable() {
        guard unsafe av_frame_make_writable(pointer) == 0 else { fatalError("out of memory") }
    }

    /// Says when the frame is shown, in ticks of its clock.
    mutating func stamp(_ tick: Int) { unsafe pointer.pointee.pts = Int64(tick) }

    /// Drops the samples and keeps the frame.
    ///
    /// Calls `av_frame_unref`.
    mutating func clear() { unsafe av_frame_unref(pointer) }

    /// Copies a picture of the same size into this RGB frame.
    package mutating func load(_ picture: Picture) {
        precondition(
            picture.width == width && picture.height == height,
            "a frame of \(width)x\(height) cannot take a picture of "
                + "\(picture.width)x\(picture.height)")
        precondition(unsafe pointer.pointee.format == PixelLayout.rgb.format, "not an RGB frame")
        makeWritable()
        guard let target = unsafe pointer.pointee.data.0 else { fatalError("frame without data") }
        let row = width * 3
        let stride = unsafe Int(pointer.pointee.linesize.0)
        unsafe picture.pixels.withUnsafeBufferPointer { pixels in
            guard let source = pixels.baseAddress else { return }
            for y in 0..<height {
                unsafe (target + y * stride).update(from: source + y * row, count: row)
            }
        }
    }

    /// The samples of one plane without padding, rows top to bottom; `rowBytes` long each.
    package func plane(_ index: Int, rowBytes: Int, rows: Int) -> [UInt8] {
        let planes = unsafe [
            pointer.pointee.data.0, pointer.pointee.data.1, pointer.pointee.data.2,
        ]
        let strides = unsafe [
            pointer.pointee.linesize.0, pointer.pointee.linesize.1, pointer.pointee.linesize.2,
        ]
        let stride = Int(strides[index])
        precondition(rowBytes <= stride && rows <= height, "a plane is smaller than that")
        guard let source = unsafe planes[index] else { fatalError("frame without data") }
        return unsafe [UInt8](unsafeUninitializedCapacity: rowBytes * rows) { bytes, count in
            guard let target = bytes.baseAddress else { return }
            for y in 0..<rows {
                unsafe (target + y * rowBytes).initialize(
                    from: source + y * stride, count: rowBytes)
            }
            count = rowBytes * rows
        }
    }

    /// The picture in this RGB frame.
    func picture() -> Picture {
        precondition(unsafe pointer.pointee.format == PixelLayout.rgb.format, "not an RGB frame")
        return Picture(
            width: width, height: height, pixels: plane(0, rowBytes: width * 3, rows: height))
    }
}
