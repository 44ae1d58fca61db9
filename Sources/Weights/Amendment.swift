// SPDX-License-Identifier: Apache-2.0
//
// O rows of a tensor, I columns when all axes but the first are folded into one; r rank.

import Tensors

/// What is added to a tensor as it is taken from its store: W + Σ scale·B·A + Σ scale·D.
package struct Amendment: Sendable {
    private enum Term {
        case product(up: StoredTensor, down: StoredTensor, scale: Float)
        case difference(StoredTensor, scale: Float)
    }

    private var terms: [Term] = []

    /// Nothing yet.
    package init() {}

    /// Adds scale·B·A.
    ///
    /// * `up`: B, (O, r).
    /// * `down`: A, (r, I).
    package mutating func add(up: StoredTensor, down: StoredTensor, scale: Float) {
        let rank = down.shape.first ?? 0
        precondition(
            rank > 0 && up.count == (up.shape.first ?? 0) * rank,
            "factors \(up.shape) and \(down.shape) have no common rank")
        terms.append(.product(up: up, down: down, scale: scale))
    }

    /// Adds scale·D.
    package mutating func add(difference: StoredTensor, scale: Float) {
        terms.append(.difference(difference, scale: scale))
    }

    /// The tensor with everything added, a copy; the products run on all processors.
    func applied(to weight: Weight) -> Weight {
        let (count, rows) = (weight.span.count, weight.shape.first ?? 1)
        let owned = OwnedFloats(count: count)
        unsafe owned.start.initialize(from: weight.start, count: count)
        for term in terms {
            switch term {
            case .product(let up, let down, let scale):
                let (rank, columns) = (down.shape[0], count / rows)
                precondition(
                    up.count == rows * rank && down.count == rank * columns,
                    "factors \(up.shape) and \(down.shape) do not make \(weight.shape)")
                let (b, a) = (up.read(), down.read())
                parallelFor(rows, grain: 16) { range in
                    unsafe multiply(
                        MatrixView(b.start + range.lowerBound * rank, stride: rank),
                        MatrixView(a.start, stride: columns),
                        into: owned.start + range.lowerBound * columns, cStride: columns,
                        m: range.count, n: columns, k: rank, alpha: scale, beta: 1)
                }
            case .difference(let difference, let scale):
                precondition(
                    difference.count == count,
                    "a difference \(difference.shape) of \(weight.shape)")
                let values = difference.read()
                parallelFor(count, grain: 1 << 16) { range in
                    for i in range { unsafe owned.start[i] += scale * values.start[i] }
                }
            }
        }
        return unsafe Weight(shape: weight.shape, start: UnsafePointer(owned.start), owner: owned)
    }
}
