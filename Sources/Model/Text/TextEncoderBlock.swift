// SPDX-License-Identifier: Apache-2.0

import Tensors
import Weights

/// One block of the text encoder: attention among the tokens, then a gated feed-forward layer, each
/// behind its own normalisation and added to what came in.
struct TextEncoderBlock: Sendable {
    private let configuration: TextEncoderConfiguration
    private let attentionScale: Weight
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    /// (buckets, H): every layer of UMT5 has its own, unlike T5.
    private let relativeBias: Weight
    private let feedForwardScale: Weight
    private let gate: Linear
    private let up: Linear
    private let down: Linear

    /// Takes the tensors whose names begin with `name`.
    init(_ store: inout WeightStore, _ name: String, _ configuration: TextEncoderConfiguration) {
        self.configuration = configuration
        let width = configuration.width
        let inner = configuration.heads * configuration.headChannels
        let hidden = configuration.hidden
        func layer(_ name: String, _ inputs: Int, _ outputs: Int) -> Linear {
            Linear(&store, name, inputs: inputs, outputs: outputs, bias: false)
        }
        let attention = "\(name).layer.0.SelfAttention"
        query = layer("\(attention).q", width, inner)
        key = layer("\(attention).k", width, inner)
        value = layer("\(attention).v", width, inner)
        output = layer("\(attention).o", inner, width)
        let dense = "\(name).layer.1.DenseReluDense"
        gate = layer("\(dense).wi_0", width, hidden)
        up = layer("\(dense).wi_1", width, hidden)
        down = layer("\(dense).wo", hidden, width)
        relativeBias = store.take(
            "\(attention).relative_attention_bias.weight",
            [configuration.buckets.count, configuration.heads])
        attentionScale = store.take("\(name).layer.0.layer_norm.weight", [width])
        feedForwardScale = store.take("\(name).layer.1.layer_norm.weight", [width])
    }

    /// Maps the states of L tokens, (L, C), in place.
    func apply(to states: inout Tensor) {
        var x = states
        x.rootMeanSquareNormalize(epsilon: configuration.epsilon, scale: attentionScale.span)
        let bias = configuration.buckets.bias(
            table: relativeBias.span, heads: configuration.heads, length: x.rows)
        let shape = AttentionShape(
            heads: configuration.heads, channels: configuration.headChannels)
        // T5 has no 1/√D: its initial weights make up for it.
        states.add(
            output(
                attention(query(x), key(x), value(x), shape: shape, scale: 1, bias: .perHead(bias)))
        )
        x = states
        x.rootMeanSquareNormalize(epsilon: configuration.epsilon, scale: feedForwardScale.span)
        var inner = gate(x)
        inner.applyGELU()
        inner.multiply(by: up(x))
        states.add(down(inner))
    }
}
