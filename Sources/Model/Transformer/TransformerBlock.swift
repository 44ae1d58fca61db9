// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, f channels of the feed-forward network.

import Tensors
import Weights

/// One block: self-attention, cross-attention to the text, feed-forward; the timestep shifts,
/// scales and gates the first and the last.
///
/// diffusers v0.42.1, transformer_wan.py `WanTransformerBlock`.
struct TransformerBlock {
    private let selfAttention: WanAttention
    private let crossAttention: WanAttention
    private let crossNorm: (scale: Weight, shift: Weight)?
    private let expansion: Linear
    private let contraction: Linear
    /// (1, 6, d), added to the timestep's modulation.
    private let table: Weight
    private let epsilon: Float

    init(_ store: inout WeightStore, _ name: String, _ configuration: TransformerConfiguration) {
        let (width, inner) = (configuration.width, configuration.feedForwardChannels)
        selfAttention = WanAttention(&store, "\(name).attn1", configuration)
        crossAttention = WanAttention(&store, "\(name).attn2", configuration)
        crossNorm =
            configuration.normalizesCrossAttention
            ? (
                store.take("\(name).norm2.weight", [width]),
                store.take("\(name).norm2.bias", [width])
            ) : nil
        expansion = Linear(&store, "\(name).ffn.net.0.proj", inputs: width, outputs: inner)
        contraction = Linear(&store, "\(name).ffn.net.2", inputs: inner, outputs: width)
        table = store.take("\(name).scale_shift_table", [1, 6, width])
        epsilon = configuration.epsilon
    }

    /// Keys and values of the text for this block.
    func remember(_ text: Tensor) -> TextMemory { crossAttention.remember(text) }

    /// Runs the block on tokens (N, d), in place.
    ///
    /// * `blocks`: The timestep's modulation, (6, d).
    func callAsFunction(
        _ x: inout Tensor, modulation blocks: Tensor, angles: RotaryAngles, memory: TextMemory,
        bias: LogitBias
    ) {
        let by = BlockModulation(blocks, plus: table)

        var y = x
        y.layerNormalize(
            epsilon: epsilon, scale: by.attentionScale.span, shift: by.attentionShift.span)
        x.add(selfAttention.attend(y, rotatedBy: angles), gatedBy: by.attentionGate.span)

        y = x
        if let crossNorm {
            y.layerNormalize(
                epsilon: epsilon, scale: crossNorm.scale.span, shift: crossNorm.shift.span)
        }
        x.add(crossAttention.attend(y, to: memory, bias: bias))

        y = x
        y.layerNormalize(
            epsilon: epsilon, scale: by.feedForwardScale.span, shift: by.feedForwardShift.span)
        var hidden = expansion(y)
        hidden.applyGELU()
        x.add(contraction(hidden), gatedBy: by.feedForwardGate.span)
    }
}

/// The six rows of a block's table plus the timestep's, (d) each, with 1 added to the scales.
private struct BlockModulation {
    let attentionShift: [Float]
    let attentionScale: [Float]
    let attentionGate: [Float]
    let feedForwardShift: [Float]
    let feedForwardScale: [Float]
    let feedForwardGate: [Float]

    init(_ blocks: Tensor, plus table: Weight) {
        let (width, span) = (blocks.columns, table.span)
        let rows = (0..<6).map { row in
            (row * width..<(row + 1) * width).map { blocks.values[$0] + span[$0] }
        }
        attentionShift = rows[0]
        attentionScale = rows[1].map { 1 + $0 }
        attentionGate = rows[2]
        feedForwardShift = rows[3]
        feedForwardScale = rows[4].map { 1 + $0 }
        feedForwardGate = rows[5]
    }
}
