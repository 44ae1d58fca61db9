// SPDX-License-Identifier: Apache-2.0
//
// N rows, W (outputs, inputs), b (outputs).

import Products
import Tensors
import Weights

/// A linear layer that stands still: y = x·Wᵀ + b forward, ∂x = ∂y·W backward.
///
/// In float32 both directions multiply the weight where it is mapped. In bfloat16, which pays where the
/// processor multiplies it itself, W and Wᵀ are packed, operands are rounded and sums are float32.
struct FrozenLinear: Sendable {
    private enum Storage: Sendable {
        case mapped(weight: Weight, bias: Weight)
        case packed(forward: PackedMatrix, backward: PackedMatrix)
    }

    let inputs: Int
    let outputs: Int
    private let storage: Storage
    /// Rows of a packed product that are rounded at once.
    private static let tile = 256

    /// Takes `NAME.weight` and `NAME.bias` from the store.
    init(
        _ store: inout WeightStore, _ name: String, inputs: Int, outputs: Int,
        precision: Precision = .float32
    ) {
        self.inputs = inputs
        self.outputs = outputs
        let weight = store.take("\(name).weight", [outputs, inputs])
        let bias = store.take("\(name).bias", [outputs])
        guard precision != .float32 else {
            storage = .mapped(weight: weight, bias: bias)
            return
        }
        let transposed = Self.transposed(weight.span, rows: outputs, columns: inputs)
        storage = .packed(
            forward: PackedMatrix(
                weight.span, bias: bias.span, outputs: outputs, precision: precision),
            backward: PackedMatrix(
                transposed.span, bias: Span(), outputs: inputs, precision: precision))
    }

    private static func transposed(_ x: Span<Float>, rows: Int, columns: Int) -> [Float] {
        var result = [Float](repeating: 0, count: x.count)
        unsafe x.withUnsafeBufferPointer { x in
            unsafe result.withUnsafeMutableBufferPointer { y in
                // In squares, so that neither side leaves the cache line by line.
                parallelFor((columns + 31) / 32) { blocks in
                    for first in stride(from: 0, to: rows, by: 32) {
                        for column in 32 * blocks.lowerBound..<min(32 * blocks.upperBound, columns)
                        {
                            for row in first..<min(first + 32, rows) {
                                unsafe y[column * rows + row] = x[row * columns + column]
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// Maps some rows of x (N, inputs) to those of y (N, outputs), on the calling thread.
    func apply(_ x: Rows, _ rows: Range<Int>, into y: Rows) {
        switch storage {
        case .mapped(let weight, let bias):
            unsafe bias.span.withUnsafeBufferPointer { bias in
                unsafe weight.span.withUnsafeBufferPointer { weight in
                    guard let b = bias.baseAddress, let w = weight.baseAddress else { return }
                    for row in rows { unsafe y.row(row).update(from: b, count: outputs) }
                    unsafe multiplyTransposed(
                        x.view(rows.lowerBound), MatrixView(w, stride: inputs),
                        into: y.row(rows.lowerBound), cStride: outputs, m: rows.count, n: outputs,
                        k: inputs, beta: 1)
                }
            }
        case .packed(let forward, _):
            Self.round(x, rows, for: forward) { tile, operand, _ in
                unsafe operand.multiply(
                    by: forward, rows: tile.count, into: y.row(tile.lowerBound), stride: outputs)
            }
        }
    }

    /// Writes, or adds, what some rows of y hand back to x: ∂x (N, inputs) of ∂y (N, outputs).
    func pull(_ dy: Rows, _ rows: Range<Int>, into dx: Rows, adding: Bool = false) {
        switch storage {
        case .mapped(let weight, _):
            unsafe weight.span.withUnsafeBufferPointer { weight in
                guard let w = weight.baseAddress else { return }
                unsafe multiply(
                    dy.view(rows.lowerBound), MatrixView(w, stride: inputs),
                    into: dx.row(rows.lowerBound), cStride: inputs, m: rows.count, n: inputs,
                    k: outputs, beta: adding ? 1 : 0)
            }
        case .packed(_, let backward):
            Self.round(dy, rows, for: backward) { tile, operand, scratch in
                let between =
                    unsafe adding
                    ? scratch.floats(tile.count * inputs) : dx.row(tile.lowerBound)
                unsafe operand.multiply(
                    by: backward, rows: tile.count, into: between, stride: inputs)
                guard adding else { return }
                unsafe passes.add(
                    between, to: dx.row(tile.lowerBound), count: tile.count * inputs)
            }
        }
    }

    /// Rounds rows of x, a tile at a time, and hands each on with scratch.
    private static func round(
        _ x: Rows, _ rows: Range<Int>, for matrix: PackedMatrix,
        _ body: (Range<Int>, Operand, Scratch) -> Void
    ) {
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: tile) {
            let tile = first..<min(first + tile, rows.upperBound)
            Scratch.lend { scratch in
                let operand = Operand(
                    matrix.precision, rows: tile.count, columns: x.width, in: scratch)
                let row = unsafe scratch.floats(x.width)
                for index in tile {
                    unsafe row.update(from: x.row(index), count: x.width)
                    unsafe operand.store(row, row: index - first)
                }
                body(tile, operand, scratch)
            }
        }
    }
}
