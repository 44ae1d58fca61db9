// SPDX-License-Identifier: Apache-2.0

import JSON
import Media
import Model
import Products
package import Requests

extension Engine {
    /// Works out what a request will do with its model; reads configurations, not weights.
    ///
    /// * `media`: Where the request's files are, whose size and length count; nil leaves them closed
    ///   and plans as if they had the model's own size and length.
    /// - Throws: `GenerationError.noModel`, `.model`, `.style`, `.input` where a file cannot be used, and
    ///   `.request` with every problem at once.
    package func plan(
        _ request: Request, media: MediaFiles? = nil
    ) throws(GenerationError) -> Plan {
        let (name, folder) = try model(named: request.model)
        let transformer: TransformerConfiguration
        let autoencoder: Autoencoder
        let scheduler: SchedulerConfiguration
        do {
            transformer = try TransformerConfiguration(folder.transformer)
            autoencoder = try Autoencoder(folder.autoencoder)
            scheduler = try folder.schedulerConfiguration()
        } catch { throw .model(error) }
        var source: SourceFacts?
        if let media { source = try Inputs(media, of: request).sourceFacts() }
        var fit = ModelFit(
            request: request, model: name, source: source, defaults: folder.defaults,
            transformer: transformer, autoencoder: autoencoder)
        let size = fit.size()
        let rate = fit.frameRate()
        let frames = fit.frames(at: rate?.value ?? folder.defaults.framesPerSecond)
        let windows = fit.windows(of: frames)
        fit.checkDelivery()
        let isLed = request.mode.name != .textToVideo || windows.count > 1
        let styles = try ChosenStyles(
            of: request, in: self.styles, over: folder, called: name,
            withControl: isLed && transformer.hasControl)
        let problems = fit.problems + styles.problems
        guard problems.isEmpty, let rate else { throw .request(problems) }
        if isLed {
            do { try transformer.requireControl(over: autoencoder, path: folder.path) } catch {
                throw .model(error)
            }
        }
        let steps = request.steps ?? folder.defaults.steps
        let guidance = request.guidance ?? folder.defaults.guidance
        let latent = LatentScale(
            channels: transformer.inputChannels, space: autoencoder.pixelsPerLatent,
            time: autoencoder.framesPerLatent)
        let precision = self.precision ?? .suited(to: transformer)
        let effectiveSteps = request.preview ? min(steps, Plan.previewSteps) : steps
        let shift = request.shift ?? scheduler.shift
        let stepCache: StepCache
        do {
            stepCache = try StepCache(
                threshold: approximations.stepCache,
                schedule: FlowSchedule(
                    steps: effectiveSteps, shift: shift,
                    trainingTimesteps: scheduler.trainingTimesteps),
                transformer: folder.transformer, transformer)
        } catch { throw .model(error) }
        return Plan(
            mode: request.mode.name, model: name, prompt: styles.prompt,
            negativePrompt: request.negativePrompt ?? folder.defaults.negativePrompt,
            width: size.width, height: size.height, frames: frames, frameRate: rate,
            seed: request.seed, steps: effectiveSteps, guidance: guidance,
            shift: shift, strength: request.strength,
            variations: request.variations, format: request.format,
            delivery: request.preview ? nil : request.delivery, isLoop: request.loop,
            isPreview: request.preview, metadata: request.metadata ?? disclosure.metadata,
            isMarked: request.mark ?? disclosure.isMarked, modeSettings: request.mode.settings,
            sound: source?.hasSound == true ? request.mode.sourceVideo : nil,
            styles: styles.records, adapters: styles.adapters,
            warnings: request.warnings + fit.warnings + styles.warnings
                + (folder.knownWords?.warnings(
                    about: request, model: name, taught: styles.triggers) ?? []),
            precision: precision, approximations: approximations, stepCache: stepCache,
            work: Work(
                precision: precision, transformer: transformer, autoencoder: autoencoder,
                latent: latent,
                windows: windows, width: size.width, height: size.height, frames: frames,
                references: request.mode.references,
                isLedByWordsAlone: request.mode.name == .textToVideo,
                texts: guidance > 1 ? 2 : 1, stepCache: stepCache, clips: request.variations),
            folder: folder, windows: windows, latent: latent, solverOrder: scheduler.order,
            trainingTimesteps: scheduler.trainingTimesteps)
    }
}

extension Plan {
    /// Steps of a preview, unless the request asks for fewer.
    static let previewSteps = 8
}

extension Mode {
    /// The video that the mode works on.
    var sourceVideo: MediaPath? {
        switch self {
        case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
            if case .video(let path) = restyling.source { path } else { nil }
        case .mask(let masking): masking.video
        case .textToVideo, .textImageToVideo, .imageToVideo, .customization: nil
        }
    }

    /// How many pictures the clip takes its content and look from.
    var references: Int {
        switch self {
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            animation.images.count { $0.role == .reference }
        case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
            restyling.images.count
        case .mask(let masking): masking.images.count
        case .textToVideo, .customization: 0
        }
    }
}
