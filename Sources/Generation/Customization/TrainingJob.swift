// SPDX-License-Identifier: Apache-2.0

import Media
import Model
import Products
package import Requests
import Tensors
import Training

/// One request for a style on its way to an adapter: call `next` until it is nil, then take the `record`.
///
/// Each call does a bounded piece of work, as a `Job`'s does. With a `Checkpoint` it goes on where an
/// earlier run of the same job was interrupted, and ends with the same bytes as if it had not been.
package final class TrainingJob {
    /// Every effective setting.
    package let plan: TrainingPlan
    /// The seed: the request's, or one that was drawn, by the first run where there were several.
    package internal(set) var seed: UInt64

    let inputs: Inputs
    let directory: String
    var checkpoint: Checkpoint?
    var station = Station.start
    var result: ResultRecord
    var tally: Tally
    /// What the stages took in earlier runs, as far as their work is used.
    var earlier = ResultRecord.Stages()

    /// The states of every text, by the text.
    var texts: [String: Tensor] = [:]
    /// The latents of the examples, in their order.
    var examples: [Tensor] = []
    /// What was sampled, by what for.
    var clips: [Sampling.Purpose: [Tensor]] = [:]

    /// What the job holds between two calls; each station has let go of what came before.
    enum Station {
        case start
        case texts
        case text(TextEncoder, Tokenizer, [Tensor])
        case examples(LatentEncoder?)
        case reading(LatentEncoder, ExampleReading)
        case sampling(Sampling)
        case denoising(Sampling, Denoising)
        case trainer
        case training(Trainer, TrainingPace)
        case trained(TrainingProgress)
        case decoder
        case decoding(LatentDecoder, FrameStream, BeforeAfterSheet, clip: Int)
        case finished
    }

    /// Plans a job that writes into `directory`, which exists and is the job's own.
    ///
    /// * `name`: The result's name.
    /// * `media`: Where the examples are.
    /// * `checkpoint`: What an earlier run left, and what this one leaves.
    /// - Throws: `GenerationError` where the request does not fit the model, or an example cannot be
    ///   used.
    package init(
        _ customization: Mode.Customization, of request: Request, name: String, engine: Engine,
        media: MediaFiles, into directory: String, checkpoint: Checkpoint? = nil
    ) throws(GenerationError) {
        plan = try engine.trainingPlan(customization, of: request, media: media)
        // As a job for a video draws it.
        seed = request.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        inputs = Inputs(media, of: request)
        self.directory = directory
        self.checkpoint = checkpoint
        tally = Tally(operations: plan.work.seconds)
        result = ResultRecord(request: name)
        result.mode = .customization
        result.seed = seed
        result.settings = plan.settings
        result.defaults = request.defaults
        result.warnings = plan.warnings
        result.timing.started = .now()
        result.engine = plan.engineRecord
    }

    /// Does the next piece of work and reports it, or returns nil when every file is written.
    ///
    /// - Throws: `GenerationError`; the job cannot go on then.
    package func next() throws(GenerationError) -> Progress? {
        do {
            return try advance()
        } catch let error as ModelError {
            throw .model(error)
        } catch let error as GenerationError {
            throw error
        } catch {
            preconditionFailure("an error of no known kind: \(error)")
        }
    }

    /// Saves what can be saved of the present work, for a later run to go on from here.
    package func save() {
        switch station {
        case .training(let trainer, _): save(trainer.progress)
        case .denoising(let sampling, let denoising): save(denoising, of: sampling)
        default: break
        }
    }

    /// Why the job's progress cannot be saved at present, as a sentence; nil when it can.
    package var savingTrouble: String? {
        checkpoint?.trouble.map { "the job's progress cannot be saved: \($0)" }
    }

    /// The facts of the finished job; `queued` is the caller's to fill in.
    package var record: ResultRecord {
        precondition(result.timing.finished != nil, "the job is not finished")
        var record = result
        record.timing.stages = stages
        return record
    }

    /// What all stages took so far, in earlier runs and in this one.
    var stages: ResultRecord.Stages { earlier + result.timing.stages }

    func advance() throws -> Progress? {
        switch exchange(&station, with: .finished) {
        case .start: return try open()
        case .texts: return try beginTexts()
        case .text(let encoder, let tokenizer, let states):
            return try read(encoder, tokenizer, states)
        case .examples(let encoder): return try beginExample(encoder)
        case .reading(let encoder, let reading): return try encode(encoder, reading)
        case .sampling(let sampling): return try beginClip(sampling)
        case .denoising(let sampling, let denoising): return denoise(sampling, denoising)
        case .trainer: return try beginTraining()
        case .training(let trainer, let pace): return train(trainer, pace)
        case .trained(let progress): return try finishTraining(progress)
        case .decoder: return try openDecoder()
        case .decoding(let decoder, let stream, let sheet, let clip):
            return try decode(decoder, stream, sheet, clip)
        case .finished: return nil
        }
    }

    func save(_ progress: TrainingProgress) { checkpoint?.save(progress, stages: stages) }

    func save(_ denoising: Denoising, of sampling: Sampling) {
        checkpoint?.save(
            denoising, window: sampling.index, ofTake: sampling.purpose.rawValue, stages: stages)
    }

    func timed<Value: ~Copyable>(
        _ stage: WritableKeyPath<ResultRecord.Stages, Double>, _ work: () throws -> Value
    ) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try work()
        result.timing.stages[keyPath: stage] += (ContinuousClock.now - start) / .seconds(1)
        return value
    }
}
