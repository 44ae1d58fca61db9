// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Weights

/// Where one part of a model is: a component folder as diffusers has it, or files of other layouts.
///
/// Whatever its tensors are called there, each is handed out by its name in diffusers.
package struct ModelPart: Sendable, Equatable {
    /// The component folder; nil where files alone make up the part.
    package let folder: String?
    /// Files beside a folder or in place of one: shards, or a base and a VACE module for it.
    package let files: [String]
    /// The `config.json` that describes it; nil where only shapes do.
    package let configuration: String?

    /// A component folder.
    package init(folder: String) {
        self.init(folder: folder, files: [])
    }

    /// A single file, described by a `config.json` beside it where there is one.
    package init(file: String) {
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        self.init(folder: nil, files: [file], configuration: "\(folder)/config.json")
    }

    /// * `folder`: Nil where `files` are all.
    /// * `configuration`: A `config.json` beside the files, which may be missing.
    init(folder: String?, files: [String], configuration beside: String? = nil) {
        precondition(folder != nil || !files.isEmpty, "a part is somewhere")
        self.folder = folder
        self.files = files
        let path = folder.map { "\($0)/config.json" } ?? beside
        configuration = path.flatMap { unsafe access($0, F_OK) == 0 ? $0 : nil }
    }

    /// What a message calls it.
    package var path: String { folder ?? files[0] }

    /// The weights of a transformer, with those of its control branch where it has one.
    ///
    /// - Throws: `ModelError.weights`.
    package func openTransformer() throws(ModelError) -> WeightStore {
        try open { _ in TransformerNames.tensor }
    }

    /// The weights of a text encoder, without a tokenizer that is among them.
    ///
    /// - Throws: `ModelError.weights`.
    package func openTextEncoder() throws(ModelError) -> WeightStore {
        try open { _ in { $0 == Self.embeddedTokenizer ? nil : TextEncoderNames.tensor($0) } }
    }

    /// The weights of an autoencoder.
    ///
    /// - Throws: `ModelError.weights`.
    package func openAutoencoder() throws(ModelError) -> WeightStore {
        try open { AutoencoderNames($0).tensor }
    }

    /// The name of the tensor whose bytes are a SentencePiece model, in ComfyUI's text encoders.
    static let embeddedTokenizer = "spiece_model"

    /// The weights under the names of their files.
    func openAsIs() throws(ModelError) -> WeightStore {
        do {
            guard let folder else { return try WeightStore(files: files) }
            var store = try WeightStore(folder: folder)
            for file in files { try store.add(file: file) }
            return store
        } catch { throw .weights(error) }
    }

    private func open(
        _ naming: ([String]) -> (String) -> String?
    ) throws(ModelError) -> WeightStore {
        var store = try openAsIs()
        do {
            try store.applyScales()
            try store.rename(naming(store.names))
        } catch { throw .weights(error) }
        return store
    }
}
