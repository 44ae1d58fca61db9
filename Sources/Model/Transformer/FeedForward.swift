// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, f channels of the feed-forward network.

import Products
import Tensors
import Weights

/// Two linear layers with GELU between them, one tile of tokens at a time, so that what is between
/// them never leaves the cache.
struct FeedForward {
    private let expansion: PackedMatrix
    private let contraction: PackedMatrix
    private let precision: Precision
    private static let widestPanel = 768

    init(
        _ store: inout WeightStore, _ name: String, _ configuration: TransformerConfiguration,
        precision: Precision
    ) {
        let (width, inner) = (configuration.width, configuration.feedForwardChannels)
        expansion = PackedMatrix(
            &store, "\(name).net.0.proj", inputs: width, outputs: inner, precision: precision,
            widestPanel: Self.widestPanel)
        contraction = PackedMatrix(
            &store, "\(name).net.2", inputs: inner, outputs: width, precision: precision)
        self.precision = precision
    }

    /// Adds what the network makes of normalised tokens to the tokens, (N, d).
    func apply(_ x: TokenRows, through norm: RowNormalization, gatedBy gate: [Float]) {
        let inner = expansion.outputs
        forEachTile(x.count, atMost: 256) { range, scratch in
            let y = unsafe scratch.floats(range.count * x.width)
            let tile = Operand(precision, rows: range.count, columns: x.width, in: scratch)
            unsafe x.store(range, through: norm, y, in: tile)
            let hidden = Operand(precision, rows: range.count, columns: inner, in: scratch)
            if precision.isNative, precision == .int8 {
                expandRounded(tile, rows: range.count, into: hidden, scratch)
            } else {
                let z = unsafe scratch.floats(range.count * inner)
                unsafe tile.multiply(by: expansion, rows: range.count, into: z, stride: inner)
                for row in 0..<range.count {
                    unsafe passes.applyGELU(z + row * inner, count: inner)
                    unsafe hidden.store(z + row * inner, row: row)
                }
            }
            unsafe hidden.multiply(by: contraction, rows: range.count, into: y, stride: x.width)
            unsafe x.add(y, range, gatedBy: gate)
        }
    }

    /// The hidden layer by way of bfloat16: the scale of an int8 row is known when all of it is.
    private func expandRounded(
        _ tile: Operand, rows: Int, into hidden: Operand, _ scratch: Scratch
    ) {
        let inner = expansion.outputs
        let between = unsafe scratch.take(rows * inner * 2).assumingMemoryBound(to: UInt16.self)
        let z = unsafe scratch.floats(rows * Self.widestPanel)
        for panel in expansion.panelRanges.indices {
            let columns = expansion.panelRanges[panel]
            unsafe tile.multiply(
                byPanel: panel, of: expansion, rows: rows, into: z, stride: columns.count)
            for row in 0..<rows {
                let source = unsafe z + row * columns.count
                unsafe passes.applyGELU(source, count: columns.count)
                unsafe passes.round(
                    source, into: between + row * inner + columns.lowerBound, count: columns.count)
            }
        }
        for row in 0..<rows { unsafe hidden.store(between + row * inner, row: row) }
    }
}
