// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, L text tokens, d width.

import Glibc
package import Tensors
import Weights

/// A text as the transformer attends to it: keys and values of every block, made once a prompt.
package struct TextContext: Sendable {
    let memories: [TextMemory]
    let bias: LogitBias
}

/// `WanTransformer3DModel`: predicts the velocity noise − signal of noisy latents.
///
/// diffusers v0.42.1, models/transformers/transformer_wan.py.
package struct Transformer {
    /// The network's dimensions.
    package let configuration: TransformerConfiguration
    private let patches: PatchEmbedding
    private let timestepEmbedding: TimestepEmbedding
    private let textFirst: Linear
    private let textSecond: Linear
    private let blocks: [TransformerBlock]
    private let head: Linear
    /// (1, 2, d).
    private let headTable: Weight

    /// Opens the folder `transformer/` of a model.
    ///
    /// - Throws: `ModelError` naming the key or tensor that does not fit.
    package init(folder: String) throws(ModelError) {
        let configuration = try TransformerConfiguration(path: "\(folder)/config.json")
        self.configuration = configuration
        var store: WeightStore
        do { store = try WeightStore(folder: folder) } catch { throw .weights(error) }
        let width = configuration.width
        patches = PatchEmbedding(&store, configuration)
        timestepEmbedding = TimestepEmbedding(&store, configuration)
        let text = "condition_embedder.text_embedder"
        textFirst = Linear(
            &store, "\(text).linear_1", inputs: configuration.textChannels, outputs: width)
        textSecond = Linear(&store, "\(text).linear_2", inputs: width, outputs: width)
        blocks = (0..<configuration.layers).map {
            TransformerBlock(&store, "blocks.\($0)", configuration)
        }
        head = Linear(
            &store, "proj_out", inputs: width,
            outputs: configuration.outputChannels * configuration.patchSize.reduce(1, *))
        headTable = store.take("scale_shift_table", [1, 2, width])
        do { try store.finish() } catch { throw .weights(error) }
    }

    /// Prepares the states of a text for every later forward.
    ///
    /// The pipeline pads a text with zero rows to `paddedLength` and does not mask them. All those
    /// rows give one key and one value, so one row with ln(count) added to its logit is exact.
    ///
    /// * `states`: The encoder's states of the real tokens, (L, text channels).
    /// * `paddedLength`: The length that the pipeline pads to, at least L.
    package func remember(_ states: Tensor, paddedLength: Int) -> TextContext {
        let padding = paddedLength - states.rows
        precondition(padding >= 0, "\(states.rows) text tokens do not fit in \(paddedLength)")
        var rows = states
        var bias = LogitBias.none
        if padding > 0 {
            rows = Tensor(
                shape: [states.rows + 1, states.columns],
                values: states.values + [Float](repeating: 0, count: states.columns))
            bias = .perKey([Float](repeating: 0, count: states.rows) + [logf(Float(padding))])
        }
        var hidden = textFirst(rows)
        hidden.applyGELU()
        let text = textSecond(hidden)
        return TextContext(memories: blocks.map { $0.remember(text) }, bias: bias)
    }

    /// Prepares one timestep's modulation, which all guidance branches share.
    package func embed(timestep: Float) -> TimestepState {
        TimestepState(modulation: timestepEmbedding(timestep))
    }

    /// The rotary angles of latents of the given shape (C, T, H, W), made once a clip.
    package func positions(of latents: [Int]) -> RotaryAngles {
        let grid = configuration.grid(frames: latents[1], height: latents[2], width: latents[3])
        return rotaryAngles(grid, headChannels: configuration.headChannels)
    }

    /// Predicts the velocity of latents (C, T, H, W); the result has the same shape.
    package func callAsFunction(
        _ latents: Tensor, at timestep: TimestepState, positions: RotaryAngles,
        text: TextContext
    ) -> Tensor {
        let modulation = timestep.modulation
        var x = patches(latents)
        for (block, memory) in zip(blocks, text.memories) {
            block(
                &x, modulation: modulation.blocks, angles: positions, memory: memory,
                bias: text.bias)
        }
        let (width, table) = (configuration.width, headTable.span)
        let embedding = modulation.embedding.values
        let shift = (0..<width).map { embedding[$0] + table[$0] }
        let scale = (0..<width).map { 1 + embedding[$0] + table[width + $0] }
        x.layerNormalize(
            epsilon: configuration.epsilon, scale: scale.span, shift: shift.span)
        return patches.unpatchify(head(x), like: latents.shape)
    }
}

/// A timestep as the network sees it.
package struct TimestepState {
    let modulation: Modulation
}
