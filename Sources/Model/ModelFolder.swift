// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Weights

/// A model on disk: a folder in the layout of Hugging Face diffusers, or one with single files, or both
/// (`ModelContents`).
///
/// diffusers' `model_index.json` says what kind of model it is. A file `rushes.json` may give defaults
/// that suit the model, and the words that it was trained on.
package struct ModelFolder: Sendable {
    /// The folder's path, without a slash at its end.
    package let path: String
    package let transformer: ModelPart
    package let textEncoder: ModelPart
    package let autoencoder: ModelPart
    package let tokenizer: TokenizerPlace
    /// What is used where a request says nothing.
    package let defaults: ModelDefaults
    /// The words that it was trained on; nil where its folder does not list them.
    package let knownWords: KnownWords?

    private var scheduler: String { "\(path)/scheduler/scheduler_config.json" }

    /// How the model is sampled: its `scheduler_config.json`, without one as Wan 2.1 is.
    ///
    /// - Throws: `ModelError` naming the key that is wrong or not supported.
    package func schedulerConfiguration() throws(ModelError) -> SchedulerConfiguration {
        guard !ModelFolder.hasIndex(path), !ModelFolder.exists(scheduler) else {
            return try SchedulerConfiguration(path: scheduler)
        }
        return .wan
    }

    /// Checks by the headers of all weight files that every tensor is there, of its shape and of a type
    /// that can be read, without reading one.
    ///
    /// - Returns: The files: text encoder, transformer, autoencoder, in the order of each.
    /// - Throws: `ModelError` naming file and tensor.
    package func weightFiles() throws(ModelError) -> [String] {
        try textEncoder.checkTextEncoder() + transformer.checkTransformer()
            + autoencoder.checkAutoencoder()
    }

    /// The paths of all files beside the weights that have a say in a result, there or not.
    package var configurationFiles: [String] {
        let folder = if case .folder(let folder) = tokenizer { folder } else { "\(path)/tokenizer" }
        return ["\(path)/model_index.json", "\(path)/rushes.json", scheduler]
            + [textEncoder, transformer, autoencoder].map {
                $0.configuration ?? "\($0.path)/config.json"
            }
            + ["spiece.model", "tokenizer.json", "tokenizer_config.json"].map { "\(folder)/\($0)" }
    }

    /// Whether `path` holds a `model_index.json`, be it right or wrong, or single files with weights.
    package static func stands(at path: String) -> Bool {
        if hasIndex(path) { return true }
        // A shard that is missing is told of when the model is opened.
        guard let files = try? WeightFiles(in: path) else { return true }
        return !files.sets.isEmpty
    }

    /// Whether `path` holds a `model_index.json`.
    package static func hasIndex(_ path: String) -> Bool { exists("\(path)/model_index.json") }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Reads `model_index.json` and `rushes.json`, and the headers of single files.
    ///
    /// - Throws: `ModelError.unsupported` for pipelines of another kind and for a folder in which a part
    ///   is missing, `.configuration` and `.weights` naming the file, and the key that is wrong.
    package init(path: String) throws(ModelError) {
        self.path = path
        if ModelFolder.hasIndex(path) { try ModelFolder.checkIndex(of: path) }
        let contents = try ModelContents(of: path)
        guard ModelFolder.hasIndex(path) || contents.missing.isEmpty else {
            throw .unsupported(
                path: path,
                what: "it lacks \(contents.missing.joined(separator: "; "))")
        }
        // Where diffusers has an index, what is missing is told of when it is opened.
        transformer = contents.transformer ?? ModelPart(folder: "\(path)/transformer")
        textEncoder = contents.textEncoder ?? ModelPart(folder: "\(path)/text_encoder")
        autoencoder = contents.autoencoder ?? ModelPart(folder: "\(path)/vae")
        tokenizer = contents.tokenizer ?? .folder("\(path)/tokenizer")
        let own = "\(path)/rushes.json"
        do {
            guard try JSONFile.readIfPresent(own) != nil else {
                defaults = ModelDefaults()
                knownWords = nil
                return
            }
        } catch { throw .weights(error) }
        let file = try ConfigurationFile(path: own)
        defaults = try ModelDefaults(file)
        knownWords = try file.section("vocabulary").map(KnownWords.init)
    }

    private static func checkIndex(of path: String) throws(ModelError) {
        let index = try ConfigurationFile(path: "\(path)/model_index.json")
        let kind = try index.text("_class_name")
        try index.refuse(
            "_class_name", unless: ["WanPipeline", "WanVACEPipeline"].contains(kind),
            "is \(kind); wanted WanPipeline or WanVACEPipeline")
        try index.refuse(
            "expand_timesteps", unless: try !index.flag("expand_timesteps", default: false),
            "is true: this is Wan 2.2 TI2V")
        try index.refuse(
            "transformer_2", unless: !index.names("transformer_2"),
            "is there: this is a Wan 2.2 model of two experts")
        try index.refuse(
            "boundary_ratio", unless: !index.has("boundary_ratio"),
            "is set: this is a Wan 2.2 model of two experts")
    }
}

/// What a model is best run with.
package struct ModelDefaults: Sendable, Equatable {
    /// Pixels.
    package var width = 832
    package var height = 480
    /// The length that the model was trained for; longer clips are not made in one piece.
    package var frames = 81
    package var framesPerSecond = 16.0
    package var steps = 50
    package var guidance = 5.0
    package var negativePrompt = ""
    /// The number of text tokens that the pipeline pads to.
    package var textLength = 512
}

extension ModelDefaults {
    /// The values that diffusers' `WanPipeline` has for Wan 2.1, changed by a `rushes.json`.
    ///
    /// - Throws: `ModelError.configuration` naming the key that is wrong.
    init(_ file: ConfigurationFile) throws(ModelError) {
        self.init()
        width = try file.count("width", default: width)
        height = try file.count("height", default: height)
        frames = try file.count("frames", default: frames)
        framesPerSecond = try file.number("fps", default: framesPerSecond)
        steps = try file.count("steps", default: steps)
        guidance = try file.number("guidance", default: guidance)
        negativePrompt = try file.text("negative_prompt", default: negativePrompt)
        textLength = try file.count("max_sequence_length", default: textLength)
    }
}
