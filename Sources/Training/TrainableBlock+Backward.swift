// SPDX-License-Identifier: Apache-2.0
//
// N tokens, M text rows, d width, f channels of the feed-forward network.

import Tensors

extension TrainableBlock {
    /// Hands ∂output back: turns it into ∂input in place, and adds to the gradients of the factors.
    ///
    /// The block is output = late + g₂·FFN(norm(late)), late = middle + TextAttention(norm(middle)),
    /// middle = input + g₁·Attention(norm(input)); each stage adds what it hands back to what its sum
    /// passes on. The contraction's u is made here where a recorded tape has none.
    ///
    /// * `gradient`: (N, d).
    /// * `wantsInput`: Whether ∂input is needed; else its content has no meaning afterwards.
    func pull(_ tape: BlockTape, _ gradient: Rows, _ around: Surroundings, wantsInput: Bool) {
        let work = Backward(block: self, tape: tape, gradient: gradient, around: around)
        work.run(wantsInput: wantsInput)
    }
}

/// One block on its way back; every matrix is (N, d) unless said.
private struct Backward {
    let block: TrainableBlock
    let tape: BlockTape
    let gradient: Rows
    let around: TrainableBlock.Surroundings
    let by: BlockModulation
    /// ∂u of every projection.
    let lowRank: LowRankRows
    // Gradients of what the projections give.
    let dContraction: Rows
    /// (N, f).
    let dExpansion: Rows
    let dTextOutput: Rows
    let dTextQuery: Rows
    let dOutput: Rows
    let dQuery: Rows
    let dKey: Rows
    let dValue: Rows
    // What the projections see: the normalised tokens.
    let feedForwardInput: Rows
    let textInput: Rows
    let attentionInput: Rows
    let scratch: Rows

    init(
        block: TrainableBlock, tape: BlockTape, gradient: Rows, around: TrainableBlock.Surroundings
    ) {
        self.block = block
        self.tape = tape
        self.gradient = gradient
        self.around = around
        by = block.modulation(around)
        let (n, d) = (gradient.count, gradient.width)
        lowRank = LowRankRows(tokens: n, words: around.text.count, rank: around.factors.rank)
        dContraction = Rows(n, d)
        dExpansion = Rows(n, block.inner)
        dTextOutput = Rows(n, d)
        dTextQuery = Rows(n, d)
        dOutput = Rows(n, d)
        dQuery = Rows(n, d)
        dKey = Rows(n, d)
        dValue = Rows(n, d)
        feedForwardInput = Rows(n, d)
        textInput = Rows(n, d)
        attentionInput = Rows(n, d)
        scratch = Rows(n, d)
    }

    func run(wantsInput: Bool) {
        let (n, d, m) = (gradient.count, gradient.width, around.text.count)
        let (q, k) = (Rows(n, d), Rows(n, d))
        // Every range of tokens has its own ∂K and ∂V of the text, added up in order below.
        let parts = rangeCount(n)
        let (dTextKeys, dTextValues) = (Rows(parts * m, d), Rows(parts * m, d))
        let dAttended = Rows(n, d)
        forEachRange(n) { part, rows in
            feedForward(rows)
            attentionToText(rows, dTextKeys, dTextValues, keyRow: part * m)
            gradient.multiply(rows, by: by.attentionGate, into: dOutput)
            pull(.output, dOutput, rows, into: dAttended)
            block.turned(tape, rows, around, q: q, k: k)
        }
        AttentionPass(shape: block.shape, q: q, k: k, v: tape.value).pull(
            AttentionPass.Returned(o: tape.attended, gradient: dAttended, logSums: tape.logSums),
            dq: dQuery, dk: dKey, dv: dValue)
        forEachRange(n) { _, rows in selfProjections(rows, wantsInput: wantsInput) }
        textProjections(dTextKeys, dTextValues)
        accumulate(dTextKeys, dTextValues)
    }

    private func pull(
        _ place: BlockProjections.Place, _ dy: Rows, _ rows: Range<Int>, into dx: Rows?,
        adding: Bool = false
    ) {
        block.projections[place].pull(
            dy, rows, around.factors, du: lowRank[place], into: dx, adding: adding)
    }

    /// ∂late += norm′(W₁ᵀ·GELU′·W₂ᵀ·g₂·∂output).
    private func feedForward(_ rows: Range<Int>) {
        gradient.multiply(rows, by: by.feedForwardGate, into: dContraction)
        pull(.contraction, dContraction, rows, into: dExpansion)
        tape.hidden.pullGELU(dExpansion, rows)
        block.projections[.contraction].project(
            tape.hidden, rows, around.factors, u: tape.lowRank[.contraction])
        by.feedForward.apply(tape.late, rows, into: feedForwardInput)
        pull(.expansion, dExpansion, rows, into: scratch)
        by.feedForward.pull(tape.late, scratch, rows, addingTo: gradient)
    }

    /// ∂middle += norm′(Wqᵀ·∂q), q through its own norm.
    private func attentionToText(
        _ rows: Range<Int>, _ dKeys: Rows, _ dValues: Rows, keyRow: Int
    ) {
        gradient.copy(rows, into: dTextOutput)
        pull(.textOutput, dTextOutput, rows, into: scratch)
        // The queries go where the norm's output goes later.
        block.textQueryNorm.apply(tape.textQuery, rows, into: textInput)
        AttentionPass(
            shape: block.shape, q: textInput, k: tape.text.key, v: tape.text.value,
            bias: around.bias
        ).pull(
            rows,
            AttentionPass.Returned(
                o: tape.textAttended, gradient: scratch, logSums: tape.textLogSums),
            dq: dTextQuery, dk: dKeys, dv: dValues, keyRow: keyRow)
        block.textQueryNorm.pull(tape.textQuery, dTextQuery, rows)
        block.textNormalized(tape, rows, into: textInput)
        pull(.textQuery, dTextQuery, rows, into: scratch)
        if let norm = block.textNorm {
            norm.pull(tape.middle, scratch, rows, addingTo: gradient)
        } else {
            gradient.add(scratch, rows)
        }
    }

    /// ∂input += norm′(Wqᵀ·∂q + Wkᵀ·∂k + Wvᵀ·∂v), q and k through turn and norm.
    private func selfProjections(_ rows: Range<Int>, wantsInput: Bool) {
        dQuery.rotate(rows, by: around.opposite)
        dKey.rotate(rows, by: around.opposite)
        block.queryNorm.pull(tape.query, dQuery, rows)
        block.keyNorm.pull(tape.key, dKey, rows)
        by.attention.apply(tape.input, rows, into: attentionInput)
        let target = wantsInput ? scratch : nil
        pull(.query, dQuery, rows, into: target)
        pull(.key, dKey, rows, into: target, adding: true)
        pull(.value, dValue, rows, into: target, adding: true)
        if wantsInput { by.attention.pull(tape.input, scratch, rows, addingTo: gradient) }
    }

    /// The text's keys and values: what the ranges found, added up into the first M rows.
    private func textProjections(_ dKeys: Rows, _ dValues: Rows) {
        let m = around.text.count
        forEachRange(m) { _, rows in
            for part in 1..<max(1, dKeys.count / m) {
                dKeys.add(dKeys, from: part * m, rows)
                dValues.add(dValues, from: part * m, rows)
            }
            block.textKeyNorm.pull(tape.text.rawKey, dKeys, rows)
            pull(.textKey, dKeys, rows, into: nil)
            pull(.textValue, dValues, rows, into: nil)
        }
    }

    private func accumulate(_ dTextKeys: Rows, _ dTextValues: Rows) {
        let all: [(BlockProjections.Place, Rows, Rows)] = [
            (.expansion, feedForwardInput, dExpansion),
            (.contraction, tape.hidden, dContraction),
            (.query, attentionInput, dQuery), (.key, attentionInput, dKey),
            (.value, attentionInput, dValue), (.output, tape.attended, dOutput),
            (.textQuery, textInput, dTextQuery), (.textOutput, tape.textAttended, dTextOutput),
            (.textKey, around.text, dTextKeys), (.textValue, around.text, dTextValues),
        ]
        FactorGradient.accumulate(
            all.compactMap { place, x, dy in
                around.factors[block.projections[place].index].map {
                    FactorGradient(
                        factor: $0, x: x, u: tape.lowRank[place], dy: dy, du: lowRank[place])
                }
            })
    }
}
