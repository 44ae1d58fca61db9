// SPDX-License-Identifier: Apache-2.0
//
// σ noise level, 0 is the signal and 1 is noise.

import Glibc
package import Tensors

/// What a flow-matching network is trained on: signals mixed with noise at random levels.
///
/// xσ = (1 − σ)·x + σ·ε, and the network at timestep 1000·σ is to say ε − x. Levels are
/// σ = shift·u/(1 + (shift − 1)·u), the schedule that the model is sampled with. Esser et al.,
/// arXiv 2403.03206.
package struct FlowMatching: Sendable, Equatable {
    /// How u is distributed in 0…1.
    package enum Density: String, Sendable, CaseIterable {
        case uniform
        /// 1/(1 + e⁻ⁿ) with n standard normal: more of the middle levels.
        case logitNormal = "logit-normal"
    }

    /// One draw for one example.
    package struct Draw: Sendable, Equatable {
        /// σ, above 0 and below 1.
        package let sigma: Float
        /// ε, of the shape of the latents.
        package let noise: Tensor
    }

    package let shift: Float
    package let density: Density

    package init(shift: Float, density: Density = .uniform) {
        self.shift = shift
        self.density = density
    }

    /// Level and noise of one example; the same arguments give the same draw.
    ///
    /// * `step`: The optimiser's step, from 0.
    /// * `index`: The place of the example within the step, from 0.
    /// * `shape`: That of the latents, (C, T, H, W).
    package func draw(seed: UInt64, step: Int, index: Int, shape: [Int]) -> Draw {
        var generator = SeededGenerator(seed, [UInt64(step), UInt64(index)])
        // Between the levels 0 and 1, where nothing can be learnt.
        var u = min(max(generator.nextUniform(), 1e-4), 1 - 1e-4)
        if density == .logitNormal {
            let radius = (-2 * log(u)).squareRoot()
            u = 1 / (1 + exp(-radius * cos(2 * Double.pi * generator.nextUniform())))
        }
        return Draw(
            sigma: sigma(of: Float(u)), noise: standardNormal(shape: shape, seed: generator.next()))
    }

    /// σ of u in 0…1.
    package func sigma(of u: Float) -> Float { shift * u / (1 + (shift - 1) * u) }
}
