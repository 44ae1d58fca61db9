// SPDX-License-Identifier: Apache-2.0

/// The density of a colour around an expected one: Student's t with five degrees of freedom, whose
/// long tails forgive what a normal distribution would not.
struct Resemblance: Sendable {
    private let height: Float
    private let reach: Float

    /// Makes the density with a standard deviation per channel of `spread`, in levels of 255.
    init(spread: Float) {
        height = 0.0725 / (spread * spread * spread)
        reach = 1 / (5 * spread * spread)
    }

    func density(squaredDistance: Float) -> Float {
        let fall = 1 / (1 + squaredDistance * reach)
        return height * (fall * fall) * (fall * fall)
    }
}

/// The squared distance of two colours; the fourth lane is left out.
func squaredDistance(_ one: SIMD4<Float>, _ other: SIMD4<Float>) -> Float {
    let difference = one - other
    let square = difference * difference
    return square.x + square.y + square.z
}
