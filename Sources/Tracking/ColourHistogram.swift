// SPDX-License-Identifier: Apache-2.0

/// How often each colour occurs, as a density over the cube of 256³ colours.
///
/// 32 steps per channel, each count shared with the neighbours, so that noise and soft shading do
/// not fall between two bins.
struct ColourHistogram: Sendable {
    /// The density where every colour is equally likely.
    static let even: Float = 1 / (256 * 256 * 256)

    private static let side = 32
    private var counts = [Float](repeating: 0, count: side * side * side)
    private(set) var densities = [Float](repeating: even, count: side * side * side)

    static func bin(_ colour: SIMD4<Float>) -> Int {
        let steps = (colour * 0.125).clamped(
            lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 31))
        return (Int(steps.x) * side + Int(steps.y)) * side + Int(steps.z)
    }

    mutating func add(_ colour: SIMD4<Float>, weight: Float) {
        counts[Self.bin(colour)] += weight
    }

    /// Makes all that was counted so far weigh less.
    mutating func fade(_ factor: Float) {
        for index in counts.indices { counts[index] *= factor }
    }

    /// Brings the densities up to what was counted.
    mutating func settle() {
        let total = counts.reduce(0, +)
        guard total > 0 else { return }
        var smooth = counts
        for stride in [1, Self.side, Self.side * Self.side] {
            let before = smooth
            for index in smooth.indices {
                let step = index / stride % Self.side
                let low = step > 0 ? before[index - stride] : before[index]
                let high = step < Self.side - 1 ? before[index + stride] : before[index]
                smooth[index] = 0.25 * low + 0.5 * before[index] + 0.25 * high
            }
        }
        let share = 1 / (total * 512)
        for index in smooth.indices { densities[index] = smooth[index] * share }
    }

    func density(_ colour: SIMD4<Float>) -> Float { densities[Self.bin(colour)] }
}
