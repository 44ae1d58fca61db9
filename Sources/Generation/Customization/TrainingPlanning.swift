// SPDX-License-Identifier: Apache-2.0

import Digests
import Media
import Model
import Products
package import Requests

extension Engine {
    /// Works out how a style will be trained; reads configurations and examples, not weights.
    ///
    /// * `media`: Where the examples are; nil leaves them closed and plans as if all were pictures of
    ///   the model's own shape.
    /// - Throws: `GenerationError.noModel`, `.model`, `.request` with every problem at once, and
    ///   `.unusable` with every example that cannot be used.
    package func trainingPlan(
        _ customization: Mode.Customization, of request: Request, media: MediaFiles? = nil
    ) throws(GenerationError) -> TrainingPlan {
        let (name, folder) = try model(named: request.model)
        let transformer: TransformerConfiguration
        let autoencoder: Autoencoder
        let scheduler: SchedulerConfiguration
        do {
            transformer = try TransformerConfiguration(folder.transformer)
            autoencoder = try Autoencoder(folder.autoencoder)
            scheduler = try folder.schedulerConfiguration()
        } catch { throw .model(error) }
        var fit = ModelFit(
            request: request, model: name, source: nil, defaults: folder.defaults,
            transformer: transformer, autoencoder: autoencoder)
        let size = fit.size()
        let rate = fit.frameRate()
        let longest = min(
            fit.longest,
            fit.frames(at: rate?.value ?? folder.defaults.framesPerSecond))
        guard fit.problems.isEmpty, let rate else { throw .request(fit.problems) }
        let shapes = BucketShapes(
            area: size.width * size.height, steps: (fit.widthStep, fit.heightStep),
            limits: (fit.widthLimit, fit.heightLimit), ratio: Limits.ratio)
        let latent = LatentScale(
            channels: transformer.inputChannels, space: autoencoder.pixelsPerLatent,
            time: autoencoder.framesPerLatent)
        let examples = try planned(
            customization, from: media.map { Inputs($0, of: request) },
            fitting: { facts in
                let shape = facts.flatMap { shapes.nearest(to: $0.width, $0.height) } ?? size
                var frames = 1
                if let seconds = facts?.seconds {
                    let found = max(1, Int((seconds * rate.value).rounded()))
                    frames = min(longest, (found - 1) / latent.time * latent.time + 1)
                }
                return Bucket(width: shape.width, height: shape.height, frames: frames)
            })
        let sampling = TrainingRecipe.sampling(transformer, folder.defaults)
        let trigger = customization.trigger
        let sheetBucket = Bucket(
            width: fit.reduced(size.width, by: sampling.size, step: fit.widthStep),
            height: fit.reduced(size.height, by: sampling.size, step: fit.heightStep),
            frames: min(longest, (sampling.frames - 1) / latent.time * latent.time + 1))
        let sheet = Captions.sheetPrompts(
            customization.examples, trigger: trigger, folder.knownWords
        ).enumerated().map {
            SampledClip(prompt: $1, bucket: sheetBucket, seedOffset: UInt64($0))
        }
        let buckets = examples.map(\.bucket).unique
        let prior = customization.prior ?? TrainingRecipe.prior
        let priorPrompts =
            prior > 0
            ? Captions.priorPrompts(customization.examples, trigger: trigger, folder.knownWords)
            : []
        let priors = priorPrompts.enumerated().map {
            SampledClip(
                prompt: $1, bucket: buckets[$0 % buckets.count], seedOffset: UInt64(1000 + $0))
        }
        let precision = self.precision ?? .suited(to: transformer)
        let rank = customization.rank ?? TrainingRecipe.rank
        let (steps, batch) = (
            request.steps ?? TrainingRecipe.steps, customization.batch ?? TrainingRecipe.batch
        )
        let guidance = folder.defaults.guidance
        let priorsInStep =
            priors.isEmpty
            ? 0 : max(1, Int((Double(batch) * TrainingRecipe.priorShare).rounded()))
        return TrainingPlan(
            model: name, name: customization.name, trigger: trigger, seed: request.seed,
            rank: rank, alpha: customization.alpha ?? Double(rank), steps: steps, batch: batch,
            learningRate: customization.learningRate
                ?? TrainingRecipe.learningRate(of: transformer),
            prior: prior, warnings: request.warnings + fit.warnings,
            precision: precision,
            work: TrainingWork(
                transformer, autoencoder, latent, precision: precision,
                examples: examples.map(\.bucket), priors: priors.map(\.bucket),
                sheet: sheet.map(\.bucket), samplingSteps: sampling.steps, isGuided: guidance > 1,
                steps: steps, batch: batch, priorsInStep: priorsInStep, rank: rank),
            examples: examples, priorClips: priors,
            sheet: TrainingPlan.SheetPlan(
                clips: sheet, steps: sampling.steps, guidance: guidance),
            frameRate: rate, folder: folder, transformer: transformer, latent: latent,
            shift: scheduler.shift, solverOrder: scheduler.order,
            trainingTimesteps: scheduler.trainingTimesteps)
    }

    /// The examples with their buckets; all that are unreadable or there twice are told together.
    private func planned(
        _ customization: Mode.Customization, from inputs: Inputs?,
        fitting bucket: (MediaFacts?) -> Bucket
    ) throws(GenerationError) -> [TrainingPlan.PlannedExample] {
        var examples: [TrainingPlan.PlannedExample] = []
        var unusable: [Problem] = []
        var problems: [Problem] = []
        var contents: [String: MediaPath] = [:]
        for (index, example) in customization.examples.enumerated() {
            let field = "\(Field.examples.rawValue)[\(index)]"
            var facts: MediaFacts?
            do throws(GenerationError) {
                facts = try inputs?.facts(of: example.path, for: .examples)
                if let digest = try inputs?.digest(of: example.path),
                    let other = contents.updateValue(example.path, forKey: digest)
                {
                    problems.append(.same(example.path, as: other, field))
                }
            } catch {
                guard case .input(_, _, let trouble) = error else { throw error }
                unusable.append(
                    Problem(
                        field: field, message: "\(trouble).",
                        hint: "Repair or replace the file, or leave it out."))
                continue
            }
            if example.kind == .video, facts?.kind == .still {
                problems.append(.still(example.path, field))
            }
            let isMoving = facts?.kind == .moving && example.kind != .image
            if !isMoving { facts?.seconds = nil }
            examples.append(
                TrainingPlan.PlannedExample(
                    path: example.path, field: field,
                    caption: Captions.caption(example.caption, trigger: customization.trigger),
                    bucket: bucket(facts), isMoving: isMoving))
        }
        guard unusable.isEmpty else { throw .unusable(unusable) }
        guard problems.isEmpty else { throw .request(problems) }
        return examples
    }
}

extension Problem {
    fileprivate static func same(
        _ name: MediaPath, as other: MediaPath, _ field: String
    ) -> Problem {
        Problem(
            field: field,
            message: "'\(Problem.shown(name.text))' has the same content as"
                + " '\(Problem.shown(other.text))'.",
            hint: "Leave one of the two out: an example that is there twice counts twice.")
    }

    fileprivate static func still(_ name: MediaPath, _ field: String) -> Problem {
        Problem(
            field: field,
            message: "'\(Problem.shown(name.text))' is a still picture; \"video\" wants one that"
                + " moves.",
            hint: "Write \"image\" instead of \"video\".")
    }
}

extension Inputs {
    /// The SHA-256 of a file.
    ///
    /// - Throws: `GenerationError.digest`.
    fileprivate func digest(of name: MediaPath) throws(GenerationError) -> String {
        do { return try SHA256.sizeAndDigest(ofFile: path(of: name)).digest } catch {
            throw .digest(error)
        }
    }
}

extension Sequence where Element == Bucket {
    fileprivate var unique: [Bucket] {
        var seen: Set<Bucket> = []
        return filter { seen.insert($0).inserted }
    }
}

extension ModelFit {
    /// A side that is so many times shorter, in whole steps.
    fileprivate func reduced(_ side: Int, by factor: Int, step: Int) -> Int {
        Swift.max(step, side / factor / step * step)
    }
}
