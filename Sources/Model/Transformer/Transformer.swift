// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, L text tokens, d width.

import Glibc
package import Products
package import Tensors
import Weights

/// A text as the transformer attends to it: keys and values of every block, made once a prompt.
package struct TextContext: Sendable {
    let memories: [TextMemory]
    /// Those of the control branch's blocks; empty where it was not asked for.
    let controlMemories: [TextMemory]
}

/// `WanTransformer3DModel`: predicts the velocity noise − signal of noisy latents.
///
/// With a control branch it is a `WanVACETransformer3DModel`, whose base is the same network.
/// diffusers v0.42.1, models/transformers/transformer_wan.py and transformer_wan_vace.py.
package struct Transformer {
    /// The network's dimensions.
    package let configuration: TransformerConfiguration
    /// What each adapter changed, in the order in which they were given.
    package let adapterReports: [AdapterReport]
    private let patches: PatchEmbedding
    private let timestepEmbedding: TimestepEmbedding
    private let textFirst: Linear
    private let textSecond: Linear
    private let blocks: [TransformerBlock]
    private let branch: ControlBranch?
    private let head: Linear
    /// (1, 2, d).
    private let headTable: Weight

    /// Opens the transformer of a model.
    ///
    /// * `withControl`: Whether to take the weights of the control branch, which is there. Without
    ///   it they are neither read nor looked at, and the base works alone.
    /// * `precision`: Of the blocks' large products; the first and last layers, norms and the
    ///   timestep's modulation are float32 in all of them.
    /// * `adapters`: What is added to the weights.
    /// - Throws: `ModelError` naming the key or tensor that does not fit, or the adapter.
    package init(
        _ part: ModelPart, withControl: Bool = false, precision: Precision = .float32,
        adapters: Adapters = .none
    ) throws(ModelError) {
        let configuration = try TransformerConfiguration(part)
        self.configuration = configuration
        var store = try part.openTransformer()
        adapterReports = try adapters.amend(&store, configuration, withControl: withControl)
        let width = configuration.width
        patches = PatchEmbedding(
            &store, "patch_embedding", channels: configuration.inputChannels, configuration)
        timestepEmbedding = TimestepEmbedding(&store, configuration)
        let text = "condition_embedder.text_embedder"
        textFirst = Linear(
            &store, "\(text).linear_1", inputs: configuration.textChannels, outputs: width)
        textSecond = Linear(&store, "\(text).linear_2", inputs: width, outputs: width)
        blocks = (0..<configuration.layers).map {
            TransformerBlock(&store, "blocks.\($0)", configuration, precision: precision)
        }
        if withControl {
            precondition(configuration.hasControl, "'\(part.path)' has no control branch")
            branch = ControlBranch(&store, configuration, precision: precision)
        } else {
            branch = nil
            if configuration.hasControl { store.skip(prefix: "vace_") }
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
    /// * `withControl`: Whether a control signal will come with the text.
    package func remember(
        _ states: Tensor, paddedLength: Int, withControl: Bool = false
    ) -> TextContext {
        let padding = paddedLength - states.rows
        precondition(padding >= 0, "\(states.rows) text tokens do not fit in \(paddedLength)")
        var rows = states
        var bias: [Float] = []
        if padding > 0 {
            rows = Tensor(
                shape: [states.rows + 1, states.columns],
                values: states.values + [Float](repeating: 0, count: states.columns))
            bias = [Float](repeating: 0, count: states.rows) + [logf(Float(padding))]
        }
        var hidden = textFirst(rows)
        hidden.applyGELU()
        let text = textSecond(hidden)
        return TextContext(
            memories: blocks.map { $0.remember(text, bias: bias) },
            controlMemories: withControl ? opened.remember(text, bias: bias) : [])
    }

    /// Prepares what the control branch looks at, once a clip.
    ///
    /// * `context`: What `ControlContext` built, (C, T, H, W); T, H and W are those of the latents.
    /// * `strength`: The factor of each hint, one for each of `configuration.controlLayers`;
    ///   diffusers calls it `conditioning_scale`.
    package func control(_ context: Tensor, strength: [Float]) -> ControlSignal {
        opened.signal(context, strength: strength)
    }

    private var opened: ControlBranch {
        guard let branch else { preconditionFailure("opened without the control branch") }
        return branch
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

    /// Predicts the velocity of latents (C, T, H, W) for each text; the results have the same shape.
    ///
    /// What does not depend on the text is computed once for all: the embedding of the latents and
    /// the first block's self-attention, the control branch's too.
    ///
    /// * `control`: What the control branch looks at; nil leaves the base alone.
    package func callAsFunction(
        _ latents: Tensor, at timestep: TimestepState, positions: RotaryAngles,
        texts: [TextContext], control: ControlSignal? = nil
    ) -> [Tensor] {
        passes(latents, at: timestep, positions: positions, texts: texts, control: control) {
            velocity($0.tensor, timestep, like: latents.shape)
        }
    }

    /// The same, and what blocks and control branch added to the tokens for each text.
    package func velocitiesAndResiduals(
        of latents: Tensor, at timestep: TimestepState, positions: RotaryAngles,
        texts: [TextContext], control: ControlSignal? = nil
    ) -> [(velocity: Tensor, residual: BlockResidual)] {
        // Embedded here once more, which costs next to nothing: handed out with the tokens, it would
        // be kept while the blocks run even where nobody wants residuals.
        let before = patches(latents)
        return passes(
            latents, at: timestep, positions: positions, texts: texts, control: control
        ) {
            let after = $0.tensor
            return (
                velocity(after, timestep, like: latents.shape),
                BlockResidual(from: before, to: after)
            )
        }
    }

    /// Predicts the velocity of latents (C, T, H, W) for each text whose residual an earlier timestep
    /// left, without running a block.
    package func velocities(
        of latents: Tensor, at timestep: TimestepState, adding residuals: [BlockResidual]
    ) -> [Tensor] {
        let tokens = patches(latents)
        return residuals.map { residual in
            var x = tokens
            x.add(residual.tokens)
            return velocity(x, timestep, like: latents.shape)
        }
    }

    /// Runs the blocks for each text and hands out its tokens, which then may be overwritten.
    private func passes<Result>(
        _ latents: Tensor, at timestep: TimestepState, positions: RotaryAngles,
        texts: [TextContext], control: ControlSignal?, _ finish: (TokenRows) -> Result
    ) -> [Result] {
        let modulation = timestep.modulation.blocks
        let tokens = patches(latents)
        let hints = control.map {
            opened.hints($0, from: tokens, modulation: modulation, positions)
        }
        let x = TokenRows(tokens)
        blocks.first?.attendToThemselves(x, modulation: modulation, angles: positions)
        return texts.enumerated().map { index, text in
            precondition(
                control == nil || !text.controlMemories.isEmpty,
                "the text was remembered without control")
            let isLast = index == texts.count - 1
            let own = isLast ? x : x.copy()
            var hints = isLast ? hints : hints?.copy()
            for (layer, (block, memory)) in zip(blocks, text.memories).enumerated() {
                if layer > 0 {
                    block.attendToThemselves(own, modulation: modulation, angles: positions)
                }
                block.attendToText(own, modulation: modulation, memory: memory)
                hints?.add(to: own, after: layer, text: text)
            }
            return finish(own)
        }
    }

    /// Predicts the velocity for one text.
    package func callAsFunction(
        _ latents: Tensor, at timestep: TimestepState, positions: RotaryAngles,
        text: TextContext, control: ControlSignal? = nil
    ) -> Tensor {
        self(latents, at: timestep, positions: positions, texts: [text], control: control)[0]
    }

    /// The last layer: tokens (N, d) to the velocity of latents of the given shape.
    private func velocity(
        _ tokens: Tensor, _ timestep: TimestepState, like latents: [Int]
    ) -> Tensor {
        let (width, table) = (configuration.width, headTable.span)
        let embedding = timestep.modulation.embedding.values
        let shift = (0..<width).map { embedding[$0] + table[$0] }
        let scale = (0..<width).map { 1 + embedding[$0] + table[width + $0] }
        var x = tokens
        x.layerNormalize(
            epsilon: configuration.epsilon, scale: scale.span, shift: shift.span)
        return patches.unpatchify(head(x), like: latents)
    }
}

/// A timestep as the network sees it.
package struct TimestepState {
    let modulation: Modulation
}

/// What the blocks added to the tokens for one text, (N, d).
package struct BlockResidual: Sendable {
    let tokens: Tensor

    init(from before: Tensor, to after: Tensor) {
        var difference = after
        for i in difference.values.indices { difference.values[i] -= before.values[i] }
        tokens = difference
    }
}
