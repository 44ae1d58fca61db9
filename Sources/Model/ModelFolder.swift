// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Weights

/// A model on disk: a folder in the layout of Hugging Face diffusers.
///
/// `model_index.json` names the parts; the folders beside it hold them. A file `rushes.json` may
/// give defaults that suit the model, and the words that it was trained on.
package struct ModelFolder: Sendable {
    /// The folder's path, without a slash at its end.
    package let path: String
    /// What is used where a request says nothing.
    package let defaults: ModelDefaults
    /// The words that it was trained on; nil where its folder does not list them.
    package let knownWords: KnownWords?

    package var tokenizer: String { "\(path)/tokenizer" }
    package var textEncoder: String { "\(path)/text_encoder" }
    package var transformer: String { "\(path)/transformer" }
    package var autoencoder: String { "\(path)/vae" }
    package var scheduler: String { "\(path)/scheduler/scheduler_config.json" }

    /// The paths of all weight files: text encoder, transformer, autoencoder, in the order of each.
    ///
    /// - Throws: `ModelError.weights` where a file is missing or damaged.
    package func weightFiles() throws(ModelError) -> [String] {
        var paths: [String] = []
        do throws(WeightsError) {
            for folder in [textEncoder, transformer, autoencoder] {
                paths += try WeightStore(folder: folder).paths
            }
        } catch { throw .weights(error) }
        return paths
    }

    /// The paths of all files beside the weights that have a say in a result, there or not.
    package var configurationFiles: [String] {
        [
            "\(path)/model_index.json", "\(path)/rushes.json", scheduler,
            "\(textEncoder)/config.json", "\(transformer)/config.json",
            "\(autoencoder)/config.json",
        ]
            + ["spiece.model", "tokenizer.json", "tokenizer_config.json"].map {
                "\(tokenizer)/\($0)"
            }
    }

    /// Whether `path` holds a `model_index.json`, be it right or wrong.
    package static func stands(at path: String) -> Bool {
        unsafe access("\(path)/model_index.json", F_OK) == 0
    }

    /// Reads `model_index.json` and `rushes.json`.
    ///
    /// - Throws: `ModelError.unsupported` for pipelines of another kind, `.configuration` and
    ///   `.weights` naming the file, and the key that is wrong.
    package init(path: String) throws(ModelError) {
        self.path = path
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
