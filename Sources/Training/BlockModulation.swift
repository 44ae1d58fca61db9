// SPDX-License-Identifier: Apache-2.0
//
// d width.

import Tensors
import Weights

/// What the timestep does to one block: the block's table plus the timestep's projection, (d) each.
struct BlockModulation {
    let attention: LayerNormalization
    let attentionGate: [Float]
    let feedForward: LayerNormalization
    let feedForwardGate: [Float]

    /// * `blocks`: The timestep's projection, (6, d).
    /// * `table`: The block's, (1, 6, d).
    init(_ blocks: Tensor, plus table: Weight, epsilon: Float) {
        let (width, span) = (blocks.columns, table.span)
        let rows = (0..<6).map { row in
            (row * width..<(row + 1) * width).map { blocks.values[$0] + span[$0] }
        }
        attention = LayerNormalization(
            epsilon: epsilon, scale: rows[1].map { 1 + $0 }, shift: rows[0])
        attentionGate = rows[2]
        feedForward = LayerNormalization(
            epsilon: epsilon, scale: rows[4].map { 1 + $0 }, shift: rows[3])
        feedForwardGate = rows[5]
    }
}
