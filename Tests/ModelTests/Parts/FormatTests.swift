// SPDX-License-Identifier: Apache-2.0

import Tensors
import TestSupport
import Testing
import Weights

@testable import Model

/// What `make_formats_golden.py` wrote.
enum Formats {
    static let folder = "\(Golden.folder)/formats"

    /// A folder of single files: a transformer, a VACE module and a text encoder of GGUF, and an
    /// autoencoder with original names.
    static let mixed = "\(folder)/mixed"
    static let base = "\(mixed)/wan2.1-tiny-Q4_K_M.gguf"
    static let module = "\(mixed)/wan2.1-tiny-vace-module.gguf"
    static let text = "\(mixed)/umt5-tiny-Q4_K_M.gguf"
    static let autoencoder = "\(mixed)/wan_2.1_vae.safetensors"

    /// Files of 8-bit floats with scales, original names with a prefix, and a `config.json` of theirs.
    static let float8 = "\(folder)/float8/wan2.1_vace_tiny_fp8_scaled.safetensors"
    static let float8Text = "\(folder)/float8/umt5_tiny_fp8_e4m3fn_scaled.safetensors"

    /// All tensors of a file below `values/`.
    static func values(_ name: String) throws -> [String: Tensor] {
        var store = try WeightStore(file: "\(folder)/values/\(name).safetensors")
        var tensors: [String: Tensor] = [:]
        for name in store.names { tensors[name] = store.takeIfPresent(name)?.tensor }
        return tensors
    }
}

@Suite("Networks of other formats equal diffusers on the same values")
struct FormatTests {
    private static func velocity(
        _ transformer: Transformer, _ golden: [String: Tensor], withControl: Bool
    ) throws -> Tensor {
        let latents = try #require(golden["latents"])
        let context = try #require(golden["context"])
        let layers = transformer.configuration.controlLayers.count
        return transformer(
            latents, at: transformer.embed(timestep: 500),
            positions: transformer.positions(of: latents.shape),
            text: transformer.remember(
                try #require(golden["text"]), paddedLength: 512, withControl: withControl),
            control: withControl
                ? transformer.control(context, strength: .init(repeating: 1, count: layers)) : nil)
    }

    @Test func `a transformer of GGUF, and the same with a module`() throws {
        let golden = try Formats.values("mixed")
        let base = try Transformer(ModelPart(file: Formats.base))
        #expect(!base.configuration.hasControl)
        expectClose(
            try Self.velocity(base, golden, withControl: false), try #require(golden["velocity"]),
            .module)
        let part = ModelPart(folder: nil, files: [Formats.base, Formats.module])
        let merged = try Transformer(part, withControl: true)
        #expect(merged.configuration.controlLayers == [0])
        expectClose(
            try Self.velocity(merged, golden, withControl: true),
            try #require(golden["velocity.control"]), .module)
        expectClose(
            try Self.velocity(merged, golden, withControl: false),
            try #require(golden["velocity"]), .module)
    }

    @Test func `a transformer of scaled 8-bit floats under original names`() throws {
        let golden = try Formats.values("float8")
        let transformer = try Transformer(ModelPart(file: Formats.float8), withControl: true)
        #expect(transformer.configuration.controlLayers == [0, 2])
        for (key, withControl) in [("velocity", false), ("velocity.control", true)] {
            expectClose(
                try Self.velocity(transformer, golden, withControl: withControl),
                try #require(golden[key]), .module)
        }
    }

    /// The values are float32 there, so that the golden velocities are those of the folder.
    @Test(arguments: ["mixed", "vace-narrow"])
    func `a folder's tensors under original names`(checkpoint: String) throws {
        let names = try Spelling.all("transformer")
        let source = ModelPart(folder: Golden.model(checkpoint) + "/transformer")
        var store = try source.openTransformer()
        var writer = SafetensorsWriter()
        for name in store.names {
            let original = try #require(Spelling.original(of: name, in: names))
            let takenWeight = store.takeIfPresent(name)
            let weight = try #require(takenWeight)
            writer.add("model.diffusion_model.\(original)", weight.tensor)
        }
        try withTemporaryFolder { folder in
            let file = folder.at("any name.safetensors")
            try Samples.write(writer.bytes, to: file)
            // Heads that are not of 128 channels have to be told.
            if checkpoint != "mixed" {
                try folder.write(
                    #"{"_class_name": "VaceWanModel", "num_heads": 2, "vace_layers": [0, 2]}"#,
                    "config.json")
            }
            let part = ModelPart(file: file)
            let wanted = try TransformerConfiguration(source)
            let found = try TransformerConfiguration(part)
            #expect(found.heads == wanted.heads && found.patchSize == wanted.patchSize)
            #expect(found.controlLayers == wanted.controlLayers && found.layers == wanted.layers)
            #expect(
                TensorList(found).shapes.map(\.name) == TensorList(wanted).shapes.map(\.name)
                    && TensorList(found).shapes.map(\.shape)
                        == TensorList(wanted).shapes.map(\.shape)
            )
            let golden = try Golden.tensors(
                checkpoint == "mixed" ? "mixed/transformer" : "vace-narrow/control")
            let transformer = try Transformer(part)
            let latents = try #require(golden["latents.0"])
            let velocity = transformer(
                latents,
                at: transformer.embed(timestep: try #require(golden["timestep.0"]).values[0]),
                positions: transformer.positions(of: latents.shape),
                text: transformer.remember(try #require(golden["text.0"]), paddedLength: 512))
            expectClose(velocity, try #require(golden["velocity.0"]), .module)
        }
    }

    @Test func `a text encoder of scaled 8-bit floats with its tokenizer inside`() throws {
        let golden = try Formats.values("float8-text")
        let prompt = try JSONFile.read("\(Formats.folder)/values/float8-text.json")["prompt"]?
            .string
        let part = ModelPart(file: Formats.float8Text)
        let ids = try Tokenizer(.within(part))
            .ids(of: Prompt(cleaning: try #require(prompt)))
        #expect(ids == golden["tokens"]?.values.map { Int($0) })
        expectClose(
            try TextEncoder(part).states(of: ids), try #require(golden["states"]), .module)
    }

    @Test(arguments: ["narrow", "sharded", "half", "mixed"])
    func `text encoders and autoencoders are told by their shapes`(checkpoint: String) throws {
        let text = ModelPart(folder: Golden.model(checkpoint) + "/text_encoder")
        var wanted = try TextEncoderConfiguration(text)
        let files = try text.openTextEncoder().paths
        let found = try TextEncoderConfiguration(ModelPart(folder: nil, files: files))
        // No shape tells the distance from which on all are far.
        wanted.buckets = RelativeBuckets(
            count: wanted.buckets.count, largestDistance: found.buckets.largestDistance)
        #expect(found == wanted)
        let autoencoder = ModelPart(folder: Golden.model(checkpoint) + "/vae")
        let configuration = try Autoencoder(autoencoder)
        let bare = ModelPart(folder: nil, files: try autoencoder.openAutoencoder().paths)
        guard configuration.latentChannels == 16 else {
            let error = #expect(throws: ModelError.self) { try Autoencoder(bare) }
            #expect(error?.description.contains("latents have") == true)
            return
        }
        let told = try Autoencoder(bare)
        #expect(told.multipliers == configuration.multipliers)
        #expect(told.decoderBase == configuration.decoderBase)
        #expect(told.encoderBase == configuration.encoderBase)
        #expect(told.halvesTime == configuration.halvesTime)
        #expect(told.residualBlocks == configuration.residualBlocks)
    }
}

/// One line of `names.json`: the original name of a tensor and that of diffusers.
struct Spelling: Sendable {
    let original: String
    let diffusers: String

    static func all(_ part: String) throws -> [Spelling] {
        try #require(try JSONFile.read("\(Formats.folder)/names.json")[part]?.array).map { pair in
            let words = try #require(pair.array).compactMap(\.string)
            try #require(words.count == 2)
            return Spelling(original: words[0], diffusers: words[1])
        }
    }

    /// The original name of any block's tensor, by that of the same one of block 0 or 1.
    static func original(of name: String, in spellings: [Spelling]) -> String? {
        var words = name.split(separator: ".").map(String.init)
        guard words.count > 1, ["blocks", "vace_blocks"].contains(words[0]),
            let number = Int(words[1])
        else { return spellings.first { $0.diffusers == name }?.original }
        words[1] = "\(min(number, 1))"
        let known = words.joined(separator: ".")
        guard let original = spellings.first(where: { $0.diffusers == known })?.original else {
            return nil
        }
        var renamed = original.split(separator: ".").map(String.init)
        renamed[1] = "\(number)"
        return renamed.joined(separator: ".")
    }
}

@Suite("Names of other layouts")
struct NamesTests {
    /// diffusers' converters made the other side of each pair.
    @Test func `every original name is led to that of diffusers`() throws {
        let transformer = try Spelling.all("transformer")
        #expect(transformer.count > 80)
        for spelling in transformer {
            for prefix in ["", "model.diffusion_model.", "diffusion_model."] {
                #expect(TransformerNames.tensor(prefix + spelling.original) == spelling.diffusers)
            }
            #expect(TransformerNames.tensor(spelling.diffusers) == spelling.diffusers)
        }
        let autoencoder = try Spelling.all("autoencoder")
        #expect(autoencoder.count > 150)
        let names = AutoencoderNames(autoencoder.map(\.original))
        let same = AutoencoderNames(autoencoder.map(\.diffusers))
        for spelling in autoencoder {
            #expect(names.tensor(spelling.original) == spelling.diffusers)
            #expect(same.tensor(spelling.diffusers) == spelling.diffusers)
        }
        let text = try Spelling.all("text_encoder")
        #expect(text.count > 40)
        for spelling in text {
            #expect(TextEncoderNames.tensor(spelling.original) == spelling.diffusers)
            #expect(TextEncoderNames.tensor(spelling.diffusers) == spelling.diffusers)
        }
    }

    @Test func `names that are known nowhere stay`() {
        for name in [
            "", ".", "blocks", "blocks.x.y", "enc.blk..attn_q.weight", "decoder.upsamples.x",
        ] {
            #expect(TransformerNames.tensor(name) == name)
            #expect(AutoencoderNames([name]).tensor(name) == name)
        }
        #expect(TextEncoderNames.tensor("enc.blk.0.cross_q.weight") == "enc.blk.0.cross_q.weight")
    }

    @Test func `files are told apart by names`() throws {
        let files: [(String, PartKind?)] = [
            (Formats.base, .transformer), (Formats.module, .module), (Formats.text, .textEncoder),
            (Formats.autoencoder, .autoencoder), (Formats.float8, .transformer),
            (Formats.float8Text, .textEncoder), ("\(Formats.folder)/blocks.gguf", nil),
            ("\(Golden.folder)/values/adapters/styles/kohya.safetensors", .adapter),
        ]
        for (file, kind) in files {
            #expect(try ModelContents.kind(of: [file]) == kind, "\(file)")
        }
        #expect(PartKind(["encoder.0.weight", "decoder.3.conv.0.weight"]) == .tinyAutoencoder)
    }
}
