// SPDX-License-Identifier: Apache-2.0
//
// N tokens, L real text tokens, d width, H heads of D channels.

import Glibc
import Tensors
import Weights

/// The projections of one attention layer; queries and keys are normalised across all heads.
///
/// diffusers v0.42.1, transformer_wan.py `WanAttention`.
struct WanAttention {
    private let query: Linear
    private let key: Linear
    private let value: Linear
    private let output: Linear
    private let queryNorm: Weight
    private let keyNorm: Weight
    private let shape: AttentionShape
    private let epsilon: Float

    init(_ store: inout WeightStore, _ name: String, _ configuration: TransformerConfiguration) {
        let width = configuration.width
        query = Linear(&store, "\(name).to_q", inputs: width, outputs: width)
        key = Linear(&store, "\(name).to_k", inputs: width, outputs: width)
        value = Linear(&store, "\(name).to_v", inputs: width, outputs: width)
        output = Linear(&store, "\(name).to_out.0", inputs: width, outputs: width)
        queryNorm = store.take("\(name).norm_q.weight", [width])
        keyNorm = store.take("\(name).norm_k.weight", [width])
        shape = AttentionShape(heads: configuration.heads, channels: configuration.headChannels)
        epsilon = configuration.epsilon
    }

    /// Self-attention of tokens (N, d).
    func attend(_ x: Tensor, rotatedBy angles: RotaryAngles) -> Tensor {
        var q = query(x)
        q.rootMeanSquareNormalize(epsilon: epsilon, scale: queryNorm.span)
        q.rotate(by: angles)
        var k = key(x)
        k.rootMeanSquareNormalize(epsilon: epsilon, scale: keyNorm.span)
        k.rotate(by: angles)
        return output(attention(q, k, value(x), shape: shape, scale: scale))
    }

    /// The keys and values of a text (L or L + 1, d); they do not depend on the timestep.
    func remember(_ text: Tensor) -> TextMemory {
        var k = key(text)
        k.rootMeanSquareNormalize(epsilon: epsilon, scale: keyNorm.span)
        return TextMemory(keys: k, values: value(text))
    }

    /// Cross-attention of tokens (N, d) to a remembered text.
    func attend(_ x: Tensor, to memory: TextMemory, bias: LogitBias) -> Tensor {
        var q = query(x)
        q.rootMeanSquareNormalize(epsilon: epsilon, scale: queryNorm.span)
        return output(
            attention(q, memory.keys, memory.values, shape: shape, scale: scale, bias: bias))
    }

    private var scale: Float { 1 / Float(shape.channels).squareRoot() }
}

/// What one layer's cross-attention needs of a text.
struct TextMemory: Sendable {
    /// (L or L + 1, d).
    let keys: Tensor
    /// (L or L + 1, d).
    let values: Tensor
}
