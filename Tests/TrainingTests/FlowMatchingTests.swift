// SPDX-License-Identifier: Apache-2.0

import Testing
import Training

@Suite("Noise levels and noise")
struct FlowMatchingTests {
    @Test(arguments: FlowMatching.Density.allCases)
    func `depend on seed, step and index alone`(density: FlowMatching.Density) {
        let flow = FlowMatching(shift: 3, density: density)
        let draw = flow.draw(seed: 7, step: 4, index: 1, shape: [2, 3, 4, 5])
        #expect(draw == flow.draw(seed: 7, step: 4, index: 1, shape: [2, 3, 4, 5]))
        for (seed, step, index) in [(8, 4, 1), (7, 5, 1), (7, 4, 0)] as [(UInt64, Int, Int)] {
            let other = flow.draw(seed: seed, step: step, index: index, shape: [2, 3, 4, 5])
            #expect(other.sigma != draw.sigma && other.noise != draw.noise)
        }
    }

    @Test(arguments: FlowMatching.Density.allCases)
    func `lie between 0 and 1, shifted upwards`(density: FlowMatching.Density) {
        let flow = FlowMatching(shift: 3, density: density)
        let sigmas = (0..<4_000).map {
            flow.draw(seed: 1, step: $0, index: 0, shape: [1]).sigma
        }
        #expect(sigmas.allSatisfy { 0 < $0 && $0 < 1 })
        // u = 1/2 becomes 3/4: as many draws are above it as below.
        let above = sigmas.count { $0 > 0.75 }
        #expect((1_850...2_150).contains(above), "\(above) of 4000 are above the median")
    }
}
