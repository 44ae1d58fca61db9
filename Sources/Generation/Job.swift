// SPDX-License-Identifier: Apache-2.0

import Digests
import Media
import Model
import Products
package import Requests
import Tensors

/// One request on its way to a video: call `next` until it is nil, then take the `record`.
///
/// Each call does a bounded piece of work (one part of the model loaded, one frame of the source
/// read, one denoising step, one latent frame decoded), so the caller decides on progress,
/// cancellation and the watchdog. With a `Checkpoint` it goes on where an earlier run of the same
/// job was interrupted, and ends with the same bytes as if it had not been.
package final class Job {
    /// Every effective setting.
    package let plan: Plan
    /// The seed: the request's, or one that was drawn, by the first run where there were several.
    package private(set) var seed: UInt64

    private let request: Request
    private let inputs: Inputs
    private let directory: String
    private let rendering: Rendering
    private var checkpoint: Checkpoint?
    private var station = Station.start
    private var result: ResultRecord
    private var tally: Tally
    /// What the stages took in earlier runs, as far as their work is used.
    private var earlier = ResultRecord.Stages()

    /// What the job holds between two calls; each station has let go of what came before.
    private enum Station {
        case start
        case gathering(Gathering)
        case gathered(Gathering)
        case window(Clips)
        case text(Clips, TextEncoder, Tokenizer)
        case leading(Clips)
        case encoding(Clips, ControlContext, frames: Int)
        case led(Clips, context: Tensor?)
        case denoising(Clips, Denoising)
        case denoised(Clips, Tensor)
        case decoding(Clips, FrameStream)
        case finished
    }

    /// The request's files while they are read.
    private struct Gathering {
        let mode: any GenerationMode
        var frames = 0
    }

    /// The clips of a job while they are made: what they share, and the one that is worked on.
    private struct Clips {
        let mode: any GenerationMode
        var take: Take
        /// Absent until a window needs them.
        var texts: TextStates?
        /// How far an earlier run came with the present window.
        var underway: Denoising.State?
    }

    /// Plans a job that writes into `directory`, which exists and is the job's own.
    ///
    /// * `name`: The result's name: its video is called `NAME.mp4`.
    /// * `media`: Where the files are that the request names.
    /// * `checkpoint`: What an earlier run left, and what this one leaves.
    /// - Throws: `GenerationError` where the request does not fit the model, or a file that it names
    ///   cannot be used.
    package init(
        request: Request, name: String, engine: Engine, media: MediaFiles = .none,
        into directory: String, checkpoint: Checkpoint? = nil
    ) throws(GenerationError) {
        plan = try engine.plan(request, media: media)
        // PyTorch's generator keeps 32 bits of a seed, and short seeds are easier to copy.
        seed = request.seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        self.request = request
        inputs = Inputs(media, of: request)
        self.directory = directory
        self.checkpoint = checkpoint
        tally = Tally(operations: plan.work.operations)
        rendering = Rendering(name: name, in: directory, plan: plan)
        result = ResultRecord(request: name)
        result.mode = plan.mode
        result.seed = seed
        result.styles = plan.styles
        result.settings = plan.settings
        result.defaults = request.defaults
        result.metadata = plan.metadata
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

    /// Saves what can be saved of the present window, for a later run to go on from here.
    package func save() {
        guard case .denoising(let clips, let denoising) = station else { return }
        save(denoising, of: clips)
    }

    /// Why the job's progress cannot be saved at present, as a sentence; nil when it can.
    package var savingTrouble: String? {
        checkpoint?.trouble.map { "the job's progress cannot be saved: \($0)" }
    }

    /// The facts of the finished job; `queued` is the caller's to fill in.
    package var record: ResultRecord {
        precondition(result.timing.finished != nil, "the job is not finished")
        var record = result
        record.timing.stages = earlier + result.timing.stages
        return record
    }

    private func advance() throws -> Progress? {
        switch exchange(&station, with: .finished) {
        case .start: return try open()
        case .gathering(let gathering): return try gather(gathering)
        case .gathered(let gathering): return try beginClips(gathering)
        case .window(let clips): return try beginWindow(clips)
        case .text(let clips, let encoder, let tokenizer):
            return try read(clips, encoder, tokenizer)
        case .leading(let clips): return try beginLeading(clips)
        case .encoding(let clips, let context, let frames):
            return try encode(clips, context, frames)
        case .led(let clips, let context): return try openTransformer(clips, context)
        case .denoising(let clips, let denoising): return denoise(clips, denoising)
        case .denoised(let clips, let latents): return try openDecoder(clips, latents)
        case .decoding(let clips, let stream): return try decode(clips, stream)
        case .finished: return nil
        }
    }
}

// What is done at each station; every method sets the next one.
extension Job {
    /// The weights are hashed, the request's files opened.
    private func open() throws -> Progress {
        let digest = try timed(\.load) { try plan.folder.weightsDigest() }
        result.model = ResultRecord.Model(name: plan.model, sha256: digest)
        result.inputs = try timed(\.media) { try inputs.records() }
        checkpoint?.begin(&result, plan)
        seed = result.seed ?? seed
        let mode = try timed(\.media) { try plan.mode(of: request, from: inputs, in: directory) }
        station = .gathering(Gathering(mode: mode))
        return tally.report(.load, 1, of: 5)
    }

    /// A little of the request's files is read.
    private func gather(_ gathering: Gathering) throws -> Progress {
        var gathering = gathering
        let isMore = try timed(\.media) { try gathering.mode.gather() }
        gathering.frames = min(gathering.frames + 1, plan.frames)
        station = isMore ? .gathering(gathering) : .gathered(gathering)
        return tally.report(.media, gathering.frames, of: plan.frames)
    }

    private func beginClips(_ gathering: Gathering) throws -> Progress? {
        result.warnings += gathering.mode.warnings
        station = .window(
            Clips(mode: gathering.mode, take: try begin(take: 0, in: gathering.mode)))
        return try advance()
    }

    /// A window is denoised already, or goes on where it was, or is begun.
    private func beginWindow(_ clips: Clips) throws -> Progress? {
        var clips = clips
        let saved = checkpoint?.window(
            clips.take.windowNumber, ofTake: clips.take.number, shape: latentShape(clips),
            steps: plan.steps)
        if let saved { earlier = saved.1 }
        switch saved?.0 {
        case .denoised(let latents):
            station = .denoised(clips, latents)
            let work = work(clips)
            return tally.report(
                .denoise, plan.steps, of: plan.steps, work.encoding + work.denoising)
        case .underway(let state): clips.underway = state
        case nil: clips.underway = nil
        }
        clips.texts = clips.texts ?? checkpoint?.texts(of: plan)
        guard clips.texts == nil else {
            station = .leading(clips)
            return try advance()
        }
        let encoder = try timed(\.load) { try TextEncoder(plan.folder.textEncoder) }
        let tokenizer = try timed(\.load) { try Tokenizer(plan.folder.tokenizer) }
        station = .text(clips, encoder, tokenizer)
        return tally.report(.load, 2, of: 5)
    }

    private func read(
        _ clips: Clips, _ encoder: TextEncoder, _ tokenizer: Tokenizer
    ) throws -> Progress {
        var clips = clips
        let texts = try timed(\.text) { try TextStates(of: plan, encoder, tokenizer) }
        if checkpoint?.isDue == true { checkpoint?.save(texts) }
        clips.texts = texts
        station = .leading(clips)
        return tally.report(.text, 1, of: 1)
    }

    /// What leads a window, if anything does but words, goes first.
    private func beginLeading(_ clips: Clips) throws -> Progress? {
        guard clips.take.isLed, let window = clips.take.window else {
            station = .led(clips, context: nil)
            return try advance()
        }
        let encoder = try timed(\.load) {
            try LatentEncoder(plan.folder.autoencoder, precision: plan.precision)
        }
        let context = timed(\.media) {
            ControlContext(
                encoder: encoder, frames: window.count, height: plan.height, width: plan.width,
                references: clips.mode.references.map {
                    referenceTensor(
                        $0, width: plan.width, height: plan.height,
                        multiple: encoder.configuration.pixelsPerLatent)
                })
        }
        station = .encoding(clips, context, frames: 0)
        return tally.report(.load, 3, of: 5)
    }

    /// One frame of the window goes into the control branch's context.
    private func encode(
        _ clips: Clips, _ context: consuming ControlContext, _ frames: Int
    ) throws -> Progress {
        let count = clips.take.window?.count ?? 0
        let lead = try timed(\.media) { try clips.take.lead(frames) }
        let (frame, mask) = lead.values(width: plan.width, height: plan.height)
        let start = ContinuousClock.now
        context.append(frame, mask: mask)
        record(\.media, since: start)
        if frames + 1 < count {
            station = .encoding(clips, context, frames: frames + 1)
        } else {
            station = .led(clips, context: context.finish())
        }
        return tally.report(.media, frames + 1, of: count, work(clips).encoding)
    }

    private func openTransformer(_ clips: Clips, _ context: Tensor?) throws -> Progress {
        let transformer = try timed(\.load) {
            try Transformer(
                plan.folder.transformer, withControl: context != nil,
                precision: plan.precision, adapters: plan.adapters)
        }
        station = .denoising(clips, timed(\.denoise) { prepare(clips, transformer, context) })
        return tally.report(.load, 4, of: 5)
    }

    /// The noise of a window, and what steers it.
    private func prepare(
        _ clips: Clips, _ transformer: Transformer, _ context: Tensor?
    ) -> Denoising {
        guard let texts = clips.texts else { preconditionFailure("the texts were not read") }
        let state =
            clips.underway
            ?? Denoising.State(
                standardNormal(shape: latentShape(clips), seed: clips.take.windowSeed))
        return Denoising(
            state,
            schedule: FlowSchedule(
                steps: plan.steps, shift: plan.shift, trainingTimesteps: plan.trainingTimesteps),
            order: plan.solverOrder, stepCache: plan.stepCache, transformer: transformer,
            conditioning: texts.conditioning(for: transformer, plan: plan, context: context))
    }

    /// The shape of the present window's latents.
    private func latentShape(_ clips: Clips) -> [Int] {
        guard let window = clips.take.window else { preconditionFailure("no window") }
        return plan.latentShape(
            of: window, references: clips.take.isLed ? clips.mode.references.count : 0)
    }

    /// One step from noise to signal.
    private func denoise(_ clips: Clips, _ denoising: consuming Denoising) -> Progress {
        let start = ContinuousClock.now
        denoising.step()
        record(\.denoise, since: start)
        if denoising.isFinished || checkpoint?.isDue == true { save(denoising, of: clips) }
        let (completed, total, share) = (denoising.completed, denoising.total, denoising.share)
        station =
            denoising.isFinished
            ? .denoised(clips, denoising.latents) : .denoising(clips, denoising)
        return tally.report(
            .denoise, completed, of: total, work(clips).denoising, share: share)
    }

    private func save(_ denoising: Denoising, of clips: Clips) {
        checkpoint?.save(
            denoising, window: clips.take.windowNumber, ofTake: clips.take.number,
            stages: earlier + result.timing.stages)
    }

    private func openDecoder(_ clips: Clips, _ latents: Tensor) throws -> Progress {
        let decoder = try timed(\.load) {
            try LatentDecoder(plan.folder.autoencoder, precision: plan.precision)
        }
        // What the transformer worked in.
        Scratch.release()
        // What became of the references is not part of the clip.
        let clip = latents.frames(from: clips.mode.references.count)
        station = .decoding(clips, decoder.stream(clip))
        return tally.report(.load, 5, of: 5)
    }

    /// One latent frame becomes pictures of the result.
    private func decode(
        _ clips: consuming Clips, _ stream: consuming FrameStream
    ) throws -> Progress? {
        let start = ContinuousClock.now
        guard let frames = stream.next() else { return try endWindow(clips) }
        record(\.decode, since: start)
        for index in 0..<frames.shape[0] {
            let finished = try clips.take.receive(Picture(frame: index, of: frames))
            try timed(\.write) { try rendering.append(finished) }
        }
        let total = plan.latent.frames(of: clips.take.window?.count ?? 1)
        let progress = tally.report(
            .decode, total - stream.remaining, of: total, work(clips).decoding)
        station = .decoding(clips, stream)
        return progress
    }

    /// Goes on to the next window, the next clip, or to the end.
    private func endWindow(_ clips: consuming Clips) throws -> Progress? {
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
            return tally.report(.write, next, of: plan.variations)
        }
        result.files = try timed(\.write) { try rendering.finish() }
        result.timing.finished = .now()
        result.engine?.peakMemoryBytes = peakMemoryBytes()
        return Progress(stage: .write, completed: next, total: plan.variations, fraction: 1)
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

    private func timed<Value: ~Copyable>(
        _ stage: WritableKeyPath<ResultRecord.Stages, Double>, _ work: () throws -> Value
    ) rethrows -> Value {
        let start = ContinuousClock.now
        let value = try work()
        record(stage, since: start)
        return value
    }

    private func record(
        _ stage: WritableKeyPath<ResultRecord.Stages, Double>, since start: ContinuousClock.Instant
    ) {
        result.timing.stages[keyPath: stage] += (ContinuousClock.now - start) / .seconds(1)
    }
}
