// SPDX-License-Identifier: Apache-2.0
//
// H heads of D channels, d = H·D; N queries, M keys.

import Glibc
import Products
import Tensors

/// Attention O = P·V, P = softmax(S), S = Q·Kᵀ/√D + bias, head by head.
///
/// Forward keeps the logarithm of each row's sum. Backward makes P from it again, a few queries at a
/// time, so that no more than a block of N × M is ever there: with Δ = Σ ∂O·O of a row,
/// ∂V += Pᵀ·∂O, ∂P = ∂O·Vᵀ, ∂S = P·(∂P − Δ), ∂Q = ∂S·K/√D, ∂K += ∂Sᵀ·Q/√D. Dao et al.,
/// arXiv 2205.14135.
struct AttentionPass {
    let shape: AttentionShape
    /// Q, (N, d).
    let q: Rows
    /// K, (M, d).
    let k: Rows
    /// V, (M, d).
    let v: Rows
    /// Added to the logit of each key in units of ln 2, (M), or empty.
    private let bias: [Float]

    /// * `bias`: Added to the logit of each key, (M), or empty.
    init(shape: AttentionShape, q: Rows, k: Rows, v: Rows, bias: [Float] = []) {
        precondition(bias.isEmpty || bias.count == k.count)
        self.shape = shape
        self.q = q
        self.k = k
        self.v = v
        self.bias = bias.map { $0 * Self.log2e }
    }

    private static let log2e: Float = 1.442_695_04
    private var factor: Float { 1 / Float(shape.channels).squareRoot() }
    /// Queries that are worked on at once.
    private var block: Int { k.count <= 4_096 ? 128 : 64 }

    /// `rows` in blocks.
    private func blocks(_ rows: Range<Int>) -> [Range<Int>] {
        stride(from: rows.lowerBound, to: rows.upperBound, by: block).map {
            $0..<min($0 + block, rows.upperBound)
        }
    }

    /// All queries and heads, on all processors.
    ///
    /// * `o`: O, (N, d), written.
    /// * `logSums`: (N, H), written.
    func apply(into o: Rows, logSums: Rows) {
        let blocks = blocks(0..<q.count)
        parallelForEach(shape.heads * blocks.count) { item in
            apply(
                head: item / blocks.count, blocks[item % blocks.count], into: o, logSums: logSums)
        }
    }

    /// Some queries, all heads, on the calling thread.
    func apply(_ rows: Range<Int>, into o: Rows, logSums: Rows) {
        for head in 0..<shape.heads {
            for rows in blocks(rows) { apply(head: head, rows, into: o, logSums: logSums) }
        }
    }

    private func apply(head: Int, _ rows: Range<Int>, into o: Rows, logSums: Rows) {
        let (m, column, first) = (k.count, head * shape.channels, rows.lowerBound)
        Scratch.lend { scratch in
            let weights = unsafe scratch.floats(rows.count * m)
            unsafe multiplyTransposed(
                q.view(first, column: column), k.view(0, column: column), into: weights,
                cStride: m, m: rows.count, n: m, k: shape.channels)
            let sums = unsafe scratch.floats(rows.count)
            unsafe withBias { bias in
                for row in rows {
                    let found = unsafe passes.exponentiate(
                        weights + (row - first) * m, scale: factor * Self.log2e, bias: bias,
                        count: m)
                    unsafe logSums.row(row)[head] = found.maximum + log2f(found.sum)
                    unsafe sums[row - first] = found.sum
                }
            }
            unsafe multiply(
                MatrixView(weights, stride: m), v.view(0, column: column),
                into: o.row(first) + column, cStride: o.width, m: rows.count, n: shape.channels,
                k: m)
            for row in rows {
                unsafe passes.scale(
                    o.row(row) + column, by: 1 / sums[row - first], count: shape.channels)
            }
        }
    }

    /// What the forward gave and what comes back of it.
    struct Returned {
        /// O, (N, d).
        let o: Rows
        /// ∂O, (N, d).
        let gradient: Rows
        /// (N, H).
        let logSums: Rows
    }

    /// ∂Q (N, d), ∂K and ∂V (M, d) of all queries, written on all processors.
    func pull(_ returned: Returned, dq: Rows, dk: Rows, dv: Rows) {
        parallelForEach(shape.heads) { head in
            pull(head: head, 0..<q.count, returned, dq: dq, dk: dk, dv: dv, keyRow: 0)
        }
    }

    /// The same of some queries, on the calling thread; ∂K and ∂V are theirs alone.
    ///
    /// * `keyRow`: The row of `dk` and `dv` from which on they are written.
    func pull(
        _ rows: Range<Int>, _ returned: Returned, dq: Rows, dk: Rows, dv: Rows, keyRow: Int
    ) {
        for head in 0..<shape.heads {
            pull(head: head, rows, returned, dq: dq, dk: dk, dv: dv, keyRow: keyRow)
        }
    }

    private func pull(
        head: Int, _ all: Range<Int>, _ returned: Returned, dq: Rows, dk: Rows, dv: Rows,
        keyRow: Int
    ) {
        let (m, channels, column) = (k.count, shape.channels, head * shape.channels)
        let width = q.width
        Scratch.lend { scratch in
            let p = unsafe scratch.floats(block * m)
            let dp = unsafe scratch.floats(block * m)
            for rows in blocks(all) {
                let first = rows.lowerBound
                let beta: Float = first == all.lowerBound ? 0 : 1
                unsafe multiplyTransposed(
                    q.view(first, column: column), k.view(0, column: column), into: p,
                    cStride: m, m: rows.count, n: m, k: channels)
                unsafe multiplyTransposed(
                    returned.gradient.view(first, column: column), v.view(0, column: column),
                    into: dp, cStride: m, m: rows.count, n: m, k: channels)
                unsafe withBias { bias in
                    for row in rows {
                        let mean = unsafe passes.dot(
                            returned.o.row(row) + column, returned.gradient.row(row) + column,
                            count: channels)
                        let offset = (row - first) * m
                        unsafe passes.exponentiate(
                            p + offset, scale: factor * Self.log2e, bias: bias,
                            logSum: returned.logSums.row(row)[head], count: m)
                        unsafe passes.pullSoftmax(
                            p + offset, dp + offset, mean: mean, factor: factor, count: m)
                    }
                }
                unsafe multiplyTransposingFirst(
                    MatrixView(p, stride: m), returned.gradient.view(first, column: column),
                    into: dv.row(keyRow) + column, cStride: width, m: m, n: channels,
                    k: rows.count, beta: beta)
                unsafe multiplyTransposingFirst(
                    MatrixView(dp, stride: m), q.view(first, column: column),
                    into: dk.row(keyRow) + column, cStride: width, m: m, n: channels,
                    k: rows.count, beta: beta)
                unsafe multiply(
                    MatrixView(dp, stride: m), k.view(0, column: column),
                    into: dq.row(first) + column, cStride: width, m: rows.count, n: channels,
                    k: m)
            }
        }
    }

    private func withBias(_ body: (UnsafePointer<Float>?) -> Void) {
        guard !bias.isEmpty else { return body(nil) }
        unsafe bias.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}
