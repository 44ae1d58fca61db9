// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T × h × w latent frames, rows and columns.

import Model
import Tensors

/// What steers the denoising: the prompt, what it is guided away from, and the control branch.
struct Conditioning {
    let prompt: TextContext
    /// Absent where there is no guidance.
    let negative: TextContext?
    /// The guidance scale g: the velocity is v₋ + g·(v₊ − v₋).
    ///
    /// Ho and Salimans, arXiv 2207.12598.
    let guidance: Float
    /// Absent where words alone lead.
    let control: ControlSignal?
}

/// Noise becoming signal, one noise level a call.
struct Denoising {
    private let transformer: Transformer
    private let conditioning: Conditioning
    private let positions: RotaryAngles
    private let stepCache: StepCache
    private var solver: UniPC
    /// What the last computed step leaves for the next, one for each text; empty where that is
    /// computed too.
    private var residuals: [BlockResidual] = []
    /// The latents of the present noise level, (z, T, h, w).
    private(set) var latents: Tensor

    /// All that another process needs to go on from here, beside what steers.
    struct State: Equatable {
        /// The latents of the present noise level, (z, T, h, w).
        let latents: Tensor
        let memory: UniPC.Memory

        /// Latents at some step; without a memory they are the noise of the first.
        init(_ latents: Tensor, memory: UniPC.Memory = UniPC.Memory()) {
            self.latents = latents
            self.memory = memory
        }
    }

    init(
        _ state: State, schedule: FlowSchedule, order: Int, stepCache: StepCache,
        transformer: Transformer, conditioning: Conditioning
    ) {
        let step = state.memory.step
        precondition(!stepCache.reuses(step), "nobody has what step \(step) reuses")
        self.stepCache = stepCache
        self.transformer = transformer
        self.conditioning = conditioning
        positions = transformer.positions(of: state.latents.shape)
        solver = UniPC(schedule: schedule, order: order, memory: state.memory)
        latents = state.latents
    }

    var state: State { State(latents, memory: solver.memory) }
    /// Steps that are done.
    var completed: Int { solver.memory.step }

    var total: Int { solver.schedule.timesteps.count }
    var isFinished: Bool { solver.isFinished }
    /// The part of the work that is done, 0…1.
    var share: Double { stepCache.share(ofFirst: completed) }
    /// Whether the next step needs more than the `state`.
    var holdsResiduals: Bool { !residuals.isEmpty }

    /// Goes one noise level down.
    mutating func step() {
        let timestep = transformer.embed(timestep: Float(solver.schedule.timesteps[completed]))
        let velocities = velocities(at: timestep)
        var velocity = velocities[0]
        if velocities.count > 1 {
            velocity.extrapolate(from: velocities[1], by: conditioning.guidance)
        }
        latents = solver.advance(velocity: velocity, sample: latents)
    }

    /// What the network says for each text, or what it would about say.
    private mutating func velocities(at timestep: TimestepState) -> [Tensor] {
        let isReusedNext = stepCache.reuses(completed + 1)
        if stepCache.reuses(completed) {
            defer { if !isReusedNext { residuals = [] } }
            return transformer.velocities(of: latents, at: timestep, adding: residuals)
        }
        let texts = [conditioning.prompt] + (conditioning.negative.map { [$0] } ?? [])
        guard isReusedNext else {
            return transformer(
                latents, at: timestep, positions: positions, texts: texts,
                control: conditioning.control)
        }
        let passes = transformer.velocitiesAndResiduals(
            of: latents, at: timestep, positions: positions, texts: texts,
            control: conditioning.control)
        residuals = passes.map(\.residual)
        return passes.map(\.velocity)
    }
}

extension Tensor {
    /// Goes from `origin` through this tensor, `factor` times as far, in place.
    fileprivate mutating func extrapolate(from origin: Tensor, by factor: Float) {
        for i in values.indices {
            values[i] = origin.values[i] + factor * (values[i] - origin.values[i])
        }
    }
}
