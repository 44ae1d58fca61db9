// SPDX-License-Identifier: Apache-2.0

import Tensors
import Testing
import Training

@Suite("Twenty steps equal PyTorch's AdamW")
struct OptimiserTests {
    private let optimiser = AdamW(learningRate: 1e-2)

    /// One step on its own sample; returns the loss before it.
    private func advance(_ example: TrainingCase, _ state: inout TrainingState) throws -> Float {
        var gradients = [Float](repeating: 0, count: state.factors.layout.count)
        let losses = example.transformer.lossesAndGradients(
            of: [try example.sample(of: state.step)], factors: state.factors,
            accumulatingInto: &gradients)
        #expect(optimiser.update(&state, by: gradients).isFinite)
        return losses[0]
    }

    @Test(arguments: TrainingCase.names)
    func `losses and factors`(name: String) throws {
        let example = try TrainingCase(name)
        var state = TrainingState(example.factors)
        let golden = try #require(example.values["losses"]).values
        for expected in golden {
            let loss = try advance(example, &state)
            #expect(abs(loss - expected) <= 1e-3 * expected, "step \(state.step)")
        }
        #expect(state.step == 20)
        let tensors = state.factors.tensors
        let final = tensors.keys.sorted().flatMap { tensors[$0]?.values ?? [] }
        let expected = try #require(example.values["final"]).values
        #expect(final.count == expected.count)
        // Adam divides by what may be tiny: a factor whose gradient is rounding goes its own way.
        let far = zip(final, expected).count { abs($0 - $1) > 1e-3 }
        #expect(far <= final.count / 100, "\(far) of \(final.count) factors differ")
    }

    @Test func `a state that was written goes on as if it had not been`() throws {
        let example = try TrainingCase("branch")
        var whole = TrainingState(example.factors)
        var losses: [Float] = []
        for _ in 0..<6 { losses.append(try advance(example, &whole)) }

        var state = TrainingState(example.factors)
        for step in 0..<6 {
            #expect(try advance(example, &state) == losses[step])
            let fresh = FactorSet(
                for: example.transformer, rank: state.factors.rank, alpha: state.factors.alpha,
                seed: UInt64(step), withControl: true)
            state = try #require(TrainingState(resuming: fresh, from: state.tensors))
        }
        #expect(state == whole)
        #expect(state.step == 6)
    }

    @Test func `a state of other factors is refused`() throws {
        let example = try TrainingCase("branch")
        let tensors = TrainingState(example.factors).tensors
        let base = FactorSet(for: example.transformer, rank: example.factors.rank, seed: 0)
        #expect(TrainingState(resuming: base, from: tensors) == nil)
        for name in tensors.keys {
            var fewer = tensors
            fewer[name] = nil
            #expect(TrainingState(resuming: example.factors, from: fewer) == nil)
        }
    }

    @Test func `a gradient that is not finite changes no factor`() throws {
        let example = try TrainingCase("base")
        var state = TrainingState(example.factors)
        _ = try advance(example, &state)
        let before = state
        var gradients = [Float](repeating: 0.1, count: state.factors.layout.count)
        gradients[7] = .nan
        #expect(!optimiser.update(&state, by: gradients).isFinite)
        #expect(state.factors == before.factors)
        #expect(state.step == before.step + 1)
    }
}

@Suite("Factors begin as PEFT's do")
struct FactorTests {
    @Test func `A is uniform and B is zero`() throws {
        let transformer = try TrainingCase("base").transformer
        let factors = FactorSet(for: transformer, rank: 64, seed: 5)
        #expect(factors.scale == 1)
        for entry in factors.layout.entries {
            let down = try #require(factors.tensors["\(entry.name).lora_A.weight"])
            #expect(down.shape == [64, entry.inputs])
            let bound = 1 / Float(entry.inputs).squareRoot()
            #expect(down.values.allSatisfy { abs($0) <= bound })
            #expect(down.values.count { abs($0) > bound / 2 } > down.count * 2 / 5)
            let up = try #require(factors.tensors["\(entry.name).lora_B.weight"])
            #expect(up.shape == [entry.outputs, 64] && up.values.allSatisfy { $0 == 0 })
        }
        #expect(factors == FactorSet(for: transformer, rank: 64, seed: 5))
        #expect(factors != FactorSet(for: transformer, rank: 64, seed: 6))
    }

    @Test func `the names are diffusers'`() throws {
        let names = try TrainingCase("branch").factors.layout.entries.map(\.name)
        #expect(names.count == 50)
        #expect(names.first == "blocks.0.attn1.to_q")
        #expect(names.contains("blocks.2.ffn.net.0.proj"))
        #expect(names.last == "vace_blocks.1.ffn.net.2")
    }
}
