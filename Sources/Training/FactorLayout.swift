// SPDX-License-Identifier: Apache-2.0
//
// r rank.

/// Where each pair of factors lies among the values of a `FactorSet`: the pairs one after the other in
/// the order of the network, of each first A (r, inputs), then B (outputs, r).
package struct FactorLayout: Sendable, Equatable {
    /// One projection that has factors.
    package struct Entry: Sendable, Equatable {
        /// The projection in diffusers' words, as `blocks.0.attn1.to_q`.
        package let name: String
        package let inputs: Int
        package let outputs: Int
        /// Where A begins, in values.
        package let offset: Int
    }

    /// r.
    package let rank: Int
    package let entries: [Entry]
    /// The number of values.
    package let count: Int

    /// Lays out projections of the given names, inputs and outputs.
    init(rank: Int, projections: [(name: String, inputs: Int, outputs: Int)]) {
        precondition(rank > 0, "a rank of \(rank)")
        self.rank = rank
        var offset = 0
        entries = projections.map { projection in
            defer { offset += rank * (projection.inputs + projection.outputs) }
            return Entry(
                name: projection.name, inputs: projection.inputs, outputs: projection.outputs,
                offset: offset)
        }
        count = offset
    }

    /// Where the values of A lie.
    func down(_ entry: Entry) -> Range<Int> {
        entry.offset..<entry.offset + rank * entry.inputs
    }

    /// Where the values of B lie.
    func up(_ entry: Entry) -> Range<Int> {
        let start = entry.offset + rank * entry.inputs
        return start..<start + rank * entry.outputs
    }
}
