// SPDX-License-Identifier: Apache-2.0
//
// N rows, W (outputs, inputs), b (outputs).

import Tensors
import Weights

/// A linear layer that stands still: y = x·Wᵀ + b forward, ∂x = ∂y·W backward.
///
/// Both directions multiply the weight where it is mapped.
struct FrozenLinear: Sendable {
    let inputs: Int
    let outputs: Int
    private let weight: Weight
    private let bias: Weight

    /// Takes `NAME.weight` and `NAME.bias` from the store.
    init(_ store: inout WeightStore, _ name: String, inputs: Int, outputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
        weight = store.take("\(name).weight", [outputs, inputs])
        bias = store.take("\(name).bias", [outputs])
    }

    /// Maps some rows of x (N, inputs) to those of y (N, outputs), on the calling thread.
    func apply(_ x: Rows, _ rows: Range<Int>, into y: Rows) {
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
    }

    /// Writes, or adds, what some rows of y hand back to x: ∂x (N, inputs) of ∂y (N, outputs).
    func pull(_ dy: Rows, _ rows: Range<Int>, into dx: Rows, adding: Bool = false) {
        unsafe weight.span.withUnsafeBufferPointer { weight in
            guard let w = weight.baseAddress else { return }
            unsafe multiply(
                dy.view(rows.lowerBound), MatrixView(w, stride: inputs),
                into: dx.row(rows.lowerBound), cStride: inputs, m: rows.count, n: inputs,
                k: outputs, beta: adding ? 1 : 0)
        }
    }
}
