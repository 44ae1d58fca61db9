// SPDX-License-Identifier: Apache-2.0

import Media

/// One colour of a picture.
struct Colour: Equatable, CustomStringConvertible {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    var bytes: [UInt8] { [red, green, blue] }
    var description: String { "(\(red), \(green), \(blue))" }
}

extension Picture {
    /// A picture made pixel by pixel.
    static func example(
        width: Int = 64, height: Int = 48, _ colour: (_ x: Int, _ y: Int) -> Colour
    ) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { pixels += colour(x, y).bytes }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// A picture of one colour.
    static func flat(_ colour: Colour, width: Int = 64, height: Int = 48) -> Picture {
        example(width: width, height: height) { _, _ in colour }
    }

    /// Frame `index` of a little film: a soft background with a square that moves to the right.
    static func film(_ index: Int, width: Int = 64, height: Int = 48) -> Picture {
        example(width: width, height: height) { x, y in
            let inside = (4 * index..<4 * index + 12).contains(x) && (16..<28).contains(y)
            return inside
                ? Colour(200, 40, 30)
                : Colour(UInt8(x * 255 / width), UInt8(y * 255 / height), 120)
        }
    }

    /// Pixels that no compression can guess, the same on every run.
    static func noise(width: Int, height: Int, seed: UInt64 = 1) -> Picture {
        var state = seed
        return example(width: width, height: height) { _, _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Colour(
                UInt8(truncatingIfNeeded: state >> 33), UInt8(truncatingIfNeeded: state >> 41),
                UInt8(truncatingIfNeeded: state >> 49))
        }
    }

    func colour(atX x: Int, y: Int) -> Colour {
        let start = (y * width + x) * 3
        return Colour(pixels[start], pixels[start + 1], pixels[start + 2])
    }

    /// The largest difference of any sample from that of a picture of the same size.
    func largestDifference(from other: Picture) -> Int {
        zip(pixels, other.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}
