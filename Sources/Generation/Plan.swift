// SPDX-License-Identifier: Apache-2.0

import Digests
package import JSON
package import Media
import Model
package import Requests

/// Every effective setting of a job: what the request says, and the model's own for the rest.
package struct Plan: Sendable {
    package let mode: ModeName
    /// The model's name.
    package let model: String
    package let prompt: String
    package let negativePrompt: String
    /// Pixels.
    package let width: Int
    package let height: Int
    package let frames: Int
    package let frameRate: FrameRate
    /// Absent while nothing has drawn one: `validate` plans without a seed.
    package let seed: UInt64?
    package let steps: Int
    package let guidance: Double
    package let shift: Double
    package let format: Request.Format
    /// What the job will cost.
    package let work: Work
    let folder: ModelFolder
    /// (z, T, h, w) of the latents.
    let latentShape: [Int]
    let solverOrder: Int
    let trainingTimesteps: Int

    /// Whether the network also looks at the negative prompt, as diffusers decides it.
    package var isGuided: Bool { guidance > 1 }

    /// The settings as `result.json` and the video's comment carry them.
    package var settings: JSONValue {
        [
            "prompt": .string(prompt), "negative_prompt": .string(negativePrompt),
            "size": .string("\(width)x\(height)"), "frames": .integer(Int64(frames)),
            "fps": .double(frameRate.value), "steps": .integer(Int64(steps)),
            "guidance": .double(guidance), "shift": .double(shift),
            "format": .string(format.rawValue),
        ]
    }

    /// The plan as `rushes validate` prints it.
    package var text: String { json.serialized() }

    /// The plan as data.
    package var json: JSONValue {
        [
            "mode": .string(mode.rawValue), "model": .string(model),
            "seed": seed.map { .string(String($0)) } ?? "random", "settings": settings,
            "work": [
                "teraflop": .double((work.operations / 1e10).rounded() / 100),
                "seconds": .double((work.seconds * 10).rounded() / 10),
                "memory_bytes": .integer(Int64(work.memoryBytes)),
            ],
        ]
    }
}

extension Plan {
    /// The SHA-256 of all weights, file after file.
    ///
    /// - Throws: `GenerationError.model` and `.digest` where a file is missing or unreadable.
    func weightsDigest() throws(GenerationError) -> String {
        let paths: [String]
        do { paths = try folder.weightFiles() } catch { throw .model(error) }
        var digest = SHA256()
        do { for path in paths { try digest.update(contentOf: path) } } catch {
            throw .digest(error)
        }
        return digest.finish()
    }
}

extension Engine {
    /// Works out what a request will do with its model; reads configurations, not weights.
    ///
    /// - Throws: `GenerationError.noModel`, `.model`, and `.request` with every problem at once.
    package func plan(_ request: Request) throws(GenerationError) -> Plan {
        let (name, folder) = try model(named: request.model)
        let transformer: TransformerConfiguration
        let autoencoder: Autoencoder
        let scheduler: SchedulerConfiguration
        do {
            transformer = try TransformerConfiguration(path: folder.transformer + "/config.json")
            autoencoder = try Autoencoder(folder: folder.autoencoder)
            scheduler = try SchedulerConfiguration(path: folder.scheduler)
        } catch { throw .model(error) }
        var fit = ModelFit(
            request: request, model: name, defaults: folder.defaults, transformer: transformer,
            autoencoder: autoencoder)
        let size = fit.size()
        let rate = fit.frameRate()
        let frames = fit.frames(at: rate?.value ?? folder.defaults.framesPerSecond)
        guard fit.problems.isEmpty, let rate else { throw .request(fit.problems) }
        let latentShape = [
            transformer.inputChannels, (frames - 1) / autoencoder.temporalScale + 1,
            size.height / autoencoder.spatialScale, size.width / autoencoder.spatialScale,
        ]
        let steps = request.steps ?? folder.defaults.steps
        let guidance = request.guidance ?? folder.defaults.guidance
        return Plan(
            mode: request.mode.name, model: name, prompt: request.prompt,
            negativePrompt: request.negativePrompt ?? folder.defaults.negativePrompt,
            width: size.width, height: size.height, frames: frames, frameRate: rate,
            seed: request.seed, steps: steps, guidance: guidance,
            shift: request.shift ?? scheduler.shift, format: request.format,
            work: Work(
                transformer: transformer, autoencoder: autoencoder, latentShape: latentShape,
                passes: steps * (guidance > 1 ? 2 : 1)),
            folder: folder, latentShape: latentShape, solverOrder: scheduler.order,
            trainingTimesteps: scheduler.trainingTimesteps)
    }
}
