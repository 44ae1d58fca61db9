// SPDX-License-Identifier: Apache-2.0

/// One picture: 8-bit RGB, full range sRGB, the plain value that the rest of the program sees.
///
/// `pixels` has shape (height, width, 3), rows from top to bottom, without padding between rows.
package struct Picture: Sendable, Equatable {
    package let width: Int
    package let height: Int
    package var pixels: [UInt8]

    /// Makes a picture of `pixels`, shape (height, width, 3).
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture of \(width)x\(height) has no pixels")
        precondition(
            pixels.count == width * height * 3,
            "a picture of \(width)x\(height) takes \(width * height * 3) bytes, got \(pixels.count)"
        )
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// The picture with its last column and row repeated where a format needs even sides.
    ///
    /// Repeating the edge keeps the codec from drawing a dark seam along it.
    func extended(for format: VideoFormat) -> Picture {
        guard format.needsEvenSides else { return self }
        let (wide, tall) = (width + width % 2, height + height % 2)
        guard wide != width || tall != height else { return self }
        var extended: [UInt8] = []
        extended.reserveCapacity(wide * tall * 3)
        for y in 0..<tall {
            let row = pixels[(min(y, height - 1) * width * 3)...].prefix(width * 3)
            extended += row
            if wide != width { extended += row.suffix(3) }
        }
        return Picture(width: wide, height: tall, pixels: extended)
    }
}
