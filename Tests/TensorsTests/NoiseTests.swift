// SPDX-License-Identifier: Apache-2.0

import Tensors
import TestSupport
import Testing

@Suite("Noise equals torch.randn")
struct NoiseTests {
    @Test func `every golden shape and seed`() throws {
        let golden = try Golden.tensors("noise")
        #expect(golden.count >= 6)
        for (name, expected) in golden {
            let seed = try #require(UInt64(name.prefix { $0 != "." }))
            expectClose(standardNormal(shape: expected.shape, seed: seed), expected, .noise)
        }
    }

    @Test func `the first words of MT19937 with its customary seed`() {
        // Matsumoto and Nishimura's reference output begins so for init_genrand(5489).
        var generator = MersenneTwister(seed: 5489)
        #expect([generator.nextWord(), generator.nextWord()] == [3_499_211_612, 581_869_302])
    }

    @Test func `only the low 32 bits of a seed count, as in PyTorch`() {
        #expect(
            standardNormal(shape: [20], seed: 7) == standardNormal(shape: [20], seed: 1 << 32 | 7))
        #expect(standardNormal(shape: [20], seed: 7) != standardNormal(shape: [20], seed: 8))
    }
}
