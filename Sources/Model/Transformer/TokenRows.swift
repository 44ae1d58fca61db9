// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width.

import Products
import Tensors
import Weights

/// The tokens of one pass, (N, d) in float32, worked on in place by all processors.
@safe final class TokenRows: @unchecked Sendable {
    // Unchecked: every row is written by one thread at a time.

    /// N.
    let count: Int
    /// d.
    let width: Int
    private let bytes: AlignedBytes

    init(_ tokens: Tensor) {
        count = tokens.rows
        width = tokens.columns
        bytes = AlignedBytes(count: count * width * 4)
        unsafe tokens.values.withUnsafeBytes { values in
            unsafe UnsafeMutableRawBufferPointer(start: bytes.start, count: values.count)
                .copyMemory(from: values)
        }
    }

    /// The same tokens in memory of their own.
    func copy() -> TokenRows { TokenRows(tensor) }

    var tensor: Tensor {
        Tensor(
            shape: [count, width],
            values: unsafe Array(UnsafeBufferPointer(start: row(0), count: count * width)))
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> {
        unsafe bytes.start.assumingMemoryBound(to: Float.self) + index * width
    }

    /// Adds rows of a tile, (rows, d), times a gate (d); nil is 1.
    func add(_ y: UnsafePointer<Float>, _ rows: Range<Int>, gatedBy gate: [Float]?) {
        func add(_ gate: UnsafePointer<Float>?) {
            for index in rows {
                unsafe passes.add(
                    y + (index - rows.lowerBound) * width, gatedBy: gate, to: row(index),
                    count: width)
            }
        }
        guard let gate else { return add(nil) }
        unsafe gate.withUnsafeBufferPointer { unsafe add($0.baseAddress) }
    }
}

/// A layer normalisation whose result goes straight into a product.
struct RowNormalization {
    let epsilon: Float
    /// (d).
    let scale: [Float]
    /// (d).
    let shift: [Float]
}

extension TokenRows {
    /// Stores rows in a tile, normalised if there is a norm; `y` is scratch of one row.
    func store(
        _ rows: Range<Int>, through norm: RowNormalization?, _ y: UnsafeMutablePointer<Float>,
        in tile: Operand
    ) {
        guard let norm else {
            for index in rows {
                unsafe y.update(from: row(index), count: width)
                unsafe tile.store(y, row: index - rows.lowerBound)
            }
            return
        }
        unsafe norm.scale.withUnsafeBufferPointer { scale in
            unsafe norm.shift.withUnsafeBufferPointer { shift in
                guard let scale = scale.baseAddress, let shift = shift.baseAddress
                else { return }
                for index in rows {
                    unsafe passes.layerNormalize(
                        row(index), into: y, count: width, epsilon: norm.epsilon, scale: scale,
                        shift: shift)
                    unsafe tile.store(y, row: index - rows.lowerBound)
                }
            }
        }
    }
}

extension PackedMatrix {
    /// Takes `NAME.weight` and `NAME.bias` from the store and lays them out.
    convenience init(
        _ store: inout WeightStore, _ name: String, inputs: Int, outputs: Int,
        precision: Precision, widestPanel: Int = 1536
    ) {
        let weight = store.take("\(name).weight", [outputs, inputs])
        let bias = store.take("\(name).bias", [outputs])
        self.init(
            weight.span, bias: bias.span, outputs: outputs, precision: precision,
            widestPanel: widestPanel)
    }
}
