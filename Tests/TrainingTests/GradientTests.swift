// SPDX-License-Identifier: Apache-2.0

import Tensors
import Testing
import Training

@Suite("Gradients equal PyTorch's")
struct GradientTests {
    /// The norm of the difference by the norm.
    private func difference(_ actual: [Float], _ expected: [Float]) -> Double {
        let squares = zip(actual, expected).reduce(0.0) {
            $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
        }
        let norm = expected.reduce(0.0) { $0 + Double($1 * $1) }
        return squares == 0 ? 0 : (squares / norm).squareRoot()
    }

    /// With every tape kept, and with every block computed again.
    @Test(arguments: TrainingCase.names, [1 << 30, 0])
    func `of every factor`(name: String, memoryBudget: Int) throws {
        let example = try TrainingCase(name, memoryBudget: memoryBudget)
        let (losses, gradients) = example.gradients(of: [example.sample])
        let expected = try #require(example.values["loss"]).values[0]
        #expect(abs(losses[0] - expected) <= 1e-5 * expected)
        let named = example.factors.named(gradients)
        #expect(named.count == 2 * example.factors.layout.entries.count)
        for (name, gradient) in named {
            let golden = try #require(example.values["gradient.\(name)"])
            #expect(gradient.shape == golden.shape)
            let difference = difference(gradient.values, golden.values)
            #expect(difference <= 1e-4, "\(name) differs by \(difference)")
        }
    }

    /// Rounded to bfloat16 as a whole they point the same way.
    @Test(arguments: TrainingCase.names)
    func `in bfloat16`(name: String) throws {
        let exact = try TrainingCase(name)
        let rounded = try TrainingCase(name, precision: .bfloat16)
        let found = rounded.gradients(of: [rounded.sample])
        let expected = exact.gradients(of: [exact.sample])
        #expect(abs(found.losses[0] - expected.losses[0]) <= 0.01 * expected.losses[0])
        let difference = difference(found.gradients, expected.gradients)
        #expect(1e-4 < difference && difference <= 0.03, "differ by \(difference)")
    }

    @Test(arguments: TrainingCase.names)
    func `do not depend on what is kept`(name: String) throws {
        let all = try TrainingCase(name)
        let expected = all.gradients(of: [all.sample])
        for memoryBudget in [0, 40_000, 100_000, 200_000] {
            let some = try TrainingCase(name, memoryBudget: memoryBudget)
            let found = some.gradients(of: [some.sample])
            #expect(found.losses == expected.losses)
            #expect(found.gradients == expected.gradients, "with \(memoryBudget) bytes")
        }
    }

    @Test func `are the slope of the loss`() throws {
        let example = try TrainingCase("branch")
        let (_, gradients) = example.gradients(of: [example.sample])
        // Along the gradient itself, in the middle of two points near by.
        let norm = gradients.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let step: Float = 0.02
        func loss(_ distance: Float) throws -> Float {
            var moved = example.factors.tensors
            for (name, gradient) in example.factors.named(gradients) {
                moved[name] = Tensor(
                    shape: gradient.shape,
                    values: zip(try #require(moved[name]).values, gradient.values).map {
                        $0 + distance * $1 / norm
                    })
            }
            return example.transformer.loss(
                of: example.sample, factors: try #require(example.factors.with(moved)))
        }
        let slope = (try loss(step) - loss(-step)) / (2 * step)
        #expect(abs(slope - norm) <= 0.01 * norm, "slope \(slope), gradient \(norm)")
    }

    @Test func `add up over samples, each with its weight`() throws {
        let example = try TrainingCase("base")
        var (first, second) = (try example.sample(of: 0), try example.sample(of: 1))
        // Of another size.
        second.latents = second.latents.firstFrame
        second.noise = second.noise.firstFrame
        (first.weight, second.weight) = (0.25, 2)
        let both = example.gradients(of: [first, second])
        (first.weight, second.weight) = (1, 1)
        let (one, two) = (example.gradients(of: [first]), example.gradients(of: [second]))
        #expect(both.losses == one.losses + two.losses)
        let sum = zip(one.gradients, two.gradients).map { 0.25 * $0 + 2 * $1 }
        #expect(difference(both.gradients, sum) <= 1e-5)
    }

    @Test func `the velocity is the loss's`() throws {
        let example = try TrainingCase("control")
        let (sample, sigma) = (example.sample, example.sample.sigma)
        func combined(_ body: (Float, Float) -> Float) -> Tensor {
            Tensor(
                shape: sample.latents.shape,
                values: zip(sample.latents.values, sample.noise.values).map { body($0, $1) })
        }
        let velocity = example.transformer.velocity(
            of: combined { (1 - sigma) * $0 + sigma * $1 }, sigma: sigma, text: sample.text,
            control: sample.control, factors: example.factors)
        #expect(velocity.shape == sample.latents.shape)
        let target = combined { $1 - $0 }
        let sum = zip(velocity.values, target.values).reduce(0) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        let expected = try #require(example.values["loss"]).values[0]
        #expect(abs(sum / Float(velocity.count) - expected) <= 1e-4 * expected)
    }
}

extension Tensor {
    /// Of latents (C, T, H, W) the first of T.
    fileprivate var firstFrame: Tensor {
        let plane = shape[2] * shape[3]
        let values = (0..<shape[0]).flatMap { channel in
            self.values[channel * shape[1] * plane..<(channel * shape[1] + 1) * plane]
        }
        return Tensor(shape: [shape[0], 1, shape[2], shape[3]], values: values)
    }
}
