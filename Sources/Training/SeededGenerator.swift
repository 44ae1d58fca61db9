// SPDX-License-Identifier: Apache-2.0

/// Random numbers that depend on a seed and on what they are for, and on nothing that was drawn
/// before: a run that was interrupted draws what it would have drawn.
///
/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), its state begun with what it is for.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// * `purpose`: Any numbers, such as a step and an index.
    package init(_ seed: UInt64, _ purpose: [UInt64]) {
        state = seed
        for number in purpose {
            state = next() ^ number
        }
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number in 0 ..< 1.
    package mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
