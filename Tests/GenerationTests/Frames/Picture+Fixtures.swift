// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

extension Picture {
    /// A picture without any smoothness; the golden values are of the same.
    static func pattern(_ width: Int, _ height: Int) -> Picture {
        drawn(width, height) { x, y, c in (x * 7 + y * 13 + c * 29) ^ (x * y * (c + 1)) }
    }

    /// A picture with smooth, correlated colours; the golden values are of the same.
    static func hues(_ width: Int, _ height: Int, _ red: Int, _ green: Int, _ blue: Int) -> Picture
    {
        drawn(width, height) { x, y, c in
            let (first, second) = (x * 90 / width, y * 60 / height)
            return [red + first, green + (first + second) / 2, blue + second][c]
        }
    }

    static func flat(_ red: UInt8, _ green: UInt8, _ blue: UInt8, _ width: Int, _ height: Int)
        -> Picture
    {
        drawn(width, height) { _, _, c in Int([red, green, blue][c]) }
    }

    /// A picture whose samples are the low bytes of what `sample` gives.
    static func drawn(
        _ width: Int, _ height: Int, _ sample: (_ x: Int, _ y: Int, _ channel: Int) -> Int
    ) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 { pixels.append(UInt8(truncatingIfNeeded: sample(x, y, c))) }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    func sample(_ x: Int, _ y: Int, _ channel: Int = 0) -> Int {
        Int(pixels[3 * (y * width + x) + channel])
    }

    var levels: [Float] { pixels.map(Float.init) }
}

extension Mask {
    /// A mask whose pixels are 255 where `isInside` says so.
    static func drawn(_ width: Int, _ height: Int, _ isInside: (_ x: Int, _ y: Int) -> Bool) -> Mask
    {
        Mask(
            width: width, height: height,
            values: (0..<width * height).map { isInside($0 % width, $0 / width) ? 255 : 0 })
    }
}

/// What make_frames_golden.py gave.
enum FramesGolden {
    static let tensors = Result { try Golden.tensors("frames") }

    /// The values of that name; most are a part of the values, see `sampled`.
    static func values(_ name: String) throws -> [Float] {
        try #require(try tensors.get()[name], "\(name)").values
    }

    /// At most about 400 of the values: every n-th, n odd, as the script keeps them.
    static func sampled(_ values: [Float]) -> [Float] {
        stride(from: 0, to: values.count, by: values.count / 400 | 1).map { values[$0] }
    }

    /// Expects the kept ones of `values` to be no further than `tolerance` from the golden ones.
    static func expect(
        _ values: [Float], _ name: String, within tolerance: Float,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (actual, golden) = (sampled(values), try self.values(name))
        #expect(actual.count == golden.count, sourceLocation: sourceLocation)
        let worst = zip(actual, golden).map { abs($0 - $1) }.max() ?? .infinity
        #expect(
            worst <= tolerance, "\(name): \(actual.prefix(6)), golden \(golden.prefix(6))",
            sourceLocation: sourceLocation)
    }
}
