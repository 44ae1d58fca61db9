// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width.

import Model
import Products
import Tensors
import Weights

/// The control branch of VACE: a chain of blocks beside the base, each with a hint for one of its layers.
///
/// c₀ = context + tokens, cᵢ₊₁ = blockᵢ(cᵢ), x += strengthᵢ·(cᵢ₊₁·Wᵢᵀ + bᵢ) after the base's layer.
/// Backward, from the last hint to the first: ∂cᵢ₊₁ += strengthᵢ·∂x·Wᵢ. Nothing before c₀ has factors.
/// diffusers v0.42.1, transformer_wan_vace.py.
struct TrainableControl: Sendable {
    private let configuration: TransformerConfiguration
    private let patches: PatchEmbedding
    private let input: Linear
    let blocks: [TrainableBlock]
    private let outputs: [FrozenLinear]

    init(
        _ store: inout WeightStore, _ configuration: TransformerConfiguration, precision: Precision
    ) {
        self.configuration = configuration
        let (width, indices) = (configuration.width, configuration.controlLayers.indices)
        patches = PatchEmbedding(
            &store, "vace_patch_embedding", channels: configuration.controlChannels, configuration)
        input = Linear(&store, "vace_blocks.0.proj_in", inputs: width, outputs: width)
        blocks = indices.map {
            TrainableBlock(
                &store, "vace_blocks.\($0)", number: configuration.layers + $0, configuration,
                precision: precision)
        }
        outputs = indices.map {
            FrozenLinear(
                &store, "vace_blocks.\($0).proj_out", inputs: width, outputs: width,
                precision: precision)
        }
    }

    /// Embeds a context (C, T, H, W).
    func signal(_ context: Tensor, strength: [Float]) -> TrainingControl {
        precondition(
            strength.count == blocks.count,
            "\(strength.count) strengths are not one for each of \(blocks.count) control layers")
        precondition(
            context.shape.count == 4 && context.shape[0] == configuration.controlChannels,
            "a context \(context.shape) is not (C, T, H, W) with C = "
                + "\(configuration.controlChannels)")
        return TrainingControl(tokens: input(patches(context)), strength: strength)
    }

    /// Adds a hint to the base's tokens x.
    func addHint(_ index: Int, _ chain: Rows, strength: Float, to x: Rows) {
        let hint = Rows(x.count, x.width)
        let gate = [Float](repeating: strength, count: x.width)
        forEachRange(x.count) { _, rows in
            outputs[index].apply(chain, rows, into: hint)
            x.add(hint, rows, gatedBy: gate)
        }
    }

    /// Adds to ∂c what a hint hands back of ∂x.
    func pullHint(_ index: Int, _ gradient: Rows, strength: Float, addingTo dChain: Rows) {
        let scaled = Rows(gradient.count, gradient.width)
        let gate = [Float](repeating: strength, count: gradient.width)
        forEachRange(gradient.count) { _, rows in
            gradient.multiply(rows, by: gate, into: scaled)
            outputs[index].pull(scaled, rows, into: dChain, adding: true)
        }
    }
}
