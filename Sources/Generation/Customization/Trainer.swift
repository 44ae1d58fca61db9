// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T × h × w latent frames, rows and columns.

import Model
import Tensors
import Training

/// The steps of a training: draws examples, levels and noise, and changes the factors.
///
/// Everything that is drawn depends on the seed and the number of the step alone, so that whoever
/// goes on from a state makes what would have been made.
final class Trainer {
    /// Latents (z, T, h, w) and what is to be seen on them.
    struct Example {
        let latents: Tensor
        let caption: String
    }

    /// A step that is not complete.
    private struct Underway {
        let samples: [TrainingSample]
        var gradients: [Float]
        var losses: [Float] = []
    }

    private let plan: TrainingPlan
    private let seed: UInt64
    private let transformer: TrainableTransformer
    private let texts: [String: TrainingText]
    private let examples: [Example]
    private let priors: [Example]
    private let flow: FlowMatching
    private var optimiser: AdamW
    private var underway: Underway?
    /// Examples that are looked at in one call: as many as take some seconds.
    private let chunk: Int

    private(set) var progress: TrainingProgress

    /// * `texts`: The states (L, text channels) of every caption and of the empty text.
    /// * `saved`: Where an earlier run of the same job stopped.
    init(
        _ plan: TrainingPlan, seed: UInt64, transformer: TrainableTransformer,
        texts: [String: Tensor], examples: [Example], priors: [Example],
        goingOnFrom saved: (FactorSet) -> TrainingProgress?
    ) {
        self.plan = plan
        self.seed = seed
        self.transformer = transformer
        self.examples = examples
        self.priors = priors
        let length = plan.folder.defaults.textLength
        self.texts = texts.mapValues { transformer.remember($0, paddedLength: length) }
        flow = FlowMatching(shift: Float(plan.shift))
        optimiser = AdamW(learningRate: Float(plan.learningRate))
        chunk = max(1, Int(4 / max(plan.work.sample, 1e-9)))
        let factors = FactorSet(
            for: transformer, rank: plan.rank, alpha: Float(plan.alpha), seed: seed)
        progress =
            saved(factors)
            ?? TrainingProgress(
                state: TrainingState(factors), history: LossHistory(batch: plan.batch))
    }

    var isFinished: Bool {
        progress.history.losses.count >= plan.steps || progress.history.isDiverged
    }

    /// Looks at a few examples; true when a step is complete.
    func advance() -> Bool {
        var step = underway.take() ?? begin()
        let next = step.samples.dropFirst(step.losses.count).prefix(chunk)
        step.losses += transformer.lossesAndGradients(
            of: Array(next), factors: progress.state.factors,
            accumulatingInto: &step.gradients)
        guard step.losses.count == step.samples.count else {
            underway = step
            return false
        }
        finish(step)
        return true
    }

    /// Draws what the next step looks at.
    private func begin() -> Underway {
        let step = progress.history.losses.count
        var samples: [TrainingSample] = []
        for index in 0..<plan.batch {
            let example = examples[self.example(step * plan.batch + index)]
            samples.append(
                sample(
                    example, step, index, wordless: TrainingRecipe.wordlessExamples,
                    weight: 1 / Float(plan.batch)))
        }
        for index in 0..<plan.priorsInStep {
            let prior = priors[(step * plan.priorsInStep + index) % priors.count]
            samples.append(
                sample(
                    prior, step, plan.batch + index, wordless: TrainingRecipe.wordlessPriors,
                    weight: Float(plan.prior) / Float(plan.priorsInStep)))
        }
        return Underway(
            samples: samples,
            gradients: [Float](repeating: 0, count: progress.state.factors.values.count))
    }

    /// * `wordless`: How likely it is that the caption is left out.
    private func sample(
        _ example: Example, _ step: Int, _ index: Int, wordless: Double, weight: Float
    ) -> TrainingSample {
        var generator = SeededGenerator(seed, [2, UInt64(step), UInt64(index)])
        let caption = generator.nextUniform() < wordless ? "" : example.caption
        guard let text = texts[caption] else { preconditionFailure("a caption was not read") }
        let draw = flow.draw(seed: seed, step: step, index: index, shape: example.latents.shape)
        return TrainingSample(
            latents: example.latents, noise: draw.noise, sigma: draw.sigma, text: text,
            weight: weight)
    }

    /// Which example comes as number `count`: all of them, then all again in another order.
    private func example(_ count: Int) -> Int {
        var order = Array(examples.indices)
        var generator = SeededGenerator(seed, [1, UInt64(count / order.count)])
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(generator.next() % UInt64(last + 1)))
        }
        return order[count % order.count]
    }

    /// Changes the factors, unless that would spoil them.
    private func finish(_ step: Underway) {
        let number = progress.history.losses.count
        var loss = step.losses.prefix(plan.batch).reduce(0, +) / Float(plan.batch)
        if step.losses.allSatisfy(\.isFinite) {
            optimiser.learningRate =
                Float(plan.learningRate) * TrainingRecipe.share(ofStep: number, of: plan.steps)
            let norm = optimiser.update(&progress.state, by: step.gradients)
            if !norm.isFinite { loss = .infinity }
        } else {
            loss = .infinity
        }
        progress.append(loss)
    }
}

/// How far a training has come: all that the next step needs, and the best that there was.
struct TrainingProgress {
    var state: TrainingState
    private(set) var history: LossHistory
    /// The factors of a good time, and how many steps they had seen.
    private(set) var good: (factors: FactorSet, steps: Int)?

    init(state: TrainingState, history: LossHistory) {
        (self.state, self.history) = (state, history)
    }

    /// Takes up losses again, and the factors of a good time.
    init(
        state: TrainingState, losses: [Float], batch: Int, good: (factors: FactorSet, steps: Int)?
    ) {
        self.init(state: state, history: LossHistory(batch: batch))
        for loss in losses { _ = history.append(loss) }
        self.good = good
    }

    /// Takes in what a step came to; its factors are in the state.
    mutating func append(_ loss: Float) {
        let isBest = history.append(loss)
        let steps = history.losses.count
        // Copies of all factors are made now and then only.
        if isBest, steps - (good?.steps ?? -history.window) >= history.window / 4 {
            good = (state.factors, steps)
        }
    }

    /// What the training came to, and how many steps it has seen: of one that went astray the last
    /// good factors, nil where there are none.
    var result: (factors: FactorSet, steps: Int)? {
        let steps = history.losses.count
        guard history.isDiverged else { return (state.factors, steps) }
        // A step that was not finite changed nothing.
        return good ?? (steps > 1 ? (state.factors, steps - 1) : nil)
    }
}
