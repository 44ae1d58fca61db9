// SPDX-License-Identifier: Apache-2.0

import CAV

/// Reads the 8-bit RGB values of frames that are RGB, grey or palette entries, exactly, and lays
/// them on a background where they are transparent.
struct Flattening {
    let background: Background

    /// The picture in a frame, at its own size.
    ///
    /// Values of more than 8 bits become the nearest 8-bit ones; transparency is straight (PNG
    /// specification, 12.4), and laid on in the values as stored, as browsers do.
    ///
    /// Calls `av_read_image_line2`, which reads any such format.
    ///
    /// - Parameters:
    ///   - frame: of a format that ``SampleFormat/isExact``.
    ///   - target: an RGB frame of the same size.
    func flatten(_ frame: UnsafeMutablePointer<AVFrame>, into target: inout Frame) {
        let values = unsafe frame.pointee
        guard let description = unsafe av_pix_fmt_desc_get(AVPixelFormat(rawValue: values.format))
        else { preconditionFailure("a frame without a format") }
        let (width, height) = unsafe (Int(values.width), Int(values.height))
        precondition(target.width == width && target.height == height, "another size")
        let flags = unsafe description.pointee.flags
        let isPalette = flags & UInt64(AV_PIX_FMT_FLAG_PAL) != 0
        let components = isPalette ? 4 : Int(unsafe description.pointee.nb_components)
        var lines = [[UInt16]](repeating: [UInt16](repeating: 0, count: width), count: components)
        guard let start = unsafe target.pointer.pointee.data.0 else { return }
        let stride = unsafe Int(target.pointer.pointee.linesize.0)
        for y in 0..<height {
            if isPalette {
                unsafe Self.readPalette(values, y, into: &lines)
            } else {
                unsafe Self.read(values, description, y, into: &lines)
            }
            unsafe lay(lines, on: start + y * stride)
        }
    }

    private static func read(
        _ values: AVFrame, _ description: UnsafePointer<AVPixFmtDescriptor>, _ y: Int,
        into lines: inout [[UInt16]]
    ) {
        var planes: [UnsafePointer<UInt8>?] = unsafe [
            UnsafePointer(values.data.0), UnsafePointer(values.data.1),
            UnsafePointer(values.data.2), UnsafePointer(values.data.3),
        ]
        let strides = unsafe [
            values.linesize.0, values.linesize.1, values.linesize.2, values.linesize.3,
        ]
        let depths = unsafe [
            description.pointee.comp.0.depth, description.pointee.comp.1.depth,
            description.pointee.comp.2.depth, description.pointee.comp.3.depth,
        ]
        for component in lines.indices {
            unsafe av_read_image_line2(
                &lines[component], &planes, strides, description, 0, Int32(y), Int32(component),
                values.width, 0, 2)
            let largest = (1 << Int(depths[component])) - 1
            guard largest != 255 else { continue }
            for x in lines[component].indices {
                let value = min(Int(lines[component][x]), largest)
                lines[component][x] = UInt16((value * 255 + largest / 2) / largest)
            }
        }
    }

    /// A palette is 256 numbers 0xAARRGGBB in the second plane (libavutil/pixfmt.h).
    private static func readPalette(_ values: AVFrame, _ y: Int, into lines: inout [[UInt16]]) {
        guard let indices = unsafe values.data.0, let palette = unsafe values.data.1 else { return }
        let row = unsafe indices + y * Int(values.linesize.0)
        let colours = UnsafeRawPointer(palette)
        for x in lines[0].indices {
            let colour = unsafe colours.loadUnaligned(
                fromByteOffset: Int(row[x]) * 4, as: UInt32.self)
            for (component, shift) in [16, 8, 0, 24].enumerated() {
                lines[component][x] = UInt16(truncatingIfNeeded: colour >> UInt32(shift) & 0xFF)
            }
        }
    }

    /// Writes one row of RGB: from grey, grey and alpha, RGB, or RGB and alpha.
    private func lay(_ lines: [[UInt16]], on row: UnsafeMutablePointer<UInt8>) {
        let isGrey = lines.count <= 2
        let alpha: [UInt16]? = lines.count % 2 == 0 ? lines[lines.count - 1] : nil
        let under = [background.red, background.green, background.blue].map { Int($0) }
        for channel in 0..<3 {
            let values = lines[isGrey ? 0 : channel]
            guard let alpha else {
                for x in values.indices {
                    unsafe row[3 * x + channel] = UInt8(truncatingIfNeeded: values[x])
                }
                continue
            }
            for x in values.indices {
                let opacity = Int(alpha[x])
                let mixed = Int(values[x]) * opacity + under[channel] * (255 - opacity)
                unsafe row[3 * x + channel] = UInt8((mixed + 127) / 255)
            }
        }
    }
}
