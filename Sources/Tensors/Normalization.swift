// SPDX-License-Identifier: Apache-2.0
//
// N rows (tokens), C columns (channels).

import Glibc

extension Tensor {
    /// Runs `body` on every row in place, on all processors.
    private mutating func forEachRow(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        let (rowCount, width) = (rows, columns)
        unsafe values.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            parallelFor(rowCount, grain: max(1, 8_192 / width)) { range in
                for row in range { unsafe body(start + row * width) }
            }
        }
    }

    /// Layer normalisation over the last axis, then y·scale + shift, in place.
    ///
    /// y = (x − mean) / √(variance + epsilon); the variance is the biased one, as in PyTorch.
    ///
    /// * `scale`: (C).
    /// * `shift`: (C).
    package mutating func layerNormalize(
        epsilon: Float, scale: Span<Float>, shift: Span<Float>
    ) {
        let width = columns
        precondition(
            scale.count == width && shift.count == width, "scale, shift are not (\(width))")
        unsafe scale.withUnsafeBufferPointer { scale in
            unsafe shift.withUnsafeBufferPointer { shift in
                unsafe forEachRow { row in
                    let mean = unsafe sum(row, count: width) / Float(width)
                    let variance =
                        unsafe sumOfSquares(row, count: width, around: mean) / Float(width)
                    let inverse = 1 / (variance + epsilon).squareRoot()
                    for i in 0..<width {
                        unsafe row[i] = (row[i] - mean) * inverse * scale[i] + shift[i]
                    }
                }
            }
        }
    }

    /// Root-mean-square normalisation over the last axis, then y·scale, in place.
    ///
    /// y = x / √(mean(x²) + epsilon). Zhang and Sennrich, arXiv 1910.07467.
    ///
    /// * `scale`: (C).
    package mutating func rootMeanSquareNormalize(epsilon: Float, scale: Span<Float>) {
        let width = columns
        precondition(scale.count == width, "scale of \(scale.count) is not (\(width))")
        unsafe scale.withUnsafeBufferPointer { scale in
            unsafe forEachRow { row in
                let meanSquare = unsafe sumOfSquares(row, count: width) / Float(width)
                let inverse = 1 / (meanSquare + epsilon).squareRoot()
                for i in 0..<width { unsafe row[i] = row[i] * inverse * scale[i] }
            }
        }
    }

    /// Adds `other`, in place; both have the same shape.
    package mutating func add(_ other: Tensor) {
        precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
        unsafe values.withUnsafeMutableBufferPointer { x in
            unsafe other.values.withUnsafeBufferPointer { y in
                parallelFor(x.count, grain: 16_384) { range in
                    for i in range { unsafe x[i] += y[i] }
                }
            }
        }
    }

    /// Multiplies by `other` element by element, in place; both have the same shape.
    package mutating func multiply(by other: Tensor) {
        precondition(shape == other.shape, "cannot multiply \(shape) by \(other.shape)")
        unsafe values.withUnsafeMutableBufferPointer { x in
            unsafe other.values.withUnsafeBufferPointer { y in
                parallelFor(x.count, grain: 16_384) { range in
                    for i in range { unsafe x[i] *= y[i] }
                }
            }
        }
    }
}
