// SPDX-License-Identifier: Apache-2.0
//
// F frequency channels, d width of the network.

import Glibc
import Tensors
import Weights

/// What a timestep does to the network: one row for the head, six rows for every block.
struct Modulation {
    /// (1, d).
    let embedding: Tensor
    /// (6, d): shift, scale and gate of the self-attention, then of the feed-forward.
    let blocks: Tensor
}

/// A timestep's sinusoids through two linear layers, and their projection for the blocks.
///
/// diffusers v0.42.1, models/embeddings.py `get_timestep_embedding` with `flip_sin_to_cos` and no
/// frequency shift; transformer_wan.py `WanTimeTextImageEmbedding`.
struct TimestepEmbedding {
    private let channels: Int
    private let first: Linear
    private let second: Linear
    private let projection: Linear

    init(_ store: inout WeightStore, _ configuration: TransformerConfiguration) {
        let width = configuration.width
        channels = configuration.frequencyChannels
        let name = "condition_embedder"
        first = Linear(
            &store, "\(name).time_embedder.linear_1", inputs: channels, outputs: width)
        second = Linear(&store, "\(name).time_embedder.linear_2", inputs: width, outputs: width)
        projection = Linear(&store, "\(name).time_proj", inputs: width, outputs: 6 * width)
    }

    func callAsFunction(_ timestep: Float) -> Modulation {
        var hidden = first(TimestepEmbedding.sinusoids(timestep, channels: channels))
        hidden.applySiLU()
        let embedding = second(hidden)
        var activated = embedding
        activated.applySiLU()
        let blocks = projection(activated).reshaped([6, embedding.columns])
        return Modulation(embedding: embedding, blocks: blocks)
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
