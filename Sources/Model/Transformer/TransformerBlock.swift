// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width.

import Products
import Tensors
import Weights

/// One block: self-attention, cross-attention to the text, feed-forward; the timestep shifts,
/// scales and gates the first and the last.
///
/// diffusers v0.42.1, transformer_wan.py `WanTransformerBlock`.
struct TransformerBlock {
    private let selfAttention: WanAttention
    private let crossAttention: WanAttention
    /// Before the cross-attention; absent in some networks.
    private let crossNorm: RowNormalization?
    private let feedForward: FeedForward
    /// (1, 6, d), added to the timestep's modulation.
    private let table: Weight
    private let epsilon: Float

    init(
        _ store: inout WeightStore, _ name: String, _ configuration: TransformerConfiguration,
        precision: Precision
    ) {
        let width = configuration.width
        selfAttention = WanAttention(
            &store, "\(name).attn1", configuration, precision: precision, innerPrecision: precision)
        // A text has few keys, so that int8 would save nothing here.
        crossAttention = WanAttention(
            &store, "\(name).attn2", configuration, precision: precision,
            innerPrecision: precision == .int8 ? .bfloat16 : precision)
        epsilon = configuration.epsilon
        crossNorm =
            configuration.normalizesCrossAttention
            ? RowNormalization(
                epsilon: epsilon, scale: store.take("\(name).norm2.weight", [width]).tensor.values,
                shift: store.take("\(name).norm2.bias", [width]).tensor.values) : nil
        feedForward = FeedForward(&store, "\(name).ffn", configuration, precision: precision)
        table = store.take("\(name).scale_shift_table", [1, 6, width])
    }

    /// Keys and values of the text for this block.
    func remember(_ text: Tensor, bias: [Float]) -> TextMemory {
        crossAttention.remember(text, bias: bias)
    }

    /// The first part of the block, which does not look at the text, on tokens (N, d), in place.
    ///
    /// * `modulation`: The timestep's, (6, d).
    func attendToThemselves(_ x: TokenRows, modulation: Tensor, angles: RotaryAngles) {
        let by = BlockModulation(modulation, plus: table)
        let norm = RowNormalization(
            epsilon: epsilon, scale: by.attentionScale, shift: by.attentionShift)
        selfAttention.attend(x, through: norm, gatedBy: by.attentionGate, rotatedBy: angles)
    }

    /// The rest of the block, on tokens (N, d), in place.
    func attendToText(_ x: TokenRows, modulation: Tensor, memory: TextMemory) {
        let by = BlockModulation(modulation, plus: table)
        crossAttention.attend(x, through: crossNorm, to: memory)
        let norm = RowNormalization(
            epsilon: epsilon, scale: by.feedForwardScale, shift: by.feedForwardShift)
        feedForward.apply(x, through: norm, gatedBy: by.feedForwardGate)
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
