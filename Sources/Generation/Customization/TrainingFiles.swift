// SPDX-License-Identifier: Apache-2.0

import Digests
import Files
import Media
import Model
import Requests
import Tensors
import Training

// The last stations: what was learnt becomes files.
extension TrainingJob {
    /// The names of the files of the result, beside the style's own.
    private static let curve = "loss.svg"
    private static let sheet = "before-after.jpg"

    private var styleFile: String { "\(plan.name).safetensors" }

    /// The factors become the style's file, the losses a picture.
    ///
    /// - Throws: `GenerationError.diverged` where nothing was learnt.
    func finishTraining(_ progress: TrainingProgress) throws -> Progress {
        guard let learnt = progress.result else {
            throw GenerationError.diverged(style: plan.name)
        }
        let history = progress.history
        if history.isDiverged {
            result.warnings.append(
                "The loss went astray at step \(history.losses.count) of \(plan.steps), so the"
                    + " training was stopped; '\(plan.name)' holds what was learnt until step"
                    + " \(learnt.steps). A smaller \"learning_rate\" may help.")
        }
        try timed(\.write) {
            let file = StyleFile(
                plan: plan, factors: learnt.factors, steps: learnt.steps, record: result,
                fingerprint: try BaseFingerprint(transformer: plan.folder.transformer).sha256)
            try write(file.bytes, as: styleFile)
            let curve = LossCurve(
                title: "\(plan.name): loss over \(history.losses.count) steps",
                losses: history.losses, steps: plan.steps,
                kept: history.isDiverged ? learnt.steps : nil)
            try write(Array(curve.svg.utf8), as: Self.curve)
        }
        result.madeStyle = ResultRecord.MadeStyle(
            name: plan.name, file: styleFile, trigger: plan.trigger)
        station = .sampling(plan.sampling(.after))
        return tally.report(.write, 1, of: 2)
    }

    private func write(_ bytes: [UInt8], as name: String) throws(GenerationError) {
        do { try WholeFile.write(bytes, to: Path(directory).appending(name)) } catch {
            throw .result(error)
        }
    }

    /// The model as it is, or with the style that was just written.
    func transformer(for purpose: Sampling.Purpose) throws(ModelError) -> Transformer {
        let transformer = plan.folder.transformer
        guard purpose == .after else {
            return try Transformer(transformer, precision: plan.precision)
        }
        return try Transformer(
            transformer, precision: plan.precision,
            adapters: try Adapters([(path: "\(directory)/\(styleFile)", weight: 1)]))
    }

    func openDecoder() throws -> Progress? {
        let decoder = try timed(\.load) {
            try LatentDecoder(plan.folder.autoencoder, precision: plan.precision)
        }
        let clips = plan.sheet.clips
        guard let bucket = clips.first?.bucket else { preconditionFailure("a sheet of nothing") }
        let sheet = BeforeAfterSheet(
            prompts: clips.count, frames: bucket.frames, width: bucket.width,
            height: bucket.height)
        station = .decoding(decoder, decoder.stream(sampled(0)), sheet, clip: 0)
        return try advance()
    }

    /// The latents of a clip of the sheet: for each prompt first that before, then that after.
    private func sampled(_ clip: Int) -> Tensor {
        guard let latents = clips[clip % 2 == 0 ? .before : .after]?[clip / 2] else {
            preconditionFailure("clip \(clip) was not sampled")
        }
        return latents
    }

    /// One latent frame becomes pictures of the sheet.
    func decode(
        _ decoder: LatentDecoder, _ stream: consuming FrameStream, _ sheet: BeforeAfterSheet,
        _ clip: Int
    ) throws -> Progress {
        var sheet = sheet
        var clip = clip
        let start = ContinuousClock.now
        if let frames = stream.next() {
            result.timing.stages.decode += (ContinuousClock.now - start) / .seconds(1)
            for index in 0..<frames.shape[0] { sheet.append(Picture(frame: index, of: frames)) }
        }
        let total = 2 * plan.sheet.clips.count
        if stream.remaining == 0 {
            clip += 1
            if clip == total { return try finish(sheet) }
            stream = decoder.stream(sampled(clip))
        }
        station = .decoding(decoder, stream, sheet, clip: clip)
        return tally.report(.decode, clip, of: total, plan.work.decoding)
    }

    /// The sheet is written, and every file measured.
    private func finish(_ sheet: BeforeAfterSheet) throws -> Progress {
        let picture = sheet.picture
        try timed(\.write) {
            do throws(MediaError) {
                try PictureFile.writeJPEG(picture, to: "\(directory)/\(Self.sheet)")
            } catch { throw GenerationError.media(error) }
            result.files = [
                try measured(ResultRecord.File(name: styleFile, bytes: 0, sha256: "")),
                try measured(
                    ResultRecord.File(
                        name: Self.sheet, bytes: 0, sha256: "", width: picture.width,
                        height: picture.height, frames: 1)),
                try measured(ResultRecord.File(name: Self.curve, bytes: 0, sha256: "")),
            ]
        }
        result.timing.finished = .now()
        result.engine?.peakMemoryBytes = peakMemoryBytes()
        return Progress(stage: .write, completed: 2, total: 2, fraction: 1)
    }

    private func measured(
        _ file: ResultRecord.File
    ) throws(GenerationError) -> ResultRecord.File {
        var file = file
        do {
            (file.bytes, file.sha256) = try SHA256.sizeAndDigest(
                ofFile: "\(directory)/\(file.name)")
        } catch { throw .digest(error) }
        return file
    }
}
