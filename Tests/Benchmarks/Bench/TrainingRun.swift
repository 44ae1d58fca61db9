// SPDX-License-Identifier: Apache-2.0

import Products
import Tensors
import Model
import Training

/// One step of training at rank 16: loss, gradients, AdamW; gives the gradients, one projection after
/// the other, A before B.
///
/// The learning rate is 0, so that every step begins with the same factors. Entry i of the layout has
/// `torch.randn` of seed 2i for A, of 2i + 1 for B, times 0.02; the noise has seed 12345.
func trainingRun(_ inputs: [String: Tensor], _ precision: Precision) throws -> () -> Tensor {
    guard let latents = inputs["latents"], let text = inputs["text"],
        let timestep = inputs["timestep"]
    else { fail("latents, timestep or text is missing") }
    let transformer = try TrainableTransformer(ModelPart(folder: folder), precision: precision)
    let initial = FactorSet(for: transformer, rank: 16, seed: 0)
    var tensors = initial.tensors
    for (index, entry) in initial.layout.entries.enumerated() {
        for (offset, name) in ["lora_A", "lora_B"].enumerated() {
            let key = "\(entry.name).\(name).weight"
            guard let shape = tensors[key]?.shape else { fail("no factor '\(key)'") }
            var values = standardNormal(shape: shape, seed: UInt64(2 * index + offset))
            for i in values.values.indices { values.values[i] *= 0.02 }
            tensors[key] = values
        }
    }
    guard let factors = initial.with(tensors) else { fail("the factors do not fit") }
    let sample = TrainingSample(
        latents: latents, noise: standardNormal(shape: latents.shape, seed: 12_345),
        sigma: timestep.values[0] / 1_000,
        text: transformer.remember(
            text, paddedLength: Int(inputs["padded"]?.values[0] ?? 512)))
    var state = TrainingState(factors)
    let optimiser = AdamW(learningRate: 0)
    return {
        var gradients = [Float](repeating: 0, count: factors.layout.count)
        _ = transformer.lossesAndGradients(
            of: [sample], factors: state.factors, accumulatingInto: &gradients)
        _ = optimiser.update(&state, by: gradients)
        return Tensor(shape: [gradients.count], values: gradients)
    }
}
