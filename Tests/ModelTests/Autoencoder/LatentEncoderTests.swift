// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing
import Weights

/// Encodes frames (F, 3, H, W) one by one: the latent frames (z, h, w), nil where none was complete.
private func latents(of frames: Tensor, by encoder: LatentEncoder) -> [Tensor?] {
    var stream = encoder.stream()
    return (0..<frames.shape[0]).map { index in
        stream.append(
            frames.slices(index..<index + 1).reshaped(Array(frames.shape.dropFirst())))
    }
}

/// One frame of (z, T, h, w).
private func frame(_ index: Int, of latents: Tensor) -> Tensor {
    let (z, T) = (latents.shape[0], latents.shape[1])
    let plane = latents.shape[2] * latents.shape[3]
    let values = (0..<z).flatMap { channel in
        let start = (channel * T + index) * plane
        return latents.values[start..<start + plane]
    }
    return Tensor(shape: [z, latents.shape[2], latents.shape[3]], values: values)
}

@Suite("Latents of frames equal diffusers'")
struct LatentEncoderTests {
    @Test(arguments: Golden.controlCheckpoints, [1, 5, 9, 17])
    func `frame by frame`(checkpoint: String, frames: Int) throws {
        let golden = try Golden.tensors("\(checkpoint)/encoder")
        let encoder = try LatentEncoder(ModelPart(folder: Golden.model(checkpoint) + "/vae"))
        let expected = try #require(golden["latents.\(frames)"])
        let found = latents(of: try #require(golden["frames.\(frames)"]), by: encoder)
        let step = encoder.configuration.framesPerLatent
        for (index, latent) in found.enumerated() where index % step != 0 {
            #expect(latent == nil, "frame \(index)")
        }
        let whole = stride(from: 0, to: frames, by: step).map { found[$0] }
        #expect(whole.count == expected.shape[1])
        for (index, latent) in whole.enumerated() {
            expectClose(try #require(latent), frame(index, of: expected), .module)
        }
    }

    @Test(arguments: Golden.controlCheckpoints)
    func `nothing but grey`(checkpoint: String) throws {
        let expected = try #require(try Golden.tensors("\(checkpoint)/encoder")["grey.17"])
        let encoder = try LatentEncoder(ModelPart(folder: Golden.model(checkpoint) + "/vae"))
        let pixels = encoder.configuration.pixelsPerLatent
        let grey = Tensor(zeros: [17, 3, 2 * pixels, pixels])
        let found = latents(of: grey, by: encoder).compactMap { $0 }
        #expect(found.count == expected.shape[1])
        for (index, latent) in found.enumerated() {
            expectClose(latent, frame(index, of: expected), .module)
        }
        // Remembered values are those that were computed, for shorter clips too.
        let again = latents(of: grey.slices(0..<9), by: encoder).compactMap { $0 }
        #expect(again == Array(found.prefix(again.count)))
    }

    /// Grey frames before a picture, with and without the memory of another clip's grey frames.
    @Test(arguments: Golden.controlCheckpoints, [1, 4, 8])
    func `a clip that begins with grey`(checkpoint: String, greyFrames: Int) throws {
        let golden = try Golden.tensors("\(checkpoint)/encoder")
        var clip = try #require(golden["frames.9"])
        let size = clip.count / 9
        for i in 0..<greyFrames * size { clip.values[i] = 0 }
        var almost = clip
        almost.values[0] = 1e-20
        let folder = Golden.model(checkpoint) + "/vae"
        // Not zero, so computed without the memory.
        let expected = latents(of: almost, by: try LatentEncoder(ModelPart(folder: folder)))
        let encoder = try LatentEncoder(ModelPart(folder: folder))
        for _ in 0..<2 {
            let found = latents(of: clip, by: encoder)
            for (latent, golden) in zip(found, expected) {
                #expect((latent == nil) == (golden == nil))
                if let latent, let golden { expectClose(latent, golden, .module) }
            }
            // The second time the memory is longer than the clip needs.
            _ = latents(of: Tensor(zeros: [17] + clip.shape.dropFirst()), by: encoder)
        }
    }

    @Test func `grey of another size`() throws {
        let encoder = try LatentEncoder(ModelPart(folder: Golden.model("vace-narrow") + "/vae"))
        let wide = Tensor(zeros: [5, 3, 8, 24])
        let first = latents(of: wide, by: encoder)
        let other = latents(of: Tensor(zeros: [5, 3, 16, 8]), by: encoder)
        #expect(other[4]?.shape == [16, 2, 1])
        #expect(latents(of: wide, by: encoder) == first)
    }

    @Test func `sizes follow the levels`() throws {
        let encoder = try LatentEncoder(ModelPart(folder: Golden.model("vace-mixed") + "/vae"))
        #expect(encoder.configuration.pixelsPerLatent == 4)
        #expect(encoder.configuration.framesPerLatent == 2)
        #expect(encoder.configuration.controlChannels == 32)
    }
}

@Suite("Unfit encoders are refused")
struct UnfitEncoderTests {
    @Test func `weights of another network`() throws {
        let configuration = try Autoencoder(ModelPart(folder: Golden.model("vace-narrow") + "/vae"))
        let store = try WeightStore(folder: Golden.model("vace-single") + "/vae")
        let error = #expect(throws: ModelError.self) {
            _ = try LatentEncoder(configuration, weights: store)
        }
        let message = try #require(error).description
        #expect(message.contains("'encoder.conv_in.weight' of shape [3, 3, 3, 3, 3]"))
        #expect(message.contains("[2, 3, 3, 3, 3]"))
    }

    @Test func `more blocks than the weights have`() throws {
        let folder = Golden.model("vace-narrow") + "/vae"
        let configuration = try Autoencoder(
            copying: folder, replacing: ["\"num_res_blocks\": 1": "\"num_res_blocks\": 2"])
        let error = #expect(throws: ModelError.self) {
            _ = try LatentEncoder(configuration, weights: WeightStore(folder: folder))
        }
        let message = try #require(error).description
        #expect(message.contains("'encoder.down_blocks.1.norm1.gamma'"))
        #expect(!message.contains("decoder"))
    }

    @Test func `fewer blocks than the weights have`() throws {
        let folder = Golden.model("vace-mixed") + "/vae"
        let configuration = try Autoencoder(
            copying: folder, replacing: ["\"num_res_blocks\": 2": "\"num_res_blocks\": 1"])
        let error = #expect(throws: ModelError.self) {
            _ = try LatentEncoder(configuration, weights: WeightStore(folder: folder))
        }
        let message = try #require(error).description
        #expect(message.contains("'encoder.down_blocks.1.resample.1.weight'"))
        #expect(!message.contains("decoder"))
    }

    @Test func `channels that are not red, green and blue`() throws {
        let error = #expect(throws: ModelError.self) {
            _ = try Autoencoder(text: #"{"in_channels": 12}"#)
        }
        #expect(try #require(error).description.contains("'in_channels'"))
    }
}
