// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width.

import Products

/// Layer normalisation of tokens, y = x̂·scale + shift with x̂ = (x − mean)/√(variance + epsilon).
///
/// Backward: `Passes.pullLayerNorm`. Scale and shift stand still.
struct LayerNormalization: Sendable {
    let epsilon: Float
    /// (d).
    let scale: [Float]
    /// (d).
    let shift: [Float]

    /// Normalises some rows of x into y, both (N, d).
    func apply(_ x: Rows, _ rows: Range<Int>, into y: Rows) {
        unsafe scale.withUnsafeBufferPointer { scale in
            unsafe shift.withUnsafeBufferPointer { shift in
                guard let scale = scale.baseAddress, let shift = shift.baseAddress
                else { return }
                for row in rows {
                    unsafe passes.layerNormalize(
                        x.row(row), into: y.row(row), count: x.width, epsilon: epsilon,
                        scale: scale, shift: shift)
                }
            }
        }
    }

    /// Adds to ∂x what some rows of y hand back.
    func pull(_ x: Rows, _ dy: Rows, _ rows: Range<Int>, addingTo dx: Rows) {
        unsafe scale.withUnsafeBufferPointer { scale in
            guard let scale = scale.baseAddress else { return }
            for row in rows {
                unsafe passes.pullLayerNorm(
                    x.row(row), dy.row(row), addingTo: dx.row(row), count: x.width,
                    epsilon: epsilon, scale: scale)
            }
        }
    }
}

/// Root-mean-square normalisation across all heads, y = x·scale/√(mean(x²) + epsilon).
///
/// Backward: `Passes.pullRootMeanSquareNorm`. The scale stands still.
struct HeadNormalization: Sendable {
    let epsilon: Float
    /// (d).
    let scale: [Float]

    /// Normalises some rows of x into y, both (N, d).
    func apply(_ x: Rows, _ rows: Range<Int>, into y: Rows) {
        x.copy(rows, into: y)
        unsafe scale.withUnsafeBufferPointer { scale in
            guard let scale = scale.baseAddress else { return }
            for row in rows {
                unsafe passes.rootMeanSquareNormalize(
                    y.row(row), count: x.width, epsilon: epsilon, scale: scale)
            }
        }
    }

    /// Turns some rows of ∂y into ∂x.
    func pull(_ x: Rows, _ dy: Rows, _ rows: Range<Int>) {
        unsafe scale.withUnsafeBufferPointer { scale in
            guard let scale = scale.baseAddress else { return }
            for row in rows {
                unsafe passes.pullRootMeanSquareNorm(
                    x.row(row), dy.row(row), count: x.width, epsilon: epsilon, scale: scale)
            }
        }
    }
}
