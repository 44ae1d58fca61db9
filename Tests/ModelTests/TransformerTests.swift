// SPDX-License-Identifier: Apache-2.0

import Model
import Tensors
import TestSupport
import Testing

@Suite("Transformer equals diffusers")
struct TransformerTests {
    @Test(arguments: Golden.checkpoints)
    func `one forward`(checkpoint: String) throws {
        let transformer = try Transformer(
            ModelPart(folder: Golden.model(checkpoint) + "/transformer"))
        let golden = try Golden.tensors("\(checkpoint)/transformer")
        let cases = golden.keys.filter { $0.hasPrefix("latents.") }.map { $0.dropFirst(8) }
        #expect(!cases.isEmpty)
        for number in cases {
            let latents = try #require(golden["latents.\(number)"])
            let text = try #require(golden["text.\(number)"])
            let timestep = try #require(golden["timestep.\(number)"])
            let velocity = transformer(
                latents, at: transformer.embed(timestep: timestep.values[0]),
                positions: transformer.positions(of: latents.shape),
                text: transformer.remember(text, paddedLength: 512))
            expectClose(velocity, try #require(golden["velocity.\(number)"]), .module)
        }
    }
}

@Suite("UniPC equals diffusers")
struct ScheduleTests {
    @Test(arguments: Golden.checkpoints)
    func `levels and steps`(checkpoint: String) throws {
        let configuration = try SchedulerConfiguration(
            path: Golden.model(checkpoint) + "/scheduler/scheduler_config.json")
        let golden = try Golden.tensors("\(checkpoint)/schedule")
        let counts = golden.keys.filter { $0.hasPrefix("sigmas.") }.compactMap {
            Int($0.dropFirst(7))
        }
        #expect(!counts.isEmpty)
        for steps in counts {
            let schedule = FlowSchedule(steps: steps, shift: configuration.shift)
            #expect(schedule.sigmas == golden["sigmas.\(steps)"]?.values)
            #expect(schedule.timesteps.map(Float.init) == golden["timesteps.\(steps)"]?.values)
            guard var sample = golden["sample.\(steps)"] else { continue }
            let outputs = try #require(golden["outputs.\(steps)"])
            let results = try #require(golden["results.\(steps)"])
            var solver = UniPC(schedule: schedule, order: configuration.order)
            for step in 0..<steps {
                let velocity = outputs.slices(step..<step + 1).reshaped(sample.shape)
                sample = solver.advance(velocity: velocity, sample: sample)
                expectClose(
                    sample, results.slices(step..<step + 1).reshaped(sample.shape), .module)
            }
            #expect(solver.isFinished)
        }
    }
}
