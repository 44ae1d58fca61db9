// SPDX-License-Identifier: Apache-2.0

import Model
import Products
import Tensors
import TestSupport
import Testing
import Training

/// A case of `values/training`: what PyTorch's autograd and AdamW give for a golden checkpoint.
struct TrainingCase {
    static let names = ["base", "control", "branch", "first-hint"]

    let values: [String: Tensor]
    let transformer: TrainableTransformer
    let factors: FactorSet
    let sample: TrainingSample

    /// * `memoryBudget`: As `TrainableTransformer` has it.
    init(
        _ name: String, memoryBudget: Int = 1 << 30, precision: Precision = .float32
    ) throws {
        let values = try Golden.tensors("training/\(name)")
        self.values = values
        let model = Golden.model(name == "base" ? "narrow" : "vace-narrow")
        transformer = try TrainableTransformer(
            ModelPart(folder: "\(model)/transformer"), withControl: name != "base",
            memoryBudget: memoryBudget, precision: precision)
        let trained = values.filter { $0.key.hasPrefix("value.") }
        let rank = try #require(values["value.blocks.0.attn1.to_q.lora_A.weight"]).shape[0]
        let initial = FactorSet(
            for: transformer, rank: rank, alpha: try #require(values["alpha"]).values[0], seed: 1,
            withControl: trained.keys.contains { $0.contains("vace_") })
        factors = try #require(
            initial.with(
                Dictionary(
                    uniqueKeysWithValues: trained.map { (String($0.key.dropFirst(6)), $0.value) })
            ))
        var control: TrainingControl?
        if let context = values["context"] {
            control = transformer.control(
                context, strength: try #require(values["strength"]).values)
        }
        sample = TrainingSample(
            latents: try #require(values["latents"]), noise: try #require(values["noise"]),
            sigma: try #require(values["sigma"]).values[0],
            text: transformer.remember(
                try #require(values["text"]),
                paddedLength: Int(try #require(values["padded"]).values[0])),
            control: control)
    }

    /// The gradients of samples, begun with zero.
    func gradients(of samples: [TrainingSample]) -> (losses: [Float], gradients: [Float]) {
        var gradients = [Float](repeating: 0, count: factors.layout.count)
        let losses = transformer.lossesAndGradients(
            of: samples, factors: factors, accumulatingInto: &gradients)
        return (losses, gradients)
    }

    /// The sample of one of the 20 steps.
    func sample(of step: Int) throws -> TrainingSample {
        var sample = sample
        sample.noise = standardNormal(shape: sample.latents.shape, seed: UInt64(1_000 + step))
        sample.sigma = try #require(values["sigmas"]).values[step]
        return sample
    }
}
