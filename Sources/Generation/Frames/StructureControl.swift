// SPDX-License-Identifier: Apache-2.0
//
// W columns, H rows of pixels; r the radius of the blur.

import Glibc
package import Media
import Tensors

/// What the modes 04, 05 and 07 show the model of their source: its grey, more or less blurred.
///
/// The blur takes structure away step by step like the levels t = 0…7 of Gen-1 (Esser and others,
/// "Structure and Content-Guided Video Synthesis with Diffusion Models", arXiv 2302.03011, 3.2):
/// t = 7·(1 − structure), and a Gaussian of σ = (2ᵗ − 1)/2 pixels at 480 rows, in proportion at
/// others; so structure 1 is the sharp grey and structure 0 leaves the coarsest layout.
package struct StructureControl: Sendable {
    /// The standard deviation of the blur in pixels.
    package let sigma: Double
    /// The blur's weights from the middle outwards, r + 1 of them; together they weigh 1.
    private let weights: [Float]

    /// Makes the control of a `structure` 0…1 for pictures of `height` rows.
    package init(structure: Double, height: Int) {
        precondition((0...1).contains(structure), "structure \(structure) is not in 0…1")
        precondition(height > 0, "pictures of \(height) rows")
        let sigma = Double(height) / 480 * (exp2(7 * (1 - structure)) - 1) / 2
        // At 4 σ the tail that is cut off weighs 6·10⁻⁵: a sixtieth of a level.
        let radius = Int((4 * sigma).rounded(.up))
        let side = (0...radius).map { distance in
            sigma > 0 ? exp(-Double(distance * distance) / (2 * sigma * sigma)) : 1
        }
        self.sigma = sigma
        let total = side[0] + 2 * side.dropFirst().reduce(0, +)
        weights = side.map { Float($0 / total) }
    }

    /// The grey of `picture`, blurred, as a picture of three equal channels.
    ///
    /// Beyond the edges the outermost pixels go on. The result is within one level of the true
    /// Gaussian; without blur it is the grey itself.
    package func callAsFunction(_ picture: Picture) -> Picture {
        let (width, height) = (picture.width, picture.height)
        var grey = rows(height, of: width, filledWith: Float(0)) { y, row in
            let pixels = picture.pixels.span
            for x in 0..<width {
                let start = 3 * (y * width + x)
                row[x] = Float(
                    StructureControl.grey(pixels[start], pixels[start + 1], pixels[start + 2]))
            }
        }
        if weights.count > 1 {
            grey = blurredAlongRows(grey, width: width, height: height)
            grey = blurredAlongColumns(grey, width: width, height: height)
        }
        return Picture(width: width, height: height) { y, samples in
            for x in 0..<width {
                let value = level(grey[y * width + x])
                for channel in 0..<3 { samples[3 * x + channel] = value }
            }
        }
    }

    /// 0.114 R + 0.587 G + 0.299 B as OpenCV rounds it: weights of 15 bits, half a level added.
    ///
    /// VACE reads RGB as if it were BGR (`vace/annotators/gray.py`, commit 48eb44f, calls `cvtColor`
    /// with `COLOR_BGR2GRAY`), so red and blue change places. The values equal those of OpenCV
    /// 4 and 5 (`RY15`, `GY15`, `BY15` of `modules/imgproc/src/color.hpp`) for all 2²⁴ colours.
    static func grey(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        UInt8((3735 * Int32(red) + 19235 * Int32(green) + 9798 * Int32(blue) + 16384) >> 15)
    }

    private func blurredAlongRows(_ plane: [Float], width: Int, height: Int) -> [Float] {
        let radius = weights.count - 1
        return rows(height, of: width, filledWith: Float(0)) { y, row in
            let start = y * width
            var wide = [Float](repeating: plane[start], count: radius)
            wide.reserveCapacity(width + 2 * radius)
            wide += plane[start..<start + width]
            wide += [Float](repeating: plane[start + width - 1], count: radius)
            accumulate(&row, wide.span, wide.span, at: radius, radius, weight: weights[0] / 2)
            for distance in stride(from: 1, through: radius, by: 1) {
                accumulate(
                    &row, wide.span, wide.span, at: radius - distance, radius + distance,
                    weight: weights[distance])
            }
        }
    }

    private func blurredAlongColumns(_ plane: [Float], width: Int, height: Int) -> [Float] {
        let radius = weights.count - 1
        return rows(height, of: width, filledWith: Float(0)) { y, row in
            accumulate(
                &row, plane.span, plane.span, at: y * width, y * width, weight: weights[0] / 2)
            for distance in stride(from: 1, through: radius, by: 1) {
                accumulate(
                    &row, plane.span, plane.span, at: max(y - distance, 0) * width,
                    min(y + distance, height - 1) * width, weight: weights[distance])
            }
        }
    }
}

/// row += weight · (a from `first` on + b from `second` on).
@inline(__always)
private func accumulate(
    _ row: inout MutableSpan<Float>, _ a: Span<Float>, _ b: Span<Float>,
    at first: Int, _ second: Int, weight: Float
) {
    let count = row.count
    precondition(first >= 0 && first + count <= a.count)
    precondition(second >= 0 && second + count <= b.count)
    // The bounds are checked once for the row, so that the loop becomes vector instructions.
    unsafe row.withUnsafeMutableBufferPointer { row in
        unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                for x in 0..<count {
                    unsafe row[x] += weight * (a[first + x] + b[second + x])
                }
            }
        }
    }
}
