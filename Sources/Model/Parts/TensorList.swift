// SPDX-License-Identifier: Apache-2.0
//
// d width, f channels of the feed-forward network; C, H, D and F as in TextEncoderConfiguration.

import Weights

/// Tensors that a part must have, with their shapes.
///
/// What the network takes when it is opened, told beforehand: so a file that does not fit is refused
/// by its header alone, before anything is computed.
struct TensorList {
    private(set) var shapes: [(name: String, shape: [Int])] = []

    fileprivate mutating func add(_ name: String, _ shape: [Int]) { shapes.append((name, shape)) }

    /// A layer's weight and its bias.
    fileprivate mutating func layer(_ name: String, _ shape: [Int]) {
        add("\(name).weight", shape)
        add("\(name).bias", [shape[0]])
    }
}

extension TensorList {
    /// Those of a transformer and of its control branch.
    init(_ c: TransformerConfiguration) {
        let (d, embedder) = (c.width, "condition_embedder")
        layer("patch_embedding", [d, c.inputChannels] + c.patchSize)
        layer("\(embedder).time_embedder.linear_1", [d, c.frequencyChannels])
        layer("\(embedder).time_embedder.linear_2", [d, d])
        layer("\(embedder).time_proj", [6 * d, d])
        layer("\(embedder).text_embedder.linear_1", [d, c.textChannels])
        layer("\(embedder).text_embedder.linear_2", [d, d])
        for index in 0..<c.layers { block("blocks.\(index)", c) }
        layer("proj_out", [c.outputChannels * c.patchSize.reduce(1, *), d])
        add("scale_shift_table", [1, 2, d])
        guard c.hasControl else { return }
        layer("vace_patch_embedding", [d, c.controlChannels] + c.patchSize)
        layer("vace_blocks.0.proj_in", [d, d])
        for index in c.controlLayers.indices {
            block("vace_blocks.\(index)", c)
            layer("vace_blocks.\(index).proj_out", [d, d])
        }
    }

    private mutating func block(_ name: String, _ c: TransformerConfiguration) {
        let (d, f) = (c.width, c.feedForwardChannels)
        add("\(name).scale_shift_table", [1, 6, d])
        for attention in ["attn1", "attn2"] {
            for part in ["to_q", "to_k", "to_v", "to_out.0"] {
                layer("\(name).\(attention).\(part)", [d, d])
            }
            add("\(name).\(attention).norm_q.weight", [d])
            add("\(name).\(attention).norm_k.weight", [d])
        }
        if c.normalizesCrossAttention { layer("\(name).norm2", [d]) }
        layer("\(name).ffn.net.0.proj", [f, d])
        layer("\(name).ffn.net.2", [d, f])
    }

    /// Those of a text encoder but for the table of embeddings, which has two names.
    init(_ c: TextEncoderConfiguration) {
        let inner = c.heads * c.headChannels
        for index in 0..<c.layers {
            let block = "encoder.block.\(index)"
            let attention = "\(block).layer.0.SelfAttention"
            for part in ["q", "k", "v"] { add("\(attention).\(part).weight", [inner, c.width]) }
            add("\(attention).o.weight", [c.width, inner])
            add("\(attention).relative_attention_bias.weight", [c.buckets.count, c.heads])
            let dense = "\(block).layer.1.DenseReluDense"
            for part in ["wi_0", "wi_1"] { add("\(dense).\(part).weight", [c.hidden, c.width]) }
            add("\(dense).wo.weight", [c.width, c.hidden])
            for layer in 0..<2 { add("\(block).layer.\(layer).layer_norm.weight", [c.width]) }
        }
        add("encoder.final_layer_norm.weight", [c.width])
    }

    /// Those of an autoencoder, encoder and decoder.
    init(_ c: Autoencoder) {
        let (z, widths) = (c.latentChannels, c.multipliers)
        layer("quant_conv", [2 * z, 2 * z, 1, 1, 1])
        layer("post_quant_conv", [z, z, 1, 1, 1])
        var (channels, number) = (c.encoderBase, 0)
        layer("encoder.conv_in", [channels, 3, 3, 3, 3])
        for (level, factor) in widths.enumerated() {
            let width = c.encoderBase * factor
            for _ in 0..<c.residualBlocks {
                residual("encoder.down_blocks.\(number)", channels, width)
                (channels, number) = (width, number + 1)
            }
            guard level < widths.count - 1 else { continue }
            layer("encoder.down_blocks.\(number).resample.1", [width, width, 3, 3])
            if c.halvesTime[level] {
                layer("encoder.down_blocks.\(number).time_conv", [width, width, 3, 1, 1])
            }
            number += 1
        }
        ends("encoder", middle: channels, last: channels, out: 2 * z)
        channels = c.decoderBase * widths[widths.count - 1]
        layer("decoder.conv_in", [channels, z, 3, 3, 3])
        let middle = channels
        for (level, factor) in widths.reversed().enumerated() {
            let (width, block) = (c.decoderBase * factor, "decoder.up_blocks.\(level)")
            for index in 0...c.residualBlocks {
                residual("\(block).resnets.\(index)", channels, width)
                channels = width
            }
            guard level < widths.count - 1 else { continue }
            layer("\(block).upsamplers.0.resample.1", [width / 2, width, 3, 3])
            if c.doublesTime[level] {
                layer("\(block).upsamplers.0.time_conv", [2 * width, width, 3, 1, 1])
            }
            channels = width / 2
        }
        ends("decoder", middle: middle, last: channels, out: 3)
    }

    private mutating func residual(_ name: String, _ inputs: Int, _ outputs: Int) {
        add("\(name).norm1.gamma", [inputs, 1, 1, 1])
        layer("\(name).conv1", [outputs, inputs, 3, 3, 3])
        add("\(name).norm2.gamma", [outputs, 1, 1, 1])
        layer("\(name).conv2", [outputs, outputs, 3, 3, 3])
        if inputs != outputs { layer("\(name).conv_shortcut", [outputs, inputs, 1, 1, 1]) }
    }

    private mutating func ends(_ half: String, middle: Int, last: Int, out: Int) {
        for index in 0..<2 { residual("\(half).mid_block.resnets.\(index)", middle, middle) }
        let attention = "\(half).mid_block.attentions.0"
        add("\(attention).norm.gamma", [middle, 1, 1])
        layer("\(attention).to_qkv", [3 * middle, middle, 1, 1])
        layer("\(attention).proj", [middle, middle, 1, 1])
        add("\(half).norm_out.gamma", [last, 1, 1, 1])
        layer("\(half).conv_out", [out, last, 3, 3, 3])
    }
}
