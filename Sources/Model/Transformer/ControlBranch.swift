// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, d width.

import Products
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
    fileprivate let blocks: [(block: TransformerBlock, output: PackedMatrix)]
    fileprivate let precision: Precision

    init(
        _ store: inout WeightStore, _ configuration: TransformerConfiguration, precision: Precision
    ) {
        self.configuration = configuration
        self.precision = precision
        let width = configuration.width
        patches = PatchEmbedding(
            &store, "vace_patch_embedding", channels: configuration.controlChannels, configuration)
        input = Linear(&store, "vace_blocks.0.proj_in", inputs: width, outputs: width)
        blocks = configuration.controlLayers.indices.map { index in
            let name = "vace_blocks.\(index)"
            return (
                TransformerBlock(&store, name, configuration, precision: precision),
                PackedMatrix(
                    &store, "\(name).proj_out", inputs: width, outputs: width,
                    precision: precision)
            )
        }
    }

    /// Keys and values of the text for each block.
    func remember(_ text: Tensor, bias: [Float]) -> [TextMemory] {
        blocks.map { $0.block.remember(text, bias: bias) }
    }

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

    /// The hints of one pass of the base, none of them made yet; what does not depend on the text is
    /// done.
    ///
    /// * `tokens`: The noisy latents as the base begins with them, (N, d).
    func hints(
        _ signal: ControlSignal, from tokens: Tensor, modulation: Tensor, _ positions: RotaryAngles
    ) -> ControlHints {
        var chain = signal.tokens
        chain.add(tokens)
        let rows = TokenRows(chain)
        if signal.strength.contains(where: { $0 != 0 }) {
            blocks[0].block.attendToThemselves(rows, modulation: modulation, angles: positions)
        }
        return ControlHints(
            branch: self, layers: configuration.controlLayers, strength: signal.strength,
            modulation: modulation, positions: positions, chain: rows)
    }
}

/// The hints of one pass, made one after the other.
struct ControlHints {
    let branch: ControlBranch
    let layers: [Int]
    let strength: [Float]
    let modulation: Tensor
    let positions: RotaryAngles
    /// The branch's own tokens, (N, d), the first block's self-attention done.
    private(set) var chain: TokenRows
    /// How many blocks of the branch have run.
    private(set) var completed = 0

    init(
        branch: ControlBranch, layers: [Int], strength: [Float], modulation: Tensor,
        positions: RotaryAngles, chain: TokenRows
    ) {
        self.branch = branch
        self.layers = layers
        self.strength = strength
        self.modulation = modulation
        self.positions = positions
        self.chain = chain
    }

    /// The same hints for another text, none of them made yet.
    func copy() -> ControlHints {
        precondition(completed == 0, "hints are shared before the first is made")
        var result = self
        result.chain = chain.copy()
        return result
    }

    /// Adds to the base's tokens what the branch says after one of its layers, if it does.
    mutating func add(to x: TokenRows, after layer: Int, text: TextContext) {
        // Blocks whose hints count for nothing, and no later one's does, need not run.
        guard completed < layers.count, layers[completed] == layer,
            strength[completed...].contains(where: { $0 != 0 })
        else { return }
        let (block, output) = branch.blocks[completed]
        if completed > 0 {
            block.attendToThemselves(chain, modulation: modulation, angles: positions)
        }
        block.attendToText(
            chain, modulation: modulation, memory: text.controlMemories[completed])
        let factor = strength[completed]
        completed += 1
        guard factor != 0 else { return }
        let gate = [Float](repeating: factor, count: x.width)
        forEachTile(x.count, atMost: 128) { [chain, precision = branch.precision] range, scratch in
            let y = unsafe scratch.floats(range.count * x.width)
            let tile = Operand(precision, rows: range.count, columns: x.width, in: scratch)
            unsafe chain.store(range, through: nil, y, in: tile)
            unsafe tile.multiply(by: output, rows: range.count, into: y, stride: x.width)
            unsafe x.add(y, range, gatedBy: gate)
        }
    }
}
