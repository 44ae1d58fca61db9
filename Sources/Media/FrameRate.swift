// SPDX-License-Identifier: Apache-2.0

/// Frames per second as an exact fraction in lowest terms.
///
/// A video's clock ticks in whole numbers; 23.976 as a decimal drifts, 24000/1001 does not.
package struct FrameRate: Sendable, Hashable {
    package let numerator: Int
    package let denominator: Int

    /// The rate `numerator / denominator`, reduced.
    ///
    /// - Throws: `outOfRange` when it is beyond ``MediaLimits/framesPerSecond``, or when its lowest
    ///   terms are beyond a million, more than a video's clock can count.
    package init(numerator: Int, denominator: Int) throws(MediaError) {
        let largest = 1_000_000
        let range = MediaLimits.framesPerSecond
        let divisor = Self.greatestCommonDivisor(numerator, denominator)
        let (above, below) = divisor > 0 ? (numerator / divisor, denominator / divisor) : (0, 0)
        guard (1...largest).contains(above), (1...largest).contains(below),
            range.contains(Double(above) / Double(below))
        else {
            throw Self.outOfRange("\(numerator)/\(denominator)")
        }
        self.numerator = above
        self.denominator = below
    }

    /// The exact rate that a decimal stands for.
    ///
    /// Whole numbers stay whole; a decimal within 0.005 of a broadcast rate 24, 30, 48, 60 or
    /// 120 × 1000/1001 becomes that rate (23.976, 23.98, 29.97, 59.94); any other becomes the
    /// simplest fraction with a denominator up to 1001 that equals it to one part in a billion,
    /// or the nearest such fraction (12.5 becomes 25/2).
    ///
    /// - Throws: `outOfRange` beyond ``MediaLimits/framesPerSecond``.
    package init(_ framesPerSecond: Double) throws(MediaError) {
        guard MediaLimits.framesPerSecond.contains(framesPerSecond) else {
            throw Self.outOfRange("\(framesPerSecond)")
        }
        let broadcast = [24, 30, 48, 60, 120].first {
            abs(framesPerSecond - Double($0) * 1000 / 1001) < 0.005
        }
        if let broadcast {
            try self.init(numerator: broadcast * 1000, denominator: 1001)
        } else {
            let (numerator, denominator) = Self.fraction(near: framesPerSecond)
            try self.init(numerator: numerator, denominator: denominator)
        }
    }

    /// Frames per second, rounded to a double.
    package var value: Double { Double(numerator) / Double(denominator) }

    private static func fraction(near value: Double) -> (Int, Int) {
        let denominators = 1...1001
        func error(_ below: Int) -> Double {
            abs((value * Double(below)).rounded() / Double(below) - value)
        }
        let simplest = denominators.first { error($0) <= value * 1e-9 }
        let below = simplest ?? denominators.min { error($0) < error($1) } ?? 1
        return (Int((value * Double(below)).rounded()), below)
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        guard a > 0, b > 0 else { return 0 }
        var (large, small) = (a, b)
        while small > 0 { (large, small) = (small, large % small) }
        return large
    }

    private static func outOfRange(_ got: String) -> MediaError {
        let range = MediaLimits.framesPerSecond
        return .outOfRange(
            field: "fps", wanted: "\(range.lowerBound) to \(range.upperBound)", got: got)
    }
}

extension FrameRate: CustomStringConvertible {
    package var description: String {
        denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
    }
}
