// SPDX-License-Identifier: Apache-2.0

import Digests
import Glibc
import Model
package import Requests
import Tensors

/// One request on its way to a video: call `next` until it is nil, then take the `record`.
///
/// Each call does a bounded piece of work (one part of the model loaded, one denoising step, one
/// latent frame decoded), so the caller decides on progress, cancellation and the watchdog.
package final class Job {
    /// Every effective setting.
    package let plan: Plan
    /// The seed: the request's, or one that was drawn.
    package let seed: UInt64

    private let mode: any GenerationMode
    private let name: String
    private let media: MediaFiles
    private let directory: String
    private var station = Station.start
    private var result: ResultRecord
    private var done = 0.0

    /// What the job holds between two calls; each station has let go of what came before.
    private enum Station: ~Copyable {
        case start
        case text(TextEncoder, Tokenizer)
        case conditioned(TextStates)
        case denoising(Denoising)
        case denoised(Tensor)
        case decoding(FrameStream, Rendering)
        case finished
    }

    /// Plans a job that writes into `directory`, which exists and is the job's own.
    ///
    /// * `media`: Where the files are that the request names.
    /// * `name`: The result's name: its video is called `NAME.mp4`.
    /// - Throws: `GenerationError` where the request does not fit the model.
    package init(
        request: Request, name: String, engine: Engine, media: MediaFiles = .none,
        into directory: String
    ) throws(GenerationError) {
        self.media = media
        plan = try engine.plan(request)
        // PyTorch's generator keeps 32 bits of a seed, and short seeds are easier to copy.
        seed = request.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        mode = try plan.mode(of: request, seed: seed)
        self.name = name
        self.directory = directory
        result = ResultRecord(request: name)
        result.mode = plan.mode
        result.seed = seed
        result.settings = plan.settings
        result.timing.started = .now()
        result.engine = ResultRecord.Engine(
            version: Engine.version, precision: engine.precision.rawValue,
            threads: processorCount, peakMemoryBytes: 0)
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

    /// The facts of the finished job; `queued` is the caller's to fill in.
    package var record: ResultRecord {
        precondition(result.timing.finished != nil, "the job is not finished")
        return result
    }

    private func advance() throws -> Progress? {
        let folder = plan.folder
        switch exchange(&station, with: .finished) {
        case .start:
            let digest = try timed(\.load) { try plan.weightsDigest() }
            result.model = ResultRecord.Model(name: plan.model, sha256: digest)
            let (encoder, tokenizer) = try timed(\.load) {
                (
                    try TextEncoder(folder: folder.textEncoder),
                    try Tokenizer(folder: folder.tokenizer)
                )
            }
            station = .text(encoder, tokenizer)
            return report(.load, 1, of: 3)
        case .text(let encoder, let tokenizer):
            let texts = try timed(\.text) { try mode.condition(encoder, tokenizer) }
            station = .conditioned(texts)
            return report(.text, 1, of: 1)
        case .conditioned(let texts):
            let transformer = try timed(\.load) { try Transformer(folder: folder.transformer) }
            station = .denoising(timed(\.denoise) { mode.prepare(transformer, texts) })
            return report(.load, 2, of: 3)
        case .denoising(var denoising):
            timed(\.denoise) { denoising.step() }
            let (completed, total) = (denoising.completed, denoising.total)
            station = denoising.isFinished ? .denoised(denoising.latents) : .denoising(denoising)
            return report(.denoise, completed, of: total)
        case .denoised(let latents):
            let decoder = try timed(\.load) { try LatentDecoder(folder: folder.autoencoder) }
            station = .decoding(
                mode.decode(latents, decoder),
                try Rendering(plan: plan, name: name, in: directory, comment: result.comment))
            return report(.load, 3, of: 3)
        case .decoding(var stream, let rendering):
            let frames = timed(\.decode) { stream.next() }
            guard let frames else {
                result.files = try timed(\.write) { try rendering.finish() }
                result.timing.finished = .now()
                result.engine?.peakMemoryBytes = peakMemoryBytes()
                return report(.write, 1, of: 1)
            }
            try timed(\.write) { try rendering.append(frames) }
            let total = plan.latentShape[1]
            let completed = total - stream.remaining
            station = .decoding(stream, rendering)
            return report(.decode, completed, of: total)
        case .finished:
            return nil
        }
    }

    /// The part of the whole is reckoned from the operations of denoising and decoding.
    private func report(_ stage: Stage, _ completed: Int, of total: Int) -> Progress {
        let (denoising, decoding) = (plan.work.denoising, plan.work.decoding)
        let part = Double(completed) / Double(total)
        switch stage {
        case .denoise: done = part * denoising / (denoising + decoding)
        case .decode: done = (denoising + part * decoding) / (denoising + decoding)
        case .write: done = 1
        case .load, .text, .media: break
        }
        return Progress(
            stage: stage, completed: completed, total: total, fraction: done)
    }

    private func timed<Value: ~Copyable>(
        _ stage: WritableKeyPath<ResultRecord.Stages, Double>, _ work: () throws -> Value
    ) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try work()
        let elapsed = (ContinuousClock.now - start).components
        result.timing.stages[keyPath: stage] +=
            Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        return value
    }
}

/// The largest resident size of this process so far; `getrusage(2)` counts in KiB.
private func peakMemoryBytes() -> Int {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return usage.ru_maxrss * 1024
}
