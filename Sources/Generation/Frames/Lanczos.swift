// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Media

extension Picture {
    /// The picture at another size as Pillow makes it, equal to it bit for bit.
    ///
    /// This is `Image.resize(size, Image.Resampling.LANCZOS)` of Pillow 13.0.0 (`libImaging`,
    /// `Resample.c`) on an 8-bit RGB image: one axis after the other, with weights rounded to 22 bits
    /// and a result of 8 bits after each. An axis that keeps its length is left alone.
    package func resampled(width: Int, height: Int) -> Picture {
        precondition(width > 0 && height > 0, "a picture of \(width)x\(height) has no pixels")
        // Which axis comes first shows where the first result leaves the 8 bits.
        let lost = (columns: self.width - width, rows: self.height - height)
        if lost.rows > 0 && lost.rows > 2 * lost.columns {
            return resampled(height: height).resampled(width: width)
        }
        return resampled(width: width).resampled(height: height)
    }

    private func resampled(width: Int) -> Picture {
        guard width != self.width else { return self }
        let taps = LanczosTaps(from: self.width, to: width)
        return Picture(width: width, height: height) { y, samples in
            for x in 0..<width {
                let (first, weights) = taps[x]
                for channel in 0..<3 {
                    samples[3 * x + channel] = weighted(
                        pixels.span, from: 3 * (y * self.width + first) + channel, step: 3,
                        weights)
                }
            }
        }
    }

    private func resampled(height: Int) -> Picture {
        guard height != self.height else { return self }
        let taps = LanczosTaps(from: self.height, to: height)
        return Picture(width: width, height: height) { y, samples in
            let (first, weights) = taps[y]
            for index in 0..<3 * width {
                samples[index] = weighted(
                    pixels.span, from: 3 * first * width + index, step: 3 * width, weights)
            }
        }
    }
}

/// Σ weight · sample in 22-bit fixed point, rounded to a level.
private func weighted(
    _ samples: Span<UInt8>, from start: Int, step: Int, _ weights: ArraySlice<Int32>
) -> UInt8 {
    var sum: Int32 = 1 << (LanczosTaps.bits - 1)
    var index = start
    for weight in weights {
        sum &+= Int32(samples[index]) &* weight
        index += step
    }
    return UInt8(min(max(sum >> LanczosTaps.bits, 0), 255))
}

/// Which samples of an axis make each sample of the axis at another length, and their weights.
private struct LanczosTaps {
    static let bits: Int32 = 22
    private var first: [Int] = []
    /// Where the weights of each sample begin in `weights`, and where the last ones end.
    private var start: [Int] = [0]
    private var weights: [Int32] = []

    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        let widening = max(scale, 1)
        let support = 3 * widening
        for index in 0..<new {
            let centre = (Double(index) + 0.5) * scale
            let lower = max(Int(centre - support + 0.5), 0)
            let upper = min(Int(centre + support + 0.5), old)
            let values = (lower..<upper).map { sample in
                LanczosTaps.window((Double(sample) - centre + 0.5) * (1 / widening))
            }
            let total = values.reduce(0, +)
            first.append(lower)
            weights += values.map { value in
                let part = (total != 0 ? value / total : value) * Double(1 << LanczosTaps.bits)
                return Int32(part < 0 ? part - 0.5 : part + 0.5)
            }
            start.append(weights.count)
        }
    }

    subscript(index: Int) -> (first: Int, weights: ArraySlice<Int32>) {
        (first[index], weights[start[index]..<start[index + 1]])
    }

    /// sinc(x)·sinc(x/3) within −3…3, sinc(x) = sin(πx)/πx.
    private static func window(_ x: Double) -> Double {
        (-3..<3).contains(x) ? sinc(x) * sinc(x / 3) : 0
    }

    private static func sinc(_ x: Double) -> Double {
        x == 0 ? 1 : sin(x * .pi) / (x * .pi)
    }
}
