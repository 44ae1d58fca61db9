// SPDX-License-Identifier: Apache-2.0

import Digests
package import JSON
package import Media
package import Model
package import Products
package import Requests
import Tensors

/// Every effective setting of a job: what the request says, and the model's own for the rest.
package struct Plan: Sendable {
    package let mode: ModeName
    /// The model's name.
    package let model: String
    /// With the phrases that call the styles up.
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
    /// Weight of the control branch.
    package let strength: Double
    /// How many clips are made, each with a seed of its own.
    package let variations: Int
    package let format: Request.Format
    /// Size and rate of the result where they differ from the generated ones.
    package let delivery: Request.Delivery?
    /// Whether the last frame leads to the first.
    package let isLoop: Bool
    /// Whether a contact sheet is wanted more than a video.
    package let isPreview: Bool
    /// What the videos say of the request.
    package let metadata: Request.Metadata
    /// Whether a small "AI" stands in a corner of the pictures.
    package let isMarked: Bool
    /// What only some modes have, as the request would say it.
    let modeSettings: [(String, JSONValue)]
    /// The video whose sound the result carries.
    let sound: MediaPath?
    /// What changes the model, as `result.json` says it.
    package let styles: [ResultRecord.Style]
    /// The same for the transformer.
    let adapters: Adapters
    /// What the user should know beforehand.
    package let warnings: [String]
    /// The arithmetic of the large products.
    package let precision: Precision
    /// What somebody asked to be computed inexactly.
    package let approximations: Approximations
    /// The steps of every window that reuse an earlier one.
    package let stepCache: StepCache
    /// What the job will cost.
    package let work: Work
    let folder: ModelFolder
    let windows: [Window]
    /// Latent channels, and the steps of the autoencoder in time and space.
    let latent: LatentScale
    let solverOrder: Int
    let trainingTimesteps: Int

    /// Whether the network also looks at the negative prompt, as diffusers decides it.
    package var isGuided: Bool { guidance > 1 }

    /// The number of the frame that stands at a time, the last one for later times.
    func frame(at seconds: Double) -> Int {
        min(frames - 1, Int((seconds * frameRate.value).rounded()))
    }

    /// The settings as `result.json` and the video's comment carry them.
    package var settings: JSONValue {
        var members: [(String, JSONValue)] = [
            ("prompt", .string(prompt)), ("negative_prompt", .string(negativePrompt)),
            ("size", .string("\(width)x\(height)")), ("frames", .integer(Int64(frames))),
            ("fps", .double(frameRate.value)), ("steps", .integer(Int64(steps))),
            ("guidance", .double(guidance)), ("shift", .double(shift)),
        ]
        members += modeSettings
        if mode != .textToVideo || windows.count > 1 {
            members.append(("strength", .double(strength)))
        }
        members.append(("variations", .integer(Int64(variations))))
        if isLoop { members.append(("loop", true)) }
        if isPreview { members.append(("preview", true)) }
        if let delivery { members.append(("deliver", delivery.json)) }
        members.append(("format", .string(format.rawValue)))
        if metadata != .full { members.append(("metadata", .string(metadata.rawValue))) }
        if isMarked { members.append(("mark", true)) }
        return .object(members)
    }

    /// What computes, as `result.json` carries it; its memory is known at the end.
    var engineRecord: ResultRecord.Engine {
        ResultRecord.Engine(
            version: Engine.version, precision: precision.rawValue, threads: processorCount,
            peakMemoryBytes: 0, approximations: approximationsJSON)
    }

    /// What is computed inexactly, as `result.json` and the video's comment carry it; nil where
    /// nothing is.
    package var approximationsJSON: JSONValue? {
        guard approximations != .none else { return nil }
        return [
            "step_cache": [
                "threshold": .double(approximations.stepCache),
                "steps_reused": .integer(Int64(stepCache.reused.count)),
            ]
        ]
    }

    /// The plan as `rushes validate` prints it.
    package var text: String { json.serialized() }

    /// The plan as data.
    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("mode", .string(mode.rawValue)), ("model", .string(model)),
            ("seed", seed.map { .string(String($0)) } ?? "random"), ("settings", settings),
        ]
        if !styles.isEmpty { members.append(("style", .array(styles.map(\.json)))) }
        if let approximationsJSON { members.append(("approximations", approximationsJSON)) }
        members += [
            (
                "work",
                [
                    "windows": .integer(Int64(windows.count)),
                    "teraflop": .double((work.operations / 1e10).rounded() / 100),
                    "seconds": .double((work.seconds * 10).rounded() / 10),
                    "memory_bytes": .integer(Int64(work.memoryBytes)),
                    "disk_bytes": .integer(Int64(work.diskBytes)),
                ]
            ),
            ("warnings", .array(warnings.map { .string($0) })),
        ]
        return .object(members)
    }
}

/// How pixels and frames become latents.
struct LatentScale: Sendable {
    let channels: Int
    /// Pixels to one latent along height and width.
    let space: Int
    /// Frames to one latent frame after the first.
    let time: Int

    /// Latent frames of so many frames.
    func frames(of count: Int) -> Int { (count - 1) / time + 1 }
}

extension Plan {
    /// (z, R + T, h, w): the latents of a window, with one frame in front for every reference.
    func latentShape(of window: Window, references: Int) -> [Int] {
        [
            latent.channels, references + latent.frames(of: window.count),
            height / latent.space, width / latent.space,
        ]
    }
}

extension ModelFolder {
    /// The SHA-256 of every file beside the weights that has a say, or why there is none.
    var configurationDigests: [String] {
        configurationFiles.map { path in
            do throws(DigestError) { return try SHA256.sizeAndDigest(ofFile: path).digest } catch {
                // Most models have no file of some of these names.
                return "error \(error.errno)"
            }
        }
    }

    /// The SHA-256 of all weights, file after file.
    ///
    /// - Throws: `GenerationError.model` and `.digest` where a file is missing or unreadable.
    func weightsDigest() throws(GenerationError) -> String {
        let paths: [String]
        do { paths = try weightFiles() } catch { throw .model(error) }
        var digest = SHA256()
        do { for path in paths { try digest.update(contentOf: path) } } catch {
            throw .digest(error)
        }
        return digest.finish()
    }
}

extension Request.Delivery {
    /// As the request would say it.
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = []
        if let width, let height { members.append(("size", .string("\(width)x\(height)"))) }
        if let framesPerSecond { members.append(("fps", .double(framesPerSecond))) }
        return .object(members)
    }
}
