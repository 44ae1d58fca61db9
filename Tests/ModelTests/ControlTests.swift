// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing

@Suite("The control branch equals diffusers'")
struct ControlTests {
    @Test(arguments: Golden.controlCheckpoints)
    func `one forward at every strength`(checkpoint: String) throws {
        let folder = Golden.model(checkpoint) + "/transformer"
        let transformer = try Transformer(ModelPart(folder: folder), withControl: true)
        let golden = try Golden.tensors("\(checkpoint)/control")
        let cases = golden.keys.filter { $0.hasPrefix("latents.") }.map { $0.dropFirst(8) }
        #expect(cases.count == 2)
        for number in cases {
            let latents = try #require(golden["latents.\(number)"])
            let timestep = transformer.embed(
                timestep: try #require(golden["timestep.\(number)"]).values[0])
            let text = transformer.remember(
                try #require(golden["text.\(number)"]), paddedLength: 512, withControl: true)
            let context = try #require(golden["context.\(number)"])
            let positions = transformer.positions(of: latents.shape)
            let strengths = golden.keys.filter { $0.hasPrefix("scales.\(number).") }
            #expect(strengths.count == 6)
            for key in strengths {
                let strength = try #require(golden[key]).values
                let velocity = transformer(
                    latents, at: timestep, positions: positions, text: text,
                    control: transformer.control(context, strength: strength))
                expectClose(
                    velocity, try #require(golden["velocity\(key.dropFirst(6))"]), .module)
            }
        }
    }

    /// With and without the branch's weights in memory, a model with one is its base.
    @Test(arguments: Golden.controlCheckpoints, [true, false])
    func `without a signal the base alone runs`(checkpoint: String, withControl: Bool) throws {
        let folder = Golden.model(checkpoint) + "/transformer"
        let transformer = try Transformer(ModelPart(folder: folder), withControl: withControl)
        #expect(transformer.configuration.hasControl)
        let golden = try Golden.tensors("\(checkpoint)/control")
        for number in 0..<2 {
            let latents = try #require(golden["latents.\(number)"])
            let time = try #require(golden["timestep.\(number)"]).values[0]
            let velocity = transformer(
                latents, at: transformer.embed(timestep: time),
                positions: transformer.positions(of: latents.shape),
                text: transformer.remember(
                    try #require(golden["text.\(number)"]), paddedLength: 512))
            expectClose(velocity, try #require(golden["velocity.\(number)"]), .module)
        }
    }

    @Test(arguments: Golden.controlCheckpoints, 0..<3)
    func `what the branch looks at`(checkpoint: String, number: Int) throws {
        let golden = try Golden.tensors("\(checkpoint)/context")
        let encoder = try LatentEncoder(ModelPart(folder: Golden.model(checkpoint) + "/vae"))
        let frames = try #require(golden["frames.\(number)"])
        let mask = try #require(golden["mask.\(number)"])
        let references = golden["references.\(number)"]
        let size = Array(frames.shape.dropFirst())
        func pictures(_ tensor: Tensor) -> [Tensor] {
            (0..<tensor.shape[0]).map { tensor.slices($0..<$0 + 1).reshaped(size) }
        }
        var context = ControlContext(
            encoder: encoder, frames: frames.shape[0], height: size[1], width: size[2],
            references: references.map(pictures) ?? [])
        for (index, frame) in pictures(frames).enumerated() {
            context.append(frame, mask: mask.slices(index..<index + 1).values)
        }
        expectClose(context.finish(), try #require(golden["context.\(number)"]), .module)
    }
}

@Suite("Unfit control branches are refused")
struct UnfitControlTests {
    private func configuration(_ text: String) throws -> TransformerConfiguration {
        try withTemporaryDirectory { directory in
            try Folder(directory).write(text, "config.json")
            return try TransformerConfiguration(path: "\(directory)/config.json")
        }
    }

    @Test(arguments: ["[1, 2]", "[0, 3]", "[0, 1, 1]", "[]", "[0, -1]", "\"0\"", "[0, 1.5]"])
    func `layers`(list: String) throws {
        let error = #expect(throws: ModelError.self) {
            _ = try configuration(
                #"{"_class_name": "WanVACETransformer3DModel", "num_layers": 3, "vace_layers": "#
                    + "\(list)}")
        }
        #expect(try #require(error).description.contains("'vace_layers'"))
    }

    @Test func `absent keys mean the released weights`() throws {
        let released = try configuration(#"{"_class_name": "WanVACETransformer3DModel"}"#)
        #expect(released.controlLayers == [0, 5, 10, 15, 20, 25, 30, 35])
        #expect(released.controlChannels == 96)
        let unsorted = try configuration(
            #"{"_class_name": "WanVACETransformer3DModel", "vace_layers": [2, 0]}"#)
        #expect(unsorted.controlLayers == [0, 2])
    }

    @Test func `a base cannot be controlled`() throws {
        let base = try TransformerConfiguration(
            path: Golden.model("narrow") + "/transformer/config.json")
        #expect(!base.hasControl)
        let autoencoder = try Autoencoder(ModelPart(folder: Golden.model("narrow") + "/vae"))
        let error = #expect(throws: ModelError.self) {
            try base.requireControl(over: autoencoder, path: "models/narrow")
        }
        let message = try #require(error).description
        #expect(message.contains("models/narrow") && message.contains("no control branch"))
    }

    @Test func `an autoencoder of another size`() throws {
        let path = Golden.model("vace-narrow")
        let transformer = try TransformerConfiguration(path: path + "/transformer/config.json")
        try transformer.requireControl(
            over: Autoencoder(ModelPart(folder: path + "/vae")), path: path)
        let error = #expect(throws: ModelError.self) {
            try transformer.requireControl(
                over: Autoencoder(ModelPart(folder: Golden.model("vace-mixed") + "/vae")),
                path: path)
        }
        let message = try #require(error).description
        #expect(message.contains("'vace_in_channels' is 96") && message.contains("makes 32"))
    }

    @Test func `weights without the branch`() throws {
        try withTemporaryDirectory { directory in
            let folder = try Folder(directory).make("transformer")
            let source = Golden.model("narrow") + "/transformer"
            let text = String(decoding: try Golden.bytes("\(source)/config.json"), as: UTF8.self)
            let changed = text.split(separator: "WanTransformer3DModel")
                .joined(separator: "WanVACETransformer3DModel")
            try folder.write(changed, "config.json")
            let weights = "diffusion_pytorch_model.safetensors"
            try folder.link(weights, to: "\(source)/\(weights)")
            // Configured by default with layers that a network of three does not have.
            #expect(throws: ModelError.self) { _ = try Transformer(ModelPart(folder: folder.path)) }
            let layers = changed.split(separator: "\"num_layers\"")
                .joined(separator: "\"vace_layers\": [0], \"num_layers\"")
            try folder.write(layers, "config.json")
            _ = try Transformer(ModelPart(folder: folder.path))
            let error = #expect(throws: ModelError.self) {
                _ = try Transformer(ModelPart(folder: folder.path), withControl: true)
            }
            let message = try #require(error).description
            #expect(message.contains("'vace_blocks.0.proj_in.weight'"))
            #expect(message.contains("'vace_patch_embedding.weight'"))
        }
    }

    @Test(arguments: [
        (#""_class_name": "WanImageToVideoPipeline""#, "WanVACEPipeline"),
        (
            #""_class_name": "WanVACEPipeline", "transformer_2": ["diffusers", "X"]"#,
            "transformer_2"
        ),
        (#""_class_name": "WanVACEPipeline", "boundary_ratio": 0.9"#, "boundary_ratio"),
    ])
    func `pipelines of another kind`(members: String, key: String) throws {
        try withTemporaryDirectory { directory in
            try Folder(directory).write("{\(members)}", "model_index.json")
            let error = #expect(throws: ModelError.self) { _ = try ModelFolder(path: directory) }
            #expect(try #require(error).description.contains(key))
        }
    }

    @Test(arguments: Golden.controlCheckpoints)
    func `pipelines of this kind are opened`(checkpoint: String) throws {
        _ = try ModelFolder(path: Golden.model(checkpoint))
    }
}
