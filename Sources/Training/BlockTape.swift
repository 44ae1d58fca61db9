// SPDX-License-Identifier: Apache-2.0
//
// N tokens, M text rows, d width, f channels of the feed-forward network, r rank, H heads.

/// What one block's forward keeps for its backward; what is cheap to make again is not kept.
struct BlockTape {
    /// The block's input, (N, d).
    let input: Rows
    /// Queries and keys before their normalisation, and values, (N, d).
    let query: Rows
    let key: Rows
    let value: Rows
    /// What self-attention gave, (N, d), and its logarithms, (N, H).
    let attended: Rows
    let logSums: Rows
    /// The tokens after self-attention, (N, d).
    let middle: Rows
    /// Queries to the text before their normalisation, (N, d).
    let textQuery: Rows
    let text: TextTape
    /// What attention to the text gave, (N, d), and its logarithms, (N, H).
    let textAttended: Rows
    let textLogSums: Rows
    /// The tokens after attention to the text, (N, d).
    let late: Rows
    /// The hidden layer before GELU, (N, f); the backward overwrites it.
    let hidden: Rows
    let lowRank: LowRankRows

    init(input: Rows, text: TextTape, heads: Int, inner: Int, lowRank: LowRankRows) {
        let (n, d) = (input.count, input.width)
        self.input = input
        self.text = text
        self.lowRank = lowRank
        query = Rows(n, d)
        key = Rows(n, d)
        value = Rows(n, d)
        attended = Rows(n, d)
        logSums = Rows(n, heads)
        middle = Rows(n, d)
        textQuery = Rows(n, d)
        textAttended = Rows(n, d)
        textLogSums = Rows(n, heads)
        late = Rows(n, d)
        hidden = Rows(n, inner)
    }

    /// Bytes of a tape but for its input.
    static func bytes(
        tokens n: Int, words m: Int, width d: Int, heads: Int, inner: Int, rank: Int
    ) -> Int {
        4 * (n * (8 * d + inner + 2 * heads + 8 * rank) + m * (3 * d + 2 * rank))
    }
}

/// Keys and values of a text for one block.
struct TextTape {
    /// (M, d), before their normalisation.
    let rawKey: Rows
    /// (M, d).
    let key: Rows
    /// (M, d).
    let value: Rows
}
