// SPDX-License-Identifier: Apache-2.0
//
// F frequency channels, d width of the network.

import Glibc
package import Tensors
package import Weights

/// What a timestep does to the network: one row for the head, six rows for every block.
package struct Modulation {
    /// (1, d).
    package let embedding: Tensor
    /// (6, d): shift, scale and gate of the self-attention, then of the feed-forward.
    package let blocks: Tensor
}

/// A timestep's embedding and its projection for the blocks.
///
/// diffusers v0.42.1, transformer_wan.py `WanTimeTextImageEmbedding`.
package struct TimestepEmbedding: Sendable {
    private let embedder: TimestepEmbedder
    private let projection: Linear

    package init(_ store: inout WeightStore, _ configuration: TransformerConfiguration) {
        let width = configuration.width
        embedder = TimestepEmbedder(&store, configuration)
        projection = Linear(
            &store, "condition_embedder.time_proj", inputs: width, outputs: 6 * width)
    }

    package func callAsFunction(_ timestep: Float) -> Modulation {
        let embedding = embedder(timestep)
        var activated = embedding
        activated.applySiLU()
        let blocks = projection(activated).reshaped([6, embedding.columns])
        return Modulation(embedding: embedding, blocks: blocks)
    }
}

/// A timestep's sinusoids through two linear layers.
///
/// diffusers v0.42.1, models/embeddings.py `TimestepEmbedding`, `get_timestep_embedding` with
/// `flip_sin_to_cos` and no frequency shift.
struct TimestepEmbedder: Sendable {
    private let channels: Int
    private let first: Linear
    private let second: Linear

    init(_ store: inout WeightStore, _ configuration: TransformerConfiguration) {
        let width = configuration.width
        channels = configuration.frequencyChannels
        let name = "condition_embedder.time_embedder"
        first = Linear(&store, "\(name).linear_1", inputs: channels, outputs: width)
        second = Linear(&store, "\(name).linear_2", inputs: width, outputs: width)
    }

    /// The embedding, (1, d).
    func callAsFunction(_ timestep: Float) -> Tensor {
        var hidden = first(TimestepEmbedder.sinusoids(timestep, channels: channels))
        hidden.applySiLU()
        return second(hidden)
    }

    /// [cos(t·f), sin(t·f)] with fᵢ = 10000^(−i/(F/2)), (1, F); an odd channel is zero.
    static func sinusoids(_ timestep: Float, channels: Int) -> Tensor {
        let half = channels / 2
        var values = [Float](repeating: 0, count: channels)
        for i in 0..<half {
            let exponent = -Float(log(10_000.0)) * Float(i) / Float(half)
            let angle = timestep * expf(exponent)
            values[i] = cosf(angle)
            values[half + i] = sinf(angle)
        }
        return Tensor(shape: [1, channels], values: values)
    }
}
