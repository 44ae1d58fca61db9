// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, d width.

import Tensors
import Weights

/// What the control branch looks at through all timesteps, and how much it says.
package struct ControlSignal: Sendable {
    /// The context as tokens through the branch's first projection, (N, d).
    let tokens: Tensor
    /// The factor of each hint.
    let strength: [Float]
}

/// The control branch of VACE: a chain of blocks beside the base, each with a hint for one of its
/// layers.
///
/// diffusers v0.42.1, transformer_wan_vace.py; VACE, arXiv 2503.07598. The chain depends on the
/// noisy latents and the context, not on the base's blocks, so a hint is made when its layer is
/// reached: one is alive at a time.
struct ControlBranch {
    private let configuration: TransformerConfiguration
    private let patches: PatchEmbedding
    /// Of the first block; what the context becomes does not depend on the timestep.
    private let input: Linear
    fileprivate let blocks: [(block: TransformerBlock, output: Linear)]

    init(_ store: inout WeightStore, _ configuration: TransformerConfiguration) {
        self.configuration = configuration
        let width = configuration.width
        patches = PatchEmbedding(
            &store, "vace_patch_embedding", channels: configuration.controlChannels, configuration)
        input = Linear(&store, "vace_blocks.0.proj_in", inputs: width, outputs: width)
        blocks = configuration.controlLayers.indices.map { index in
            let name = "vace_blocks.\(index)"
            return (
                TransformerBlock(&store, name, configuration),
                Linear(&store, "\(name).proj_out", inputs: width, outputs: width)
            )
        }
    }

    /// Keys and values of the text for each block.
    func remember(_ text: Tensor) -> [TextMemory] { blocks.map { $0.block.remember(text) } }

    /// Embeds a context (C, T, H, W).
    func signal(_ context: Tensor, strength: [Float]) -> ControlSignal {
        precondition(
            strength.count == blocks.count,
            "\(strength.count) strengths are not one for each of \(blocks.count) control layers")
        precondition(
            context.shape.count == 4 && context.shape[0] == configuration.controlChannels,
            "a context \(context.shape) is not (C, T, H, W) with C = "
                + "\(configuration.controlChannels)")
        return ControlSignal(tokens: input(patches(context)), strength: strength)
    }

    /// The hints of one pass of the base, none of them made yet.
    ///
    /// * `tokens`: The noisy latents as the base begins with them, (N, d).
    func hints(
        _ signal: ControlSignal, from tokens: Tensor, modulation: Tensor, _ positions: RotaryAngles,
        _ text: TextContext
    ) -> ControlHints {
        precondition(
            text.controlMemories.count == blocks.count, "the text was remembered without control")
        var chain = signal.tokens
        chain.add(tokens)
        return ControlHints(
            branch: self, layers: configuration.controlLayers, strength: signal.strength,
            modulation: modulation, positions: positions, text: text, chain: chain)
    }
}

/// The hints of one pass, made one after the other.
struct ControlHints {
    let branch: ControlBranch
    let layers: [Int]
    let strength: [Float]
    let modulation: Tensor
    let positions: RotaryAngles
    let text: TextContext
    /// The branch's own tokens, (N, d).
    var chain: Tensor
    /// How many blocks of the branch have run.
    private(set) var completed = 0

    /// Adds to the base's tokens what the branch says after one of its layers, if it does.
    mutating func add(to x: inout Tensor, after layer: Int) {
        // Blocks whose hints count for nothing, and no later one's does, need not run.
        guard completed < layers.count, layers[completed] == layer,
            strength[completed...].contains(where: { $0 != 0 })
        else { return }
        let (block, output) = branch.blocks[completed]
        block(
            &chain, modulation: modulation, angles: positions,
            memory: text.controlMemories[completed], bias: text.bias)
        let factor = strength[completed]
        completed += 1
        guard factor != 0 else { return }
        x.add(output(chain), gatedBy: [Float](repeating: factor, count: x.columns).span)
    }
}
