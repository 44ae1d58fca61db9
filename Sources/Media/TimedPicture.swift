// SPDX-License-Identifier: Apache-2.0

/// A picture and the exact moment it is shown.
package struct TimedPicture: Sendable, Equatable {
    package let picture: Picture
    package let time: PresentationTime
}

/// Seconds as an exact fraction.
package struct PresentationTime: Sendable {
    package let numerator: Int
    package let denominator: Int

    package init(numerator: Int, denominator: Int) {
        precondition(denominator > 0, "a time needs a positive denominator")
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The moment at which frame `index` of a video of this rate begins.
    package init(ofFrame index: Int, at rate: FrameRate) {
        self.init(numerator: index * rate.denominator, denominator: rate.numerator)
    }

    package var seconds: Double { Double(numerator) / Double(denominator) }
}

extension PresentationTime: Equatable {
    /// Compares by value: 1/2 equals 2/4.
    package static func == (left: PresentationTime, right: PresentationTime) -> Bool {
        let one = left.numerator.multipliedFullWidth(by: right.denominator)
        let other = right.numerator.multipliedFullWidth(by: left.denominator)
        return one.high == other.high && one.low == other.low
    }
}
