// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing

@Suite("Steps that reuse an earlier one")
struct StepCacheTests {
    private static let rescalings: [(String, ChangeRescaling)] = [
        ("plain", .plain), ("1.3B", .smallWan), ("14B", .largeWan),
    ]

    @Test func `are those of the published formula`() throws {
        let golden = try Golden.tensors("step-cache/schedules")
        for (name, rescaling) in Self.rescalings {
            let changes = try #require(golden["changes.\(name)"]).values.map(Double.init)
            let keys = golden.keys.filter { $0.hasPrefix("reused.\(name).") }
            #expect(keys.count == 8)
            for key in keys {
                let threshold = try #require(Double(key.dropFirst("reused.\(name).".count)))
                let expected = try #require(golden[key]).values
                let cache = StepCache(
                    changes: changes, rescaling: rescaling, threshold: threshold)
                #expect(cache.steps == expected.count)
                #expect(cache.reused == expected.indices.filter { expected[$0] == 1 }, "\(key)")
            }
        }
    }

    @Test(arguments: [0, 1e-9, 0.1, 0.5, 1], [1, 2, 3, 20])
    func `are never the first or the last`(threshold: Double, steps: Int) {
        let changes = (1..<steps).map { 0.01 * Double($0 % 5) }
        let cache = StepCache(changes: changes, rescaling: .plain, threshold: threshold)
        #expect(cache.steps == steps)
        #expect(!cache.reuses(0) && !cache.reuses(steps - 1) && !cache.reuses(steps))
        #expect(cache.computed + cache.reused.count == steps)
        #expect(threshold > 0 || cache == StepCache(computingAll: steps))
        #expect(cache.share(ofFirst: 0) == 0 && cache.share(ofFirst: steps) == 1)
    }

    @Test func `do not count as done work`() {
        let cache = StepCache(changes: [0.1, 0.1, 0.5, 0.1], rescaling: .plain, threshold: 0.3)
        #expect(cache.reused == [1, 2] && cache.computed == 3)
        #expect((0...5).map { cache.share(ofFirst: $0) * 3 } == [0, 1, 1, 1, 2, 3])
    }

    /// Few steps change the embedding more than anything that the polynomials were fitted to.
    @Test func `are none where the polynomial means nothing`() {
        #expect(ChangeRescaling.smallWan(0.25) == .infinity)
        #expect(ChangeRescaling.largeWan(0.05) == .infinity)
        #expect(ChangeRescaling.largeWan(0.5) == .infinity)
        let changes = [0.25, 0.25, 0.25, 0.25]
        let cache = StepCache(changes: changes, rescaling: .smallWan, threshold: 1)
        #expect(cache.reused == [])
    }

    @Test(arguments: [
        (#""num_attention_heads": 12, "num_layers": 30"#, ChangeRescaling.smallWan),
        (#""num_attention_heads": 40, "num_layers": 40"#, ChangeRescaling.largeWan),
        (#""num_attention_heads": 12, "num_layers": 40"#, ChangeRescaling.plain),
        (#""num_attention_heads": 2, "num_layers": 2"#, ChangeRescaling.plain),
    ])
    func `are decided as suits the model`(members: String, rescaling: ChangeRescaling) throws {
        for kind in ["WanTransformer3DModel", "WanVACETransformer3DModel"] {
            let configuration = try withTemporaryDirectory { directory in
                try Folder(directory).write(
                    #"{"_class_name": "\#(kind)", "vace_layers": [0], \#(members)}"#, "config.json")
                return try TransformerConfiguration(path: "\(directory)/config.json")
            }
            #expect(configuration.changeRescaling == rescaling)
        }
    }

    @Test func `follow from the weights of the timestep's embedding`() throws {
        let folder = Golden.model("narrow") + "/transformer"
        let configuration = try TransformerConfiguration(path: "\(folder)/config.json")
        let golden = try Golden.tensors("step-cache/narrow")
        let expected = try #require(golden["reused"]).values
        let cache = try StepCache(
            threshold: Double(try #require(golden["threshold"]).values[0]),
            schedule: FlowSchedule(steps: expected.count, shift: 40),
            transformer: ModelPart(folder: folder), configuration)
        #expect(cache.reused == expected.indices.filter { expected[$0] == 1 })
        let error = #expect(throws: ModelError.self) {
            _ = try StepCache(
                threshold: 0.1, schedule: FlowSchedule(steps: 4, shift: 3),
                transformer: ModelPart(folder: "/nowhere"),
                configuration)
        }
        #expect(try #require(error).mayPass)
        // Where nothing is to be reused, nothing is read.
        let exact = try StepCache(
            threshold: 0, schedule: FlowSchedule(steps: 4, shift: 3),
            transformer: ModelPart(folder: "/nowhere"),
            configuration)
        #expect(exact == StepCache(computingAll: 4))
    }
}

@Suite("What the blocks added")
struct BlockResidualTests {
    @Test(arguments: Golden.controlCheckpoints, [true, false])
    func `gives the velocity that they gave`(checkpoint: String, isControlled: Bool) throws {
        let transformer = try Transformer(
            ModelPart(folder: Golden.model(checkpoint) + "/transformer"), withControl: isControlled)
        let golden = try Golden.tensors("\(checkpoint)/control")
        let latents = try #require(golden["latents.0"])
        let text = try #require(golden["text.0"])
        let timestep = transformer.embed(
            timestep: try #require(golden["timestep.0"]).values[0])
        let positions = transformer.positions(of: latents.shape)
        let texts = [text, Tensor(zeros: [1, text.columns])].map {
            transformer.remember($0, paddedLength: 512, withControl: isControlled)
        }
        let layers = transformer.configuration.controlLayers.count
        let control =
            isControlled
            ? transformer.control(
                try #require(golden["context.0"]), strength: [Float](repeating: 1, count: layers))
            : nil
        let velocities = transformer(
            latents, at: timestep, positions: positions, texts: texts, control: control)
        let passes = transformer.velocitiesAndResiduals(
            of: latents, at: timestep, positions: positions, texts: texts, control: control)
        #expect(passes.map(\.velocity) == velocities)
        #expect(velocities[0] != velocities[1])
        let again = transformer.velocities(
            of: latents, at: timestep, adding: passes.map(\.residual))
        for (velocity, expected) in zip(again, velocities) {
            expectClose(velocity, expected, .module)
        }
    }
}
