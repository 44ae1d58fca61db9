// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Media

/// Selects the pixels of a picture that look like one colour.
///
/// Looks are compared in CIE L*a*b* (sRGB, white D65): pixels within `tolerance` × 258.7 are selected
/// wholly, others not at all. 258.7 is the largest distance of two sRGB colours, full green and full
/// blue; so 0 selects the colour alone, 0.1 its shades and 1 everything.
///
/// * `tolerance`: 0…1.
/// * `specks`: Selected spots and gaps of fewer pixels than this, side by side, are taken for noise
///   and dropped or filled; 0 keeps all.
package func colourMask(
    of picture: Picture, red: UInt8, green: UInt8, blue: UInt8, tolerance: Double,
    specks: Int = 0
) -> Mask {
    precondition((0...1).contains(tolerance), "a tolerance of \(tolerance) is not in 0…1")
    let wanted = perceived(red, green, blue)
    // Rounding must not unselect the colour itself.
    let limit = Float(tolerance * 258.7) + 0.01
    let width = picture.width
    let values = rows(picture.height, of: width, filledWith: UInt8(0)) { y, row in
        let pixels = picture.pixels.span
        for x in 0..<width {
            let start = 3 * (y * width + x)
            let difference =
                perceived(pixels[start], pixels[start + 1], pixels[start + 2]) - wanted
            if (difference * difference).sum() <= limit * limit { row[x] = 255 }
        }
    }
    let mask = Mask(width: width, height: picture.height, values: values)
    return specks > 1 ? mask.withoutSpecks(below: specks) : mask
}

/// A colour as CIE L*, a*, b*.
private func perceived(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> SIMD3<Float> {
    let light = SIMD3(linear[Int(red)], linear[Int(green)], linear[Int(blue)])
    // The rows of sRGB to XYZ (IEC 61966-2-1), each over the white's component.
    let x = response((SIMD3<Float>(0.4124, 0.3576, 0.1805) * light).sum() / 0.9505)
    let y = response((SIMD3<Float>(0.2126, 0.7152, 0.0722) * light).sum())
    let z = response((SIMD3<Float>(0.0193, 0.1192, 0.9505) * light).sum() / 1.089)
    return SIMD3(116 * y - 16, 500 * (x - y), 200 * (y - z))
}

/// The cube root of CIE 15, straight below (6/29)³.
private func response(_ value: Float) -> Float {
    value > 216.0 / 24389 ? cbrtf(value) : value * (24389.0 / 27 / 116) + 16.0 / 116
}

/// The light of each level of sRGB.
private let linear: [Float] = (0...255).map { level in
    let value = Double(level) / 255
    return Float(value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
}

extension Mask {
    /// The mask without spots and gaps of fewer than `count` pixels, side by side.
    ///
    /// First the spots are dropped, then the gaps filled. Takes as long as there are pixels.
    func withoutSpecks(below count: Int) -> Mask {
        var mask = self
        for isSelected in [true, false] {
            var isSeen = [Bool](repeating: false, count: values.count)
            for start in values.indices
            where !isSeen[start] && (mask.values[start] > 127) == isSelected {
                var group = [start]
                var next = 0
                isSeen[start] = true
                while next < group.count {
                    let index = group[next]
                    next += 1
                    let (x, y) = (index % width, index / width)
                    for (isInside, beside) in [
                        (x > 0, index - 1), (x < width - 1, index + 1), (y > 0, index - width),
                        (y < height - 1, index + width),
                    ] where isInside && !isSeen[beside] {
                        guard (mask.values[beside] > 127) == isSelected else { continue }
                        isSeen[beside] = true
                        group.append(beside)
                    }
                }
                // A group that is all there is has nothing around it that it could be noise in.
                guard group.count < count, group.count < values.count else { continue }
                for index in group { mask.values[index] = isSelected ? 0 : 255 }
            }
        }
        return mask
    }
}
