// SPDX-License-Identifier: Apache-2.0
//
// N tokens, L real text tokens, d width, H heads of D channels.

import Products
import Tensors
import Weights

/// The projections of one attention layer; queries and keys are normalised across all heads.
///
/// diffusers v0.42.1, transformer_wan.py `WanAttention`.
struct WanAttention {
    private let query: PackedMatrix
    private let key: PackedMatrix
    private let value: PackedMatrix
    private let output: PackedMatrix
    private let queryNorm: Weight
    private let keyNorm: Weight
    private let shape: AttentionShape
    private let epsilon: Float
    private let precision: Precision
    /// Of the products of queries with keys and of weights with values.
    private let innerPrecision: Precision

    /// * `innerPrecision`: Of attention itself; `precision` is that of the projections.
    init(
        _ store: inout WeightStore, _ name: String, _ configuration: TransformerConfiguration,
        precision: Precision, innerPrecision: Precision
    ) {
        let width = configuration.width
        func projection(_ name: String) -> PackedMatrix {
            PackedMatrix(&store, name, inputs: width, outputs: width, precision: precision)
        }
        query = projection("\(name).to_q")
        key = projection("\(name).to_k")
        value = projection("\(name).to_v")
        output = projection("\(name).to_out.0")
        queryNorm = store.take("\(name).norm_q.weight", [width])
        keyNorm = store.take("\(name).norm_k.weight", [width])
        shape = AttentionShape(heads: configuration.heads, channels: configuration.headChannels)
        epsilon = configuration.epsilon
        self.precision = precision
        self.innerPrecision = innerPrecision
    }

    private var scale: Float { 1 / Float(shape.channels).squareRoot() }

    /// Adds self-attention of normalised tokens to the tokens, (N, d).
    func attend(
        _ x: TokenRows, through norm: RowNormalization, gatedBy gate: [Float],
        rotatedBy angles: RotaryAngles
    ) {
        let queries = HeadRows(
            rows: x.count, shape: shape, precision: innerPrecision, areQueries: true)
        let keys = HeadRows(rows: x.count, shape: shape, precision: innerPrecision)
        let values = ValueRows(rows: x.count, shape: shape, precision: innerPrecision)
        forEachTile(x.count, atMost: 128) { range, scratch in
            let y = unsafe scratch.floats(range.count * x.width)
            let tile = Operand(precision, rows: range.count, columns: x.width, in: scratch)
            unsafe x.store(range, through: norm, y, in: tile)
            unsafe project(tile, by: query, scaledBy: queryNorm, rows: range, through: y) {
                row, y in
                unsafe angles.rotate(y, row: row, count: x.width)
                unsafe queries.store(y, row: row)
            }
            unsafe project(tile, by: key, scaledBy: keyNorm, rows: range, through: y) { row, y in
                unsafe angles.rotate(y, row: row, count: x.width)
                unsafe keys.store(y, row: row)
            }
            unsafe tile.multiply(by: value, rows: range.count, into: y, stride: x.width)
            for row in range {
                unsafe values.store(y + (row - range.lowerBound) * x.width, row: row)
            }
        }
        attend(queries, to: KeyBlocks(keys: keys, values: values), addingTo: x, gatedBy: gate)
    }

    /// The keys and values of a text (L or L + 1, d); they do not depend on the timestep.
    ///
    /// * `bias`: Added to the logit of each key, or empty.
    func remember(_ text: Tensor, bias: [Float]) -> TextMemory {
        let keys = HeadRows(rows: text.rows, shape: shape, precision: innerPrecision)
        let values = ValueRows(rows: text.rows, shape: shape, precision: innerPrecision)
        let width = shape.width
        unsafe text.values.withUnsafeBufferPointer { text in
            forEachTile(keys.rows, atMost: 128) { range, scratch in
                let y = unsafe scratch.floats(range.count * width)
                let tile = Operand(precision, rows: range.count, columns: width, in: scratch)
                for row in range {
                    guard let source = text.baseAddress else { return }
                    unsafe y.update(from: source + row * width, count: width)
                    unsafe tile.store(y, row: row - range.lowerBound)
                }
                unsafe project(tile, by: key, scaledBy: keyNorm, rows: range, through: y) {
                    row, y in
                    unsafe keys.store(y, row: row)
                }
                unsafe tile.multiply(by: value, rows: range.count, into: y, stride: width)
                for row in range {
                    unsafe values.store(y + (row - range.lowerBound) * width, row: row)
                }
            }
        }
        return TextMemory(blocks: KeyBlocks(keys: keys, values: values), bias: bias)
    }

    /// Adds cross-attention of normalised tokens to a remembered text to the tokens, (N, d).
    func attend(_ x: TokenRows, through norm: RowNormalization?, to memory: TextMemory) {
        let queries = HeadRows(
            rows: x.count, shape: shape, precision: innerPrecision, areQueries: true)
        forEachTile(x.count, atMost: 128) { range, scratch in
            let y = unsafe scratch.floats(range.count * x.width)
            let tile = Operand(precision, rows: range.count, columns: x.width, in: scratch)
            unsafe x.store(range, through: norm, y, in: tile)
            unsafe project(tile, by: query, scaledBy: queryNorm, rows: range, through: y) {
                row, y in
                unsafe queries.store(y, row: row)
            }
        }
        attend(queries, to: memory.blocks, bias: memory.bias, addingTo: x, gatedBy: nil)
    }

    /// Projects a tile, normalises its rows across all heads and hands each on.
    private func project(
        _ tile: Operand, by matrix: PackedMatrix, scaledBy norm: Weight, rows: Range<Int>,
        through y: UnsafeMutablePointer<Float>,
        _ body: (Int, UnsafeMutablePointer<Float>) -> Void
    ) {
        let width = shape.width
        unsafe tile.multiply(by: matrix, rows: rows.count, into: y, stride: width)
        unsafe norm.span.withUnsafeBufferPointer { norm in
            guard let norm = norm.baseAddress else { return }
            for row in rows {
                let target = unsafe y + (row - rows.lowerBound) * width
                unsafe passes.rootMeanSquareNormalize(
                    target, count: width, epsilon: epsilon, scale: norm)
                unsafe body(row, target)
            }
        }
    }

    private func attend(
        _ queries: HeadRows, to blocks: KeyBlocks, bias: [Float] = [], addingTo x: TokenRows,
        gatedBy gate: [Float]?
    ) {
        let width = x.width
        let found = AlignedBytes(count: x.count * width * 4)
        let result = unsafe found.start.assumingMemoryBound(to: Float.self)
        unsafe Products.attend(queries, to: blocks, scale: scale, bias: bias, into: result)
        forEachTile(x.count, atMost: 128) { range, scratch in
            let y = unsafe scratch.floats(range.count * width)
            let tile = Operand(precision, rows: range.count, columns: width, in: scratch)
            for row in range {
                unsafe tile.store(result + row * width, row: row - range.lowerBound)
            }
            unsafe tile.multiply(by: output, rows: range.count, into: y, stride: width)
            unsafe x.add(y, range, gatedBy: gate)
        }
    }
}

/// What one layer's cross-attention needs of a text.
struct TextMemory: Sendable {
    let blocks: KeyBlocks
    /// Added to the logit of each key, or empty.
    let bias: [Float]
}

extension RotaryAngles {
    /// Turns one row of all heads, in place.
    fileprivate func rotate(_ x: UnsafeMutablePointer<Float>, row: Int, count: Int) {
        let pairs = cosines.columns
        unsafe cosines.values.withUnsafeBufferPointer { cosines in
            unsafe sines.values.withUnsafeBufferPointer { sines in
                guard let c = cosines.baseAddress, let s = sines.baseAddress else { return }
                unsafe passes.rotate(
                    x, count: count, headChannels: 2 * pairs, cosines: c + row * pairs,
                    sines: s + row * pairs)
            }
        }
    }
}
