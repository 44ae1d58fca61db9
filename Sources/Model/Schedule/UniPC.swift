// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Tensors

/// UniPC for flow matching: a predictor and a corrector of order two that share their network calls.
///
/// Zhao et al., arXiv 2302.04867, in the variant B(h) = eʰ − 1 on predictions of the signal; with
/// α = 1 − σ and λ = ln α − ln σ. Scalars are float32 as in diffusers v0.42.1
/// (schedulers/scheduling_unipc_multistep.py), since 1 − σ₀ ≈ 1e-6 has visible rounding.
package struct UniPC {
    /// The noise levels.
    package let schedule: FlowSchedule
    private let order: Int
    /// What is remembered of the steps that are done.
    package private(set) var memory: Memory

    /// What the steps that are done leave for the next; with it and the sample, another sampler
    /// of the same schedule and order goes on with the same bits.
    package struct Memory: Sendable, Equatable {
        /// Steps that are done.
        package fileprivate(set) var step = 0
        /// The signal predicted at the last steps, newest first; at most two.
        package fileprivate(set) var signals: [Tensor] = []
        /// The corrected sample that the last prediction started from.
        package fileprivate(set) var lastSample: Tensor?
        /// The order of the last prediction, 1 or 2.
        package fileprivate(set) var lastOrder = 1

        /// That of no steps.
        package init() {}

        /// That of `step` ≥ 1 steps; nil where the numbers and shapes are those of no sampler.
        package init?(step: Int, signals: [Tensor], lastSample: Tensor, lastOrder: Int) {
            guard step >= 1, signals.count == min(step, 2), 1...min(step, 2) ~= lastOrder,
                signals.allSatisfy({ $0.shape == lastSample.shape })
            else { return nil }
            self.step = step
            self.signals = signals
            self.lastSample = lastSample
            self.lastOrder = lastOrder
        }
    }

    /// Starts at the first noise level, or goes on after the steps of `memory`; `order` is 1 or 2.
    package init(schedule: FlowSchedule, order: Int = 2, memory: Memory = Memory()) {
        precondition(1...2 ~= order, "UniPC of order \(order)")
        precondition(memory.step <= schedule.timesteps.count, "\(memory.step) steps are done")
        self.schedule = schedule
        self.order = order
        self.memory = memory
    }

    /// Whether every step is done.
    package var isFinished: Bool { memory.step == schedule.timesteps.count }

    /// Goes one noise level down: returns the sample of σᵢ₊₁.
    ///
    /// * `velocity`: What the network predicted at σᵢ for `sample`.
    /// * `sample`: The sample of σᵢ, of the same shape.
    package mutating func advance(velocity: Tensor, sample: Tensor) -> Tensor {
        let step = memory.step
        precondition(!isFinished, "the schedule has only \(step) steps")
        let sigma = schedule.sigmas[step]
        let signal = combine([(1, sample), (-sigma, velocity)])
        var corrected = sample
        if step > 0, let lastSample = memory.lastSample {
            corrected = correct(lastSample, newSignal: signal)
        }
        memory.signals.insert(signal, at: 0)
        if memory.signals.count > 2 { memory.signals.removeLast() }
        let remaining = schedule.timesteps.count - step
        memory.lastOrder = min(order, remaining, step + 1)
        memory.lastSample = corrected
        let next = predict(corrected)
        memory.step += 1
        return next
    }

    /// x of σᵢ₊₁ from x of σᵢ.
    private func predict(_ x: Tensor) -> Tensor {
        let (step, signals) = (memory.step, memory.signals)
        let move = Move(schedule.sigmas, from: step, to: step + 1)
        let m0 = signals[0]
        guard memory.lastOrder == 2 else {
            return combine([(move.sampleFactor, x), (-move.signalFactor, m0)])
        }
        // ρ = ½ for order two: a closed form that the reference prefers over solving for it.
        let r = (move.lambda(step - 1) - move.lambdaFrom) / move.h
        let slope = move.signalFactor * 0.5 / r
        return combine([
            (move.sampleFactor, x), (slope - move.signalFactor, m0), (-slope, signals[1]),
        ])
    }

    /// x of σᵢ again, now that the network has been asked there.
    private func correct(_ x: Tensor, newSignal: Tensor) -> Tensor {
        let (step, signals) = (memory.step, memory.signals)
        let move = Move(schedule.sigmas, from: step - 1, to: step)
        let m0 = signals[0]
        guard memory.lastOrder == 2 else {
            let half = move.signalFactor * 0.5
            return combine([
                (move.sampleFactor, x), (half - move.signalFactor, m0), (-half, newSignal),
            ])
        }
        let r = (move.lambda(step - 2) - move.lambdaFrom) / move.h
        let phi1 = move.expm1 / -move.h - 1
        let b1 = phi1 / move.expm1
        let phi2 = phi1 / -move.h - 0.5
        let b2 = 2 * phi2 / move.expm1
        let rho1 = (b1 - b2) / (1 - r)
        let rho2 = b1 - rho1
        let slope = move.signalFactor * rho1 / r
        let change = move.signalFactor * rho2
        return combine([
            (move.sampleFactor, x), (slope + change - move.signalFactor, m0),
            (-slope, signals[1]), (-change, newSignal),
        ])
    }
}

/// The scalars of a step between two noise levels.
private struct Move {
    let sigmas: [Float]
    let lambdaFrom: Float
    /// λ_to − λ_from; infinite when σ_to is 0.
    let h: Float
    /// e^−h − 1.
    let expm1: Float
    /// σ_to / σ_from.
    let sampleFactor: Float
    /// α_to·(e^−h − 1).
    let signalFactor: Float

    init(_ sigmas: [Float], from: Int, to: Int) {
        self.sigmas = sigmas
        lambdaFrom = Move.lambda(sigmas[from])
        h = Move.lambda(sigmas[to]) - lambdaFrom
        expm1 = expm1f(-h)
        sampleFactor = sigmas[to] / sigmas[from]
        signalFactor = (1 - sigmas[to]) * expm1
    }

    func lambda(_ index: Int) -> Float { Move.lambda(sigmas[index]) }

    private static func lambda(_ sigma: Float) -> Float { logf(1 - sigma) - logf(sigma) }
}

/// Σ factor·tensor over tensors of one shape.
private func combine(_ terms: [(Float, Tensor)]) -> Tensor {
    var result = Tensor(zeros: terms[0].1.shape)
    for (factor, tensor) in terms {
        precondition(tensor.shape == result.shape, "\(tensor.shape) is not \(result.shape)")
        for i in result.values.indices { result.values[i] += factor * tensor.values[i] }
    }
    return result
}
