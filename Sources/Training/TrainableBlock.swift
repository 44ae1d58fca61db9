// SPDX-License-Identifier: Apache-2.0
//
// N tokens, M text rows, d width, f channels of the feed-forward network.

import Model
import Products
import Tensors
import Weights

/// One block of the network, forward: what diffusers' `WanTransformerBlock` computes, tokens (N, d) in
/// and out, with factors beside its projections.
///
/// diffusers v0.42.1, transformer_wan.py.
struct TrainableBlock: Sendable {
    let projections: BlockProjections
    let queryNorm: HeadNormalization
    let keyNorm: HeadNormalization
    let textQueryNorm: HeadNormalization
    let textKeyNorm: HeadNormalization
    /// Before the attention to the text; absent in some networks.
    let textNorm: LayerNormalization?
    /// (1, 6, d).
    private let table: Weight
    let shape: AttentionShape
    let inner: Int
    private let epsilon: Float

    /// * `number`: The block's among all blocks that can have factors.
    init(
        _ store: inout WeightStore, _ name: String, number: Int,
        _ configuration: TransformerConfiguration, precision: Precision
    ) {
        let (width, epsilon) = (configuration.width, configuration.epsilon)
        func norm(_ part: String) -> HeadNormalization {
            HeadNormalization(
                epsilon: epsilon,
                scale: store.take("\(name).\(part).weight", [width]).tensor.values)
        }
        projections = BlockProjections(
            &store, name, number: number, configuration, precision: precision)
        queryNorm = norm("attn1.norm_q")
        keyNorm = norm("attn1.norm_k")
        textQueryNorm = norm("attn2.norm_q")
        textKeyNorm = norm("attn2.norm_k")
        textNorm =
            configuration.normalizesCrossAttention
            ? LayerNormalization(
                epsilon: epsilon, scale: store.take("\(name).norm2.weight", [width]).tensor.values,
                shift: store.take("\(name).norm2.bias", [width]).tensor.values) : nil
        table = store.take("\(name).scale_shift_table", [1, 6, width])
        shape = AttentionShape(heads: configuration.heads, channels: configuration.headChannels)
        inner = configuration.feedForwardChannels
        self.epsilon = epsilon
    }

    /// What all blocks share in one sample.
    struct Surroundings {
        /// The timestep's projection, (6, d).
        let modulation: Tensor
        let angles: RotaryAngles
        /// The same angles backwards, for the gradient of a turn.
        let opposite: RotaryAngles
        /// (M, d).
        let text: Rows
        /// Added to the logit of each row of the text, (M), or empty.
        let bias: [Float]
        let factors: Factors
    }

    func modulation(_ around: Surroundings) -> BlockModulation {
        BlockModulation(around.modulation, plus: table, epsilon: epsilon)
    }

    /// Fills a tape from the block's input, (N, d).
    func record(_ input: Rows, _ around: Surroundings) -> BlockTape {
        run(input, around, withOutput: false).tape
    }

    /// Fills a tape and gives the block's output, (N, d).
    func apply(_ input: Rows, _ around: Surroundings) -> (tape: BlockTape, output: Rows) {
        let (tape, output) = run(input, around, withOutput: true)
        guard let output else { preconditionFailure("the output was asked for") }
        return (tape, output)
    }

    private func run(
        _ input: Rows, _ around: Surroundings, withOutput: Bool
    ) -> (tape: BlockTape, output: Rows?) {
        let lowRank = LowRankRows(
            tokens: input.count, words: around.text.count, rank: around.factors.rank)
        let text = readText(around, lowRank)
        let tape = BlockTape(
            input: input, text: text, heads: shape.heads, inner: inner, lowRank: lowRank)
        let by = modulation(around)
        let self_ = project(tape, by.attention, around)
        self_.apply(into: tape.attended, logSums: tape.logSums)
        let output = withOutput ? Rows(input.count, input.width) : nil
        let scratch = Rows(input.count, input.width)
        forEachRange(input.count) { _, rows in
            attendedTokens(tape, rows, by, scratch, around)
            textTokens(tape, rows, scratch, around)
            by.feedForward.apply(tape.late, rows, into: scratch)
            projections[.expansion].apply(
                scratch, rows, around.factors, u: lowRank[.expansion], into: tape.hidden)
        }
        if let output { contract(tape, by, scratch, around, into: output) }
        return (tape, output)
    }

    /// Keys and values of the text, which depend on factors.
    private func readText(_ around: Surroundings, _ lowRank: LowRankRows) -> TextTape {
        let (m, d) = (around.text.count, around.text.width)
        let tape = TextTape(rawKey: Rows(m, d), key: Rows(m, d), value: Rows(m, d))
        forEachRange(m) { _, rows in
            projections[.textKey].apply(
                around.text, rows, around.factors, u: lowRank[.textKey], into: tape.rawKey)
            textKeyNorm.apply(tape.rawKey, rows, into: tape.key)
            projections[.textValue].apply(
                around.text, rows, around.factors, u: lowRank[.textValue], into: tape.value)
        }
        return tape
    }

    /// Queries, keys and values of the tokens themselves, turned.
    private func project(
        _ tape: BlockTape, _ norm: LayerNormalization, _ around: Surroundings
    ) -> AttentionPass {
        let (n, d) = (tape.input.count, tape.input.width)
        let (x, q, k) = (Rows(n, d), Rows(n, d), Rows(n, d))
        forEachRange(n) { _, rows in
            norm.apply(tape.input, rows, into: x)
            for (place, target) in [
                (.query, tape.query), (.key, tape.key), (.value, tape.value),
            ] as [(BlockProjections.Place, Rows)] {
                projections[place].apply(
                    x, rows, around.factors, u: tape.lowRank[place], into: target)
            }
            turned(tape, rows, around, q: q, k: k)
        }
        return AttentionPass(shape: shape, q: q, k: k, v: tape.value)
    }

    /// Normalises and turns queries and keys of a tape.
    func turned(_ tape: BlockTape, _ rows: Range<Int>, _ around: Surroundings, q: Rows, k: Rows) {
        queryNorm.apply(tape.query, rows, into: q)
        keyNorm.apply(tape.key, rows, into: k)
        q.rotate(rows, by: around.angles)
        k.rotate(rows, by: around.angles)
    }

    /// middle = input + gate·output(attended).
    private func attendedTokens(
        _ tape: BlockTape, _ rows: Range<Int>, _ by: BlockModulation, _ scratch: Rows,
        _ around: Surroundings
    ) {
        projections[.output].apply(
            tape.attended, rows, around.factors, u: tape.lowRank[.output], into: scratch)
        tape.input.copy(rows, into: tape.middle)
        tape.middle.add(scratch, rows, gatedBy: by.attentionGate)
    }

    /// late = middle + output(attention of norm(middle) to the text).
    private func textTokens(
        _ tape: BlockTape, _ rows: Range<Int>, _ scratch: Rows, _ around: Surroundings
    ) {
        textNormalized(tape, rows, into: scratch)
        projections[.textQuery].apply(
            scratch, rows, around.factors, u: tape.lowRank[.textQuery], into: tape.textQuery)
        textQueryNorm.apply(tape.textQuery, rows, into: scratch)
        AttentionPass(
            shape: shape, q: scratch, k: tape.text.key, v: tape.text.value, bias: around.bias
        ).apply(rows, into: tape.textAttended, logSums: tape.textLogSums)
        projections[.textOutput].apply(
            tape.textAttended, rows, around.factors, u: tape.lowRank[.textOutput], into: scratch)
        tape.middle.copy(rows, into: tape.late)
        tape.late.add(scratch, rows)
    }

    /// What the attention to the text looks from.
    func textNormalized(_ tape: BlockTape, _ rows: Range<Int>, into y: Rows) {
        if let textNorm {
            textNorm.apply(tape.middle, rows, into: y)
        } else {
            tape.middle.copy(rows, into: y)
        }
    }

    /// output = late + gate·contraction(GELU(hidden)).
    private func contract(
        _ tape: BlockTape, _ by: BlockModulation, _ scratch: Rows, _ around: Surroundings,
        into output: Rows
    ) {
        let activated = Rows(tape.hidden.count, inner)
        forEachRange(output.count) { _, rows in
            tape.hidden.copy(rows, into: activated)
            activated.applyGELU(rows)
            projections[.contraction].apply(
                activated, rows, around.factors, u: tape.lowRank[.contraction], into: scratch)
            tape.late.copy(rows, into: output)
            output.add(scratch, rows, gatedBy: by.feedForwardGate)
        }
    }
}
