// SPDX-License-Identifier: Apache-2.0

import Digests
import Glibc
import Media
import Model
package import Requests
import Tensors

/// One request on its way to a video: call `next` until it is nil, then take the `record`.
///
/// Each call does a bounded piece of work (one part of the model loaded, one frame of the source
/// read, one denoising step, one latent frame decoded), so the caller decides on progress,
/// cancellation and the watchdog.
package final class Job {
    /// Every effective setting.
    package let plan: Plan
    /// The seed: the request's, or one that was drawn.
    package let seed: UInt64

    private let request: Request
    private let inputs: Inputs
    private let directory: String
    private let rendering: Rendering
    private var station = Station.start
    private var result: ResultRecord
    /// Operations of the windows that are done.
    private var done = 0.0

    /// What the job holds between two calls; each station has let go of what came before.
    private enum Station: ~Copyable {
        case start
        case gathering(any GenerationMode, frames: Int)
        case gathered(any GenerationMode)
        case text(any GenerationMode, TextEncoder, Tokenizer)
        case window(Clips)
        case encoding(Clips, ControlContext, frames: Int)
        case led(Clips, context: Tensor?)
        case denoising(Clips, Denoising)
        case denoised(Clips, Tensor)
        case decoding(Clips, FrameStream)
        case finished
    }

    /// The clips of a job while they are made: what they share, and the one that is worked on.
    private struct Clips {
        let mode: any GenerationMode
        let texts: TextStates
        var take: Take
    }

    /// Plans a job that writes into `directory`, which exists and is the job's own.
    ///
    /// * `name`: The result's name: its video is called `NAME.mp4`.
    /// * `media`: Where the files are that the request names.
    /// - Throws: `GenerationError` where the request does not fit the model, or a file that it names
    ///   cannot be used.
    package init(
        request: Request, name: String, engine: Engine, media: MediaFiles = .none,
        into directory: String
    ) throws(GenerationError) {
        plan = try engine.plan(request, media: media)
        // PyTorch's generator keeps 32 bits of a seed, and short seeds are easier to copy.
        seed = request.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        self.request = request
        inputs = Inputs(media, of: request)
        self.directory = directory
        rendering = Rendering(name: name, in: directory, plan: plan)
        result = ResultRecord(request: name)
        result.mode = plan.mode
        result.seed = seed
        result.settings = plan.settings
        result.warnings = plan.warnings
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
            result.inputs = try timed(\.media) { try inputs.records() }
            let mode = try timed(\.media) {
                try plan.mode(of: request, from: inputs, in: directory)
            }
            station = .gathering(mode, frames: 0)
            return report(.load, 1, of: 4)
        case .gathering(let mode, let frames):
            let isMore = try timed(\.media) { try mode.gather() }
            station = isMore ? .gathering(mode, frames: frames + 1) : .gathered(mode)
            return report(.media, frames, of: max(frames, plan.frames))
        case .gathered(let mode):
            result.warnings += mode.warnings
            let (encoder, tokenizer) = try timed(\.load) {
                (
                    try TextEncoder(folder: folder.textEncoder),
                    try Tokenizer(folder: folder.tokenizer)
                )
            }
            station = .text(mode, encoder, tokenizer)
            return report(.load, 2, of: 4)
        case .text(let mode, let encoder, let tokenizer):
            let texts = try timed(\.text) { try TextStates(of: plan, encoder, tokenizer) }
            station = .window(
                Clips(mode: mode, texts: texts, take: try begin(take: 0, in: mode)))
            return report(.text, 1, of: 1)
        case .window(let clips):
            guard clips.take.isLed, let window = clips.take.window else {
                station = .led(clips, context: nil)
                return try advance()
            }
            let encoder = try timed(\.load) { try LatentEncoder(folder: folder.autoencoder) }
            let context = timed(\.media) {
                ControlContext(
                    encoder: encoder, frames: window.count, height: plan.height,
                    width: plan.width,
                    references: clips.mode.references.map {
                        referenceTensor(
                            $0, width: plan.width, height: plan.height,
                            multiple: encoder.configuration.pixelsPerLatent)
                    })
            }
            station = .encoding(clips, context, frames: 0)
            return report(.load, 2, of: 4)
        case .encoding(let clips, var context, let frames):
            guard let window = clips.take.window else { preconditionFailure("no window") }
            try timed(\.media) {
                let lead = try clips.take.lead(frames)
                let (frame, mask) = lead.values(width: plan.width, height: plan.height)
                context.append(frame, mask: mask)
            }
            station =
                frames + 1 < window.count
                ? .encoding(clips, context, frames: frames + 1)
                : .led(clips, context: timed(\.media) { context.finish() })
            return report(.media, frames + 1, of: window.count, work(clips).encoding)
        case .led(let clips, let context):
            let transformer = try timed(\.load) { try Transformer(folder: folder.transformer, withControl: context != nil) }
            station = .denoising(
                clips, timed(\.denoise) { prepare(clips, transformer, context) })
            return report(.load, 3, of: 4)
        case .denoising(let clips, var denoising):
            timed(\.denoise) { denoising.step() }
            let (completed, total) = (denoising.completed, denoising.total)
            station =
                denoising.isFinished
                ? .denoised(clips, denoising.latents) : .denoising(clips, denoising)
            return report(.denoise, completed, of: total, work(clips).denoising)
        case .denoised(let clips, let latents):
            let decoder = try timed(\.load) { try LatentDecoder(folder: folder.autoencoder) }
            // What became of the references is not part of the clip.
            let clip = latents.frames(from: clips.mode.references.count)
            station = .decoding(clips, decoder.stream(clip))
            return report(.load, 4, of: 4)
        case .decoding(var clips, var stream):
            let total = plan.latent.frames(of: clips.take.window?.count ?? 1)
            if let frames = timed(\.decode, { stream.next() }) {
                try render(frames, into: &clips)
                let completed = total - stream.remaining
                station = .decoding(clips, stream)
                return report(.decode, completed, of: total, work(clips).decoding)
            }
            return try end(windowOf: clips)
        case .finished:
            return nil
        }
    }

    /// The noise of a window, and what steers it.
    private func prepare(
        _ clips: Clips, _ transformer: Transformer, _ context: Tensor?
    ) -> Denoising {
        guard let window = clips.take.window else { preconditionFailure("no window") }
        let references = context == nil ? 0 : clips.mode.references.count
        let shape = plan.latentShape(of: window, references: references)
        return Denoising(
            standardNormal(shape: shape, seed: clips.take.windowSeed),
            schedule: FlowSchedule(
                steps: plan.steps, shift: plan.shift, trainingTimesteps: plan.trainingTimesteps),
            order: plan.solverOrder, transformer: transformer,
            conditioning: clips.texts.conditioning(
                for: transformer, plan: plan, context: context))
    }

    private func begin(take number: Int, in mode: any GenerationMode) throws -> Take {
        let take = Take(
            number: number, seed: seed &+ UInt64(number), mode: mode, plan: plan)
        let sound = plan.sound.map { inputs.path(of: $0) }
        try timed(\.write) {
            try rendering.begin(
                take: number, seed: take.seed, sound: sound, comment: comment(seed: take.seed))
        }
        return take
    }

    /// Frames (n, 3, H, W) of the decoder on their way into the files.
    private func render(_ frames: Tensor, into clips: inout Clips) throws {
        for index in 0..<frames.shape[0] {
            let picture = Picture(frame: index, of: frames)
            let finished = try timed(\.decode) { try clips.take.receive(picture) }
            try timed(\.write) { try rendering.append(finished) }
        }
    }

    /// Goes on to the next window, the next clip, or to the end.
    private func end(windowOf clips: consuming Clips) throws -> Progress? {
        let rest = clips.take.endWindow()
        try timed(\.write) { try rendering.append(rest) }
        if clips.take.window != nil {
            station = .window(clips)
            return try advance()
        }
        result.warnings += try timed(\.write) { try rendering.endTake() }
        let next = clips.take.number + 1
        if next < plan.variations {
            clips.take = try begin(take: next, in: clips.mode)
            station = .window(clips)
            return report(.write, next, of: plan.variations)
        }
        result.files = try timed(\.write) { try rendering.finish() }
        result.timing.finished = .now()
        result.engine?.peakMemoryBytes = peakMemoryBytes()
        return Progress(stage: .write, completed: next, total: plan.variations, fraction: 1)
    }

    /// The comment of one clip's file, with that clip's seed.
    private func comment(seed: UInt64) -> String {
        var facts = result
        facts.seed = seed
        return facts.comment
    }

    private func work(_ clips: borrowing Clips) -> WindowWork {
        let number = min(clips.take.windowNumber, plan.windows.count - 1)
        return plan.work.windows[number]
    }

    /// A report; the part of the whole is reckoned from the operations of all windows.
    ///
    /// * `operations`: What the whole of this stage costs in the present window, if it counts.
    private func report(
        _ stage: Stage, _ completed: Int, of total: Int, _ operations: Double = 0
    ) -> Progress {
        let part = operations * Double(completed) / Double(max(1, total))
        if completed == total { done += operations }
        let sum = completed == total ? done : done + part
        return Progress(
            stage: stage, completed: completed, total: total,
            fraction: min(1, sum / plan.work.operations))
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

extension Tensor {
    /// The latent frames (z, T, h, w) from number `first` on.
    fileprivate func frames(from first: Int) -> Tensor {
        guard first > 0 else { return self }
        let (z, T, plane) = (shape[0], shape[1], shape[2] * shape[3])
        var kept: [Float] = []
        kept.reserveCapacity(z * (T - first) * plane)
        for channel in 0..<z {
            kept += values[(channel * T + first) * plane..<(channel + 1) * T * plane]
        }
        return Tensor(shape: [z, T - first, shape[2], shape[3]], values: kept)
    }
}
