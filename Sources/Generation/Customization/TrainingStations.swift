// SPDX-License-Identifier: Apache-2.0

import Media
import Model
import Products
import Requests
import Tensors
import Training

// What is done at each station; every method sets the next one.
extension TrainingJob {
    /// The weights and the examples are hashed.
    func open() throws -> Progress {
        let digest = try timed(\.load) { try plan.folder.weightsDigest() }
        result.model = ResultRecord.Model(name: plan.model, sha256: digest)
        result.inputs = try timed(\.media) { try inputs.records() }
        checkpoint?.begin(&result, plan)
        seed = result.seed ?? seed
        station = .texts
        return tally.report(.load, 1, of: 6)
    }

    /// The texts are there already, or the encoder is opened.
    func beginTexts() throws -> Progress {
        let wanted = plan.texts
        if let states = checkpoint?.states(ofTexts: wanted.count) {
            texts = Dictionary(uniqueKeysWithValues: zip(wanted, states))
            station = .examples(nil)
            return tally.report(.text, wanted.count, of: wanted.count)
        }
        let encoder = try timed(\.load) { try TextEncoder(plan.folder.textEncoder) }
        let tokenizer = try timed(\.load) { try Tokenizer(plan.folder.tokenizer) }
        station = .text(encoder, tokenizer, [])
        return tally.report(.load, 2, of: 6)
    }

    /// One text is encoded.
    func read(
        _ encoder: TextEncoder, _ tokenizer: Tokenizer, _ states: [Tensor]
    ) throws -> Progress {
        let wanted = plan.texts
        let text = Prompt(cleaning: wanted[states.count])
        let ids = tokenizer.ids(of: text, limit: plan.folder.defaults.textLength)
        let states = states + [try timed(\.text) { try encoder.states(of: ids) }]
        if states.count < wanted.count {
            station = .text(encoder, tokenizer, states)
        } else {
            texts = Dictionary(uniqueKeysWithValues: zip(wanted, states))
            checkpoint?.save(statesOfTexts: states)
            station = .examples(nil)
        }
        return tally.report(.text, states.count, of: wanted.count)
    }

    /// The next example is there already, or is opened.
    func beginExample(_ encoder: LatentEncoder?) throws -> Progress? {
        let index = examples.count
        guard index < plan.examples.count else {
            station = .sampling(plan.sampling(plan.priorClips.isEmpty ? .before : .prior))
            return try advance()
        }
        if let latents = checkpoint?.latents(ofExample: index, as: plan) {
            examples.append(latents)
            station = .examples(encoder)
            return encoded
        }
        guard let encoder else {
            let encoder = try timed(\.load) {
                try LatentEncoder(plan.folder.autoencoder, precision: plan.precision)
            }
            station = .examples(encoder)
            return index == 0 ? tally.report(.load, 3, of: 6) : encoded
        }
        let reading = try timed(\.media) {
            try ExampleReading(
                plan.examples[index], from: inputs, rate: plan.frameRate, encoder)
        }
        station = .reading(encoder, reading)
        return encoded
    }

    /// One frame of an example becomes latents.
    func encode(_ encoder: LatentEncoder, _ reading: ExampleReading) throws -> Progress {
        if let latents = try timed(\.media, { try reading.next() }) {
            checkpoint?.save(latents, ofExample: examples.count)
            examples.append(latents)
            station = .examples(encoder)
        } else {
            station = .reading(encoder, reading)
        }
        return encoded
    }

    private var encoded: Progress {
        tally.report(.media, examples.count, of: plan.examples.count, plan.work.encoding)
    }

    /// The next clip is there already, goes on where it was, or is begun.
    func beginClip(_ sampling: Sampling) throws -> Progress? {
        var sampling = sampling
        guard sampling.index < sampling.clips.count else { return try endSampling(sampling) }
        let clip = sampling.clips[sampling.index]
        let saved = checkpoint?.window(
            sampling.index, ofTake: sampling.purpose.rawValue,
            shape: plan.latentShape(clip.bucket), steps: plan.sheet.steps)
        if let saved { earlier = saved.1 }
        var underway: Denoising.State?
        switch saved?.0 {
        case .denoised(let latents):
            clips[sampling.purpose, default: []].append(latents)
            sampling.index += 1
            station = .sampling(sampling)
            return sampled(sampling, steps: 0)
        case .underway(let state): underway = state
        case nil: break
        }
        guard let transformer = sampling.transformer else {
            sampling.transformer = try timed(\.load) { try transformer(for: sampling.purpose) }
            station = .sampling(sampling)
            guard sampling.index == 0 else { return sampled(sampling, steps: 0) }
            return tally.report(.load, sampling.purpose == .after ? 6 : 4, of: 6)
        }
        station = .denoising(
            sampling,
            timed(\.denoise) {
                plan.denoising(
                    clip, from: underway, seed: seed, texts: texts, transformer)
            })
        return sampled(sampling, steps: 0)
    }

    private func sampled(_ sampling: Sampling, steps: Int) -> Progress {
        let (done, total) = (
            sampling.index * plan.sheet.steps + steps, sampling.clips.count * plan.sheet.steps
        )
        return tally.report(.denoise, done, of: total, sampling.work(in: plan))
    }

    /// One step from noise to signal.
    func denoise(_ sampling: Sampling, _ denoising: consuming Denoising) -> Progress {
        var sampling = sampling
        let start = ContinuousClock.now
        denoising.step()
        result.timing.stages.denoise += (ContinuousClock.now - start) / .seconds(1)
        if denoising.isFinished || checkpoint?.isDue == true { save(denoising, of: sampling) }
        guard denoising.isFinished else {
            let steps = denoising.completed
            station = .denoising(sampling, denoising)
            return sampled(sampling, steps: steps)
        }
        clips[sampling.purpose, default: []].append(denoising.latents)
        sampling.index += 1
        station = .sampling(sampling)
        return sampled(sampling, steps: 0)
    }

    private func endSampling(_ sampling: Sampling) throws -> Progress? {
        // What the transformer worked in.
        Scratch.release()
        switch sampling.purpose {
        case .prior: station = .sampling(plan.sampling(.before))
        case .before: station = .trainer
        case .after: station = .decoder
        }
        return try advance()
    }

    func beginTraining() throws -> Progress {
        let transformer = try timed(\.load) {
            try TrainableTransformer(
                plan.folder.transformer, memoryBudget: TrainingWork.memoryBudget)
        }
        let trainer = timed(\.train) {
            Trainer(
                plan, seed: seed, transformer: transformer,
                texts: texts,
                examples: zip(examples, plan.examples).map {
                    Trainer.Example(latents: $0, caption: $1.caption)
                },
                priors: zip(clips[.prior] ?? [], plan.priorClips).map {
                    Trainer.Example(latents: $0, caption: $1.prompt)
                }
            ) { factors in
                guard let saved = checkpoint?.training(factors, batch: plan.batch) else {
                    return nil
                }
                earlier = saved.1
                return saved.0
            }
        }
        let done = trainer.progress.history.losses.count
        if trainer.isFinished {
            _ = tally.report(.train, done, of: done, plan.work.training)
            station = .trained(trainer.progress)
        } else {
            station = .training(trainer, TrainingPace(first: done))
        }
        return tally.report(.load, 5, of: 6)
    }

    /// A few examples are looked at; after the last of a step the factors change.
    func train(_ trainer: Trainer, _ pace: TrainingPace) -> Progress {
        let isStep = timed(\.train) { trainer.advance() }
        let done = trainer.progress.history.losses.count
        if trainer.isFinished || isStep && checkpoint?.isDue == true { save(trainer.progress) }
        station = trainer.isFinished ? .trained(trainer.progress) : .training(trainer, pace)
        let progress = tally.report(
            .train, done, of: trainer.isFinished ? done : plan.steps, plan.work.training)
        return Progress(
            stage: .train, completed: done, total: plan.steps, fraction: progress.fraction,
            secondsLeft: pace.secondsLeft(after: done, in: plan))
    }
}
