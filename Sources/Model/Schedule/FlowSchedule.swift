// SPDX-License-Identifier: Apache-2.0

/// The noise levels of one generation: σ falls from almost 1 to 0 in N steps.
///
/// σᵢ = s·uᵢ / (1 + (s − 1)·uᵢ) with uᵢ from 1 to 1/1000 in N + 1 equal steps, the last left out
/// and 0 put in its place; s is the flow shift. The network is asked at the timestep ⌊1000·σᵢ⌋.
/// diffusers v0.42.1, schedulers/scheduling_unipc_multistep.py `set_timesteps`.
package struct FlowSchedule: Sendable, Equatable {
    /// σ₀ … σ_N, N + 1 values of which the last is 0.
    package let sigmas: [Float]
    /// The N timesteps that the network is given.
    package let timesteps: [Int]

    /// Computes the schedule of `steps` ≥ 1 steps.
    package init(steps: Int, shift: Double, trainingTimesteps: Int = 1000) {
        precondition(steps >= 1 && shift > 0, "\(steps) steps, shift \(shift)")
        let last = 1 / Double(trainingTimesteps)
        let increment = (last - 1) / Double(steps)
        var levels = (0..<steps).map { i in
            let u = 1 + Double(i) * increment
            return shift * u / (1 + (shift - 1) * u)
        }
        // ln(1 − σ) must stay finite at the first step.
        if abs(levels[0] - 1) < 1e-6 { levels[0] -= 1e-6 }
        timesteps = levels.map { Int($0 * Double(trainingTimesteps)) }
        sigmas = levels.map(Float.init) + [0]
    }
}
