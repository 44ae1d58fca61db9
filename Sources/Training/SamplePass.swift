// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width.

import Tensors

/// One sample on its way through the network and back.
struct SamplePass {
    private enum Record {
        /// What the block kept, and where its input is.
        case tape(BlockTape)
        /// The input alone: the block is computed again.
        case input(Rows)
    }

    private let network: TrainableNetwork
    private let around: TrainableBlock.Surroundings
    private let strength: [Float]
    private let keptTapes: Int
    private var base: [Record] = []
    private var branch: [Record] = []
    /// The tokens after the last block, (N, d).
    private(set) var tokens: Rows

    /// Runs the forward.
    ///
    /// * `control`: The branch's first tokens, (N, d), without those of the latents.
    /// * `memoryBudget`: Bytes for tapes, where gradients are wanted.
    init(
        _ network: TrainableNetwork, tokens: Tensor, control: TrainingControl?,
        _ around: TrainableBlock.Surroundings, memoryBudget: Int
    ) {
        self.network = network
        self.around = around
        // Hints after the last that counts are not made.
        let counting = (control?.strength.lastIndex { $0 != 0 }).map { $0 + 1 } ?? 0
        strength = Array(control?.strength.prefix(counting) ?? [])
        let layers = network.blocks.count
        let trainedBranch = counting > 0 && network.trainsBranch(around.factors)
        keptTapes = Self.keptTapes(
            network, around, tokens: tokens.rows,
            blocks: layers + (trainedBranch ? counting : 0), memoryBudget: memoryBudget)
        self.tokens = Rows(tokens)
        var chain = Rows(0, 0)
        if let control {
            var sum = control.tokens
            sum.add(tokens)
            chain = Rows(sum)
        }
        let blocks = layers + (trainedBranch ? counting : 0)
        var done = 0
        for layer in 0..<layers {
            let x: Rows
            (x, base) = run(network.blocks[layer], self.tokens, after: base, done, of: blocks)
            self.tokens = x
            done += 1
            guard let index = network.controlLayers.firstIndex(of: layer), index < counting,
                let control = network.control
            else { continue }
            if trainedBranch {
                (chain, branch) = run(control.blocks[index], chain, after: branch, done, of: blocks)
                done += 1
            } else {
                chain = control.blocks[index].apply(chain, around).output
            }
            if strength[index] != 0 {
                control.addHint(index, chain, strength: strength[index], to: self.tokens)
            }
        }
    }

    /// How many blocks may keep their tape: as many as the budget holds beside all inputs.
    private static func keptTapes(
        _ network: TrainableNetwork, _ around: TrainableBlock.Surroundings, tokens: Int,
        blocks: Int, memoryBudget: Int
    ) -> Int {
        guard around.factors.wantsGradients, let block = network.blocks.first else { return 0 }
        let width = around.text.width
        let tape = BlockTape.bytes(
            tokens: tokens, words: around.text.count, width: width, heads: block.shape.heads,
            inner: block.inner, rank: around.factors.rank)
        return min(blocks, max(0, memoryBudget - 4 * tokens * width * blocks) / max(1, tape))
    }

    /// Runs a block and records it; the last ones keep their tapes, so that a tape that is made again
    /// on the way back finds the room of those that are done with.
    private func run(
        _ block: TrainableBlock, _ input: Rows, after records: [Record], _ done: Int,
        of blocks: Int
    ) -> (output: Rows, records: [Record]) {
        let (tape, output) = block.apply(input, around)
        guard around.factors.wantsGradients else { return (output, []) }
        let keeps = blocks - done <= keptTapes
        return (output, records + [keeps ? .tape(tape) : .input(input)])
    }

    /// Hands ∂tokens back through all blocks, adding to the gradients of the factors.
    mutating func pull(_ gradient: Rows) {
        let dChain = Rows(branch.isEmpty ? 0 : gradient.count, gradient.width)
        var isFirst = true
        for layer in network.blocks.indices.reversed() {
            if let index = network.controlLayers.firstIndex(of: layer), index < branch.count,
                let control = network.control
            {
                if isFirst { dChain.clear() }
                isFirst = false
                if strength[index] != 0 {
                    control.pullHint(
                        index, gradient, strength: strength[index], addingTo: dChain)
                }
                pull(
                    control.blocks[index], branch.removeLast(), dChain, wantsInput: index > 0)
            }
            pull(network.blocks[layer], base.removeLast(), gradient, wantsInput: layer > 0)
        }
    }

    private func pull(
        _ block: TrainableBlock, _ record: Record, _ gradient: Rows, wantsInput: Bool
    ) {
        let tape =
            switch record {
            case .tape(let tape): tape
            case .input(let input): block.record(input, around)
            }
        block.pull(tape, gradient, around, wantsInput: wantsInput)
    }
}
