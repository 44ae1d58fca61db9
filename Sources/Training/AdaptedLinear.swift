// SPDX-License-Identifier: Apache-2.0
//
// N rows, r rank, s = alpha/r, A (r, inputs), B (outputs, r).

import Tensors

/// A frozen linear layer with low-rank factors beside it: y = x·Wᵀ + b + s·u·Bᵀ with u = x·Aᵀ.
///
/// Backward, with ∂u = s·∂y·B: ∂x = ∂y·W + ∂u·A, ∂A += ∂uᵀ·x, ∂B += s·∂yᵀ·u.
struct AdaptedLinear: Sendable {
    let linear: FrozenLinear
    /// Its number among all projections in the order of the network.
    let index: Int

    /// Maps some rows of x (N, inputs) to those of y (N, outputs), on the calling thread.
    ///
    /// * `u`: (N, r), kept for the backward.
    func apply(_ x: Rows, _ rows: Range<Int>, _ factors: Factors, u: Rows, into y: Rows) {
        linear.apply(x, rows, into: y)
        guard let factor = factors[index] else { return }
        project(x, rows, factors, u: u)
        let (first, r) = (rows.lowerBound, factor.rank)
        unsafe multiplyTransposed(
            u.view(first), MatrixView(factor.up, stride: r), into: y.row(first),
            cStride: factor.outputs, m: rows.count, n: factor.outputs, k: r, alpha: factor.scale,
            beta: 1)
    }

    /// Writes some rows of u alone, on the calling thread.
    func project(_ x: Rows, _ rows: Range<Int>, _ factors: Factors, u: Rows) {
        guard let factor = factors[index] else { return }
        let (first, r) = (rows.lowerBound, factor.rank)
        unsafe multiplyTransposed(
            x.view(first), MatrixView(factor.down, stride: factor.inputs), into: u.row(first),
            cStride: r, m: rows.count, n: r, k: factor.inputs)
    }

    /// Writes what some rows of y hand back, on the calling thread.
    ///
    /// * `du`: ∂u, (N, r), kept for `FactorGradient`.
    /// * `dx`: ∂x, (N, inputs), written or added to; nil where nobody wants it.
    func pull(
        _ dy: Rows, _ rows: Range<Int>, _ factors: Factors, du: Rows, into dx: Rows?,
        adding: Bool = false
    ) {
        if let dx { linear.pull(dy, rows, into: dx, adding: adding) }
        guard let factor = factors[index] else { return }
        let (first, r) = (rows.lowerBound, factor.rank)
        unsafe multiply(
            dy.view(first), MatrixView(factor.up, stride: r), into: du.row(first), cStride: r,
            m: rows.count, n: r, k: factor.outputs, alpha: factor.scale)
        guard let dx else { return }
        unsafe multiply(
            du.view(first), MatrixView(factor.down, stride: factor.inputs), into: dx.row(first),
            cStride: factor.inputs, m: rows.count, n: factor.inputs, k: r, beta: 1)
    }
}

/// What ∂A and ∂B of one projection are made of, once all rows are there.
struct FactorGradient {
    let factor: Factor
    let x: Rows
    let u: Rows
    let dy: Rows
    let du: Rows

    /// Adds up the gradients of many projections side by side.
    static func accumulate(_ gradients: [FactorGradient]) {
        parallelForEach(2 * gradients.count) { item in
            let gradient = gradients[item / 2]
            if item % 2 == 0 { gradient.accumulateDown() } else { gradient.accumulateUp() }
        }
    }

    private func accumulateDown() {
        guard let target = unsafe factor.downGradient else { return }
        unsafe multiplyTransposingFirst(
            du.view(0), x.view(0), into: target, cStride: factor.inputs, m: factor.rank,
            n: factor.inputs, k: x.count, beta: 1)
    }

    private func accumulateUp() {
        guard let target = unsafe factor.upGradient else { return }
        unsafe multiplyTransposingFirst(
            dy.view(0), u.view(0), into: target, cStride: factor.rank, m: factor.outputs,
            n: factor.rank, k: x.count, alpha: factor.scale, beta: 1)
    }
}
