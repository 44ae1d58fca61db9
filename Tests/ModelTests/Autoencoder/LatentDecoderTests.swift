// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing
import Weights

@Suite struct LatentDecoderTests {
    @Test(arguments: Golden.checkpoints, [1, 2, 3, 5])
    func decodesWhatDiffusersDecodes(checkpoint: String, latentFrames: Int) throws {
        let golden = try Golden.tensors("\(checkpoint)/decoder")
        let decoder = try LatentDecoder(ModelPart(folder: Golden.model(checkpoint) + "/vae"))
        let stream = decoder.stream(try #require(golden["latents.\(latentFrames)"]))
        let expected = try #require(golden["frames.\(latentFrames)"])
        var position = 0
        while let frames = stream.next() {
            let count = frames.shape[0]
            #expect(count == (position == 0 ? 1 : 4))
            expectClose(frames, expected.slices(position..<position + count), .module)
            position += count
        }
        #expect(position == expected.shape[0])
        #expect(position == decoder.configuration.frames(fromLatentFrames: latentFrames))
        let after = stream.next()
        #expect(after == nil)
    }

    @Test func sizesFollowTheLevels() throws {
        let eight = try LatentDecoder(ModelPart(folder: Golden.model("mixed") + "/vae"))
            .configuration
        #expect(eight.pixels(fromLatents: 3) == 24)
        let four = try LatentDecoder(ModelPart(folder: Golden.model("sharded") + "/vae"))
            .configuration
        #expect(four.pixels(fromLatents: 3) == 12)
        #expect(four.pixelsPerLatent == 4)
        #expect(four.frames(fromLatentFrames: 0) == 0)
    }

    @Test func eachClipBeginsAnew() throws {
        let latents = try #require(try Golden.tensors("half/decoder")["latents.2"])
        let decoder = try LatentDecoder(ModelPart(folder: Golden.model("half") + "/vae"))
        let first = decoder.stream(latents)
        let frame = first.next()
        _ = first.next()
        let second = decoder.stream(latents)
        let again = second.next()
        #expect(again == frame)
    }

    @Test func framesStayInRange() throws {
        let decoder = try LatentDecoder(ModelPart(folder: Golden.model("mixed") + "/vae"))
        let stream = decoder.stream(
            Tensor(shape: [16, 1, 2, 2], values: [Float](repeating: 9, count: 64)))
        let next = stream.next()
        let frame = try #require(next)
        #expect(frame.values.allSatisfy { -1...1 ~= $0 })
    }

    @Test func weightsOfAnotherNetworkAreNamed() throws {
        let configuration = try Autoencoder(ModelPart(folder: Golden.model("narrow") + "/vae"))
        let store = try WeightStore(folder: Golden.model("half") + "/vae")
        let error = #expect(throws: ModelError.self) {
            _ = try LatentDecoder(configuration, weights: store)
        }
        let message = try #require(error).description
        #expect(message.contains("'post_quant_conv.weight' of shape [16, 16, 1, 1, 1]"))
        #expect(message.contains("[4, 4, 1, 1, 1]"))
    }

    @Test func moreBlocksThanTheWeightsHaveAreMissing() throws {
        let folder = Golden.model("narrow") + "/vae"
        let configuration = try Autoencoder(
            copying: folder, replacing: ["\"num_res_blocks\": 1": "\"num_res_blocks\": 2"])
        let error = #expect(throws: ModelError.self) {
            _ = try LatentDecoder(configuration, weights: WeightStore(folder: folder))
        }
        let message = try #require(error).description
        #expect(message.contains("'decoder.up_blocks.0.resnets.2.conv2.bias'"))
        #expect(message.contains("is missing"))
    }

    @Test func fewerBlocksLeaveWeightsOver() throws {
        let folder = Golden.model("mixed") + "/vae"
        let configuration = try Autoencoder(
            copying: folder, replacing: ["\"num_res_blocks\": 2": "\"num_res_blocks\": 1"])
        let error = #expect(throws: ModelError.self) {
            _ = try LatentDecoder(configuration, weights: WeightStore(folder: folder))
        }
        let message = try #require(error).description
        #expect(message.contains("'decoder.up_blocks.0.resnets.2.conv1.weight' belongs to no part"))
        #expect(!message.contains("'encoder."))
    }
}
