// SPDX-License-Identifier: Apache-2.0

import Tensors
import TestSupport
import Testing
import Weights

@testable import Model

@Suite("What lies in a model's folder")
struct ModelContentsTests {
    /// A folder with links to the single files of `Formats.mixed`.
    private static func withLinks<Result>(
        _ files: [String] = [Formats.base, Formats.text, Formats.autoencoder],
        _ body: (Folder) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            for (number, file) in files.enumerated() {
                let end = file.hasSuffix(".gguf") ? "gguf" : "safetensors"
                try folder.link("\(number).\(end)", to: file)
            }
            return try body(folder)
        }
    }

    private func refusal(_ folder: Folder) throws -> String {
        let error = #expect(throws: ModelError.self) { try ModelFolder(path: folder.path) }
        return try #require(error).description
    }

    /// Copies a file of 1 MiB at most and changes its bytes.
    private func copy(
        _ file: String, to path: String, _ change: (inout [UInt8]) -> Void
    ) throws {
        var bytes = try Golden.bytes(file)
        change(&bytes)
        try Samples.write(bytes, to: path)
    }

    @Test func `single files make a model, whatever they are called`() throws {
        try Self.withLinks { folder in
            #expect(ModelFolder.stands(at: folder.path) && !ModelFolder.hasIndex(folder.path))
            let model = try ModelFolder(path: folder.path)
            #expect(
                try model.weightFiles() == ["1.gguf", "0.gguf", "2.safetensors"].map(folder.at))
            #expect(model.tokenizer == .within(model.textEncoder))
            #expect(try model.schedulerConfiguration().shift == 3)
            #expect(try !TransformerConfiguration(model.transformer).hasControl)
            try folder.link("module.gguf", to: Formats.module)
            let merged = try ModelFolder(path: folder.path)
            #expect(try TransformerConfiguration(merged.transformer).hasControl)
            #expect(try merged.weightFiles().count == 4)
        }
    }

    /// A file goes before the folder of the same part; the others stay as diffusers has them.
    @Test func `a folder of diffusers with a file in place of one part`() throws {
        try Self.withLinks([Formats.autoencoder]) { folder in
            for part in ["transformer", "text_encoder", "tokenizer", "vae", "model_index.json"] {
                try folder.link(part, to: "\(Golden.model("mixed"))/\(part)")
            }
            let model = try ModelFolder(path: folder.path)
            #expect(model.transformer.folder == folder.at("transformer"))
            #expect(model.autoencoder.files == [folder.at("0.safetensors")])
            #expect(model.tokenizer == .folder(folder.at("tokenizer")))
            _ = try model.weightFiles()
        }
    }

    /// The component's folder may hold another format.
    @Test func `a component folder with one file of GGUF`() throws {
        try withTemporaryFolder { folder in
            try folder.make("transformer")
            try folder.link("transformer/x-Q4_K.gguf", to: Formats.base)
            let part = ModelPart(folder: folder.at("transformer"))
            #expect(try TransformerConfiguration(part).width == 128)
            #expect(try part.checkTransformer() == [folder.at("transformer/x-Q4_K.gguf")])
        }
    }

    @Test(arguments: Golden.checkpoints + Golden.controlCheckpoints)
    func `every golden checkpoint passes the check of its headers`(checkpoint: String) throws {
        #expect(try ModelFolder(path: Golden.model(checkpoint)).weightFiles().count >= 3)
    }

    @Test func `what is missing is named, with what would do`() throws {
        try Self.withLinks([Formats.base]) { folder in
            try folder.write("", "Wan2.1_VAE.pth")
            try folder.write("", "models_t5_umt5-xxl-enc-bf16.pth")
            let text = try refusal(folder)
            for word in [
                "a UMT5 text encoder ('models_t5_umt5-xxl-enc-bf16.pth' is a pickle",
                "spiece.model", "wan_2.1_vae.safetensors",
            ] { #expect(text.contains(word), "\(text)") }
            #expect(!text.contains("a transformer"))
        }
    }

    @Test func `two files of one part are not chosen from`() throws {
        let files = [Formats.base, Formats.text, Formats.autoencoder, Formats.float8]
        try Self.withLinks(files) { folder in
            let text = try refusal(folder)
            #expect(text.contains("'0.gguf' and '3.safetensors' are both a transformer; leave one"))
        }
    }

    @Test func `a file that is damaged is named, not left out`() throws {
        try Self.withLinks { folder in
            try copy(Formats.module, to: folder.at("module.gguf")) { $0.removeLast(100_000) }
            let text = try refusal(folder)
            #expect(text.contains("module.gguf") && text.contains("cut short"), "\(text)")
            #expect(text.contains("'vace_"), "\(text)")
        }
    }

    /// Everything that the headers can tell is told before anything is computed.
    @Test(arguments: [
        // The name of one tensor, of the same length.
        ("blocks.0.ffn.2.weight", "blocks.0.ffn.9.weight", "'blocks.0.ffn.net.2.weight'"),
        ("blocks.0.self_attn.q.bias", "blocks.1.self_attn.q.bias", "'blocks.1.attn1.to_q.weight'"),
        (
            "time_projection.1.bias", "time_projection.7.bias",
            "'time_projection.7.bias' belongs to no"
        ),
    ])
    func `a file with a wrong tensor`(old: String, new: String, sentence: String) throws {
        try Self.withLinks([Formats.text, Formats.autoencoder]) { folder in
            try copy(Formats.base, to: folder.at("base.gguf")) { bytes in
                let place = bytes.firstRange(of: Array(old.utf8))
                if let place { bytes.replaceSubrange(place, with: new.utf8) }
            }
            let error = #expect(throws: ModelError.self) {
                try ModelFolder(path: folder.path).weightFiles()
            }
            let text = try #require(error).description
            #expect(text.contains(folder.at("base.gguf")), "\(text)")
            #expect(text.contains(sentence), "\(text)")
        }
    }

    @Test func `networks of other kinds are called by their names`() throws {
        func refusal(_ tensors: [(String, [Int])]) throws -> String {
            try withTemporaryFolder { folder in
                var writer = SafetensorsWriter()
                for (name, shape) in tensors { writer.add(name, Tensor(zeros: shape)) }
                try Samples.write(writer.bytes, to: folder.at("a.safetensors"))
                let part = ModelPart(file: folder.at("a.safetensors"))
                let error = #expect(throws: ModelError.self) {
                    switch try ModelContents.kind(of: part.files) {
                    case .textEncoder: _ = try TextEncoderConfiguration(part)
                    case .autoencoder: _ = try Autoencoder(part)
                    default: _ = try TransformerConfiguration(part)
                    }
                }
                return try #require(error).description
            }
        }
        let patch = [
            ("patch_embedding.weight", [128, 16, 1, 2, 2]), ("patch_embedding.bias", [128]),
        ]
        #expect(
            try refusal(patch + [("img_emb.proj.0.weight", [4])]).contains(
                "'condition_embedder.image_embedder.norm1.weight' is there: this is an image-to-video"
            ))
        #expect(
            try refusal([
                ("patch_embedding.weight", [100, 16, 1, 2, 2]), ("patch_embedding.bias", [100]),
            ])
            .contains("width of 100 does not consist of heads"))
        #expect(try refusal(patch).contains("'proj_out.weight' is missing"))
        #expect(try refusal([("patch_embedding.weight", [2])]).contains("'patch_embedding.bias'"))
        let attention = "layer.0.SelfAttention"
        #expect(
            try refusal([
                ("shared.weight", [8, 4]), ("encoder.block.0.\(attention).q.weight", [4, 4]),
                ("encoder.block.0.\(attention).relative_attention_bias.weight", [32, 2]),
                ("encoder.block.1.\(attention).q.weight", [4, 4]),
            ]).contains("this is T5; Wan needs UMT5"))
        #expect(
            try refusal([
                ("decoder.conv1.weight", [8, 48, 3, 3, 3]),
                ("encoder.downsamples.0.downsamples.0.residual.0.gamma", [8]),
            ]).contains("the autoencoder of Wan 2.2"))
    }

    @Test func `an autoencoder with original names`() throws {
        let configuration = try Autoencoder(ModelPart(file: Formats.autoencoder))
        #expect(configuration.multipliers == [1, 1, 2, 2] && configuration.residualBlocks == 2)
        #expect(configuration.halvesTime == [false, true, true])
        _ = try LatentEncoder(ModelPart(file: Formats.autoencoder))
        _ = try LatentDecoder(ModelPart(file: Formats.autoencoder))
    }

    @Test func `a tokenizer whose lists do not go together`() throws {
        try withTemporaryFolder { folder in
            // The key of the scores is called otherwise.
            try copy(Formats.text, to: folder.at("a.gguf")) { bytes in
                let place = bytes.firstRange(of: Array("ggml.scores".utf8))
                if let place { bytes.replaceSubrange(place, with: "ggml.scared".utf8) }
            }
            let error = #expect(throws: ModelError.self) {
                try Tokenizer(.within(ModelPart(file: folder.at("a.gguf"))))
            }
            #expect(error?.description.contains("have not as many scores") == true)
        }
        let none = #expect(throws: ModelError.self) {
            try Tokenizer(.within(ModelPart(file: Formats.base)))
        }
        #expect(none?.description.contains("spiece.model") == true)
    }
}
