// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The Mersenne Twister MT19937 as PyTorch's CPU generator runs it.
///
/// Matsumoto and Nishimura, 1998. PyTorch keeps the low 32 bits of a seed
/// (pytorch v2.5, aten/src/ATen/core/MT19937RNGEngine.h).
package struct MersenneTwister: Sendable {
    private var state: [UInt32]
    private var next = 624

    /// Seeds the generator with the low 32 bits of `seed`.
    package init(seed: UInt64) {
        state = [UInt32(truncatingIfNeeded: seed)]
        state.reserveCapacity(624)
        for i in 1..<624 {
            let last = state[i - 1]
            state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(i))
        }
    }

    /// The next 32 bits.
    package mutating func nextWord() -> UInt32 {
        if next == 624 { refill() }
        var y = state[next]
        next += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9d2c_5680
        y ^= (y << 15) & 0xefc6_0000
        return y ^ (y >> 18)
    }

    private mutating func refill() {
        for i in 0..<624 {
            let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff)
            state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
        }
        next = 0
    }

    /// A float in 0 ..< 1 from the low 24 bits of a word.
    fileprivate mutating func nextUniform() -> Float {
        Float(nextWord() & 0xff_ffff) * 0x1p-24
    }

    /// A double in 0 ..< 1 from the low 53 bits of two words, the first one the upper.
    fileprivate mutating func nextUniformDouble() -> Double {
        let bits = UInt64(nextWord()) << 32 | UInt64(nextWord())
        return Double(bits & ((1 << 53) - 1)) * 0x1p-53
    }
}

/// Standard normal noise equal to `torch.randn(shape, generator=torch.Generator("cpu"))`.
///
/// PyTorch draws by Box and Muller in one of two ways: below 16 values one after the other in
/// double precision, otherwise in blocks of 16 floats whose first half gives the radii and whose
/// second half the angles, the last block redrawn where the count is no multiple of 16
/// (pytorch v2.5, aten/src/ATen/native/cpu/DistributionTemplates.h, `normal_fill`). Its vectorised
/// logarithm, sine and cosine differ from these in the last places: at most 1e-5 absolute.
///
/// * `shape`: Any shape.
/// * `seed`: The generator's `manual_seed`.
package func standardNormal(shape: [Int], seed: UInt64) -> Tensor {
    var generator = MersenneTwister(seed: seed)
    let count = shape.reduce(1, *)
    if count < 16 {
        return Tensor(shape: shape, values: normalPairs(count: count, &generator))
    }
    var values = (0..<count).map { _ in generator.nextUniform() }
    for block in 0..<count / 16 { transformBlock(&values, at: block * 16) }
    if count % 16 != 0 {
        let start = count - 16
        for i in start..<count { values[i] = generator.nextUniform() }
        transformBlock(&values, at: start)
    }
    return Tensor(shape: shape, values: values)
}

/// Turns 16 uniform values into 16 normal ones.
private func transformBlock(_ values: inout [Float], at start: Int) {
    for i in start..<start + 8 {
        let radius = (-2 * log(1 - values[i])).squareRoot()
        let angle = 2 * Float.pi * values[i + 8]
        values[i] = radius * cos(angle)
        values[i + 8] = radius * sin(angle)
    }
}

/// Draws pairs in double precision; the second of a pair waits for the next call.
private func normalPairs(count: Int, _ generator: inout MersenneTwister) -> [Float] {
    var values: [Float] = []
    while values.count < count {
        let (u1, u2) = (generator.nextUniformDouble(), generator.nextUniformDouble())
        let radius = (-2 * log1p(-u2)).squareRoot()
        let angle = 2 * Double.pi * u1
        values.append(Float(radius * cos(angle)))
        if values.count < count { values.append(Float(radius * sin(angle))) }
    }
    return values
}
