// SPDX-License-Identifier: Apache-2.0
//
// M rows of the result, N columns of the result, K the axis summed over.

import COpenBLAS

/// OpenBLAS is used one call, one thread: the engine splits the work itself, in `parallelFor`.
///
/// OpenBLAS's own documentation asks for this when the caller has threads.
private let singleThreaded: Void = openblas_set_num_threads(1)

/// What the products are computed with: OpenBLAS's version and the kind of processor that it
/// chose its kernels for, on which the last bits depend.
///
/// Calls `openblas_get_config`.
package let productArithmetic = unsafe String(cString: openblas_get_config())

/// One operand of a product: where it starts, and how far apart its rows are.
@safe package struct MatrixView {
    let start: UnsafePointer<Float>
    let stride: Int

    /// A matrix whose rows begin `stride` elements apart, starting at `start`.
    package init(_ start: UnsafePointer<Float>, stride: Int) {
        unsafe self.start = start
        self.stride = stride
    }
}

/// Writes C = alpha·A·Bᵀ + beta·C on the calling thread.
///
/// Calls `cblas_sgemm`.
///
/// * `a`: A, (M, K).
/// * `b`: B, (N, K): the layout of a linear layer's weight.
/// * `c`: C, (M, N), rows `cStride` apart.
package func multiplyTransposed(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>, cStride: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
) {
    _ = singleThreaded
    unsafe cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(m), blasint(n), blasint(k), alpha,
        a.start, blasint(a.stride), b.start, blasint(b.stride), beta, c, blasint(cStride))
}

/// Writes C = alpha·A·B + beta·C on the calling thread.
///
/// Calls `cblas_sgemm`.
///
/// * `a`: A, (M, K).
/// * `b`: B, (K, N).
/// * `c`: C, (M, N), rows `cStride` apart.
package func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>, cStride: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
) {
    _ = singleThreaded
    unsafe cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha,
        a.start, blasint(a.stride), b.start, blasint(b.stride), beta, c, blasint(cStride))
}

/// Writes C = alpha·Aᵀ·B + beta·C on the calling thread.
///
/// Calls `cblas_sgemm`.
///
/// * `a`: A, (K, M).
/// * `b`: B, (K, N).
/// * `c`: C, (M, N), rows `cStride` apart.
package func multiplyTransposingFirst(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>, cStride: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
) {
    _ = singleThreaded
    unsafe cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), alpha,
        a.start, blasint(a.stride), b.start, blasint(b.stride), beta, c, blasint(cStride))
}

extension Tensor {
    /// The linear map x·Wᵀ + b over the last axis, on all processors.
    ///
    /// * `weight`: W, (N, K) with K the length of the last axis.
    /// * `bias`: b, (N), or an empty span.
    /// * Returns the tensor with its last axis replaced by N.
    package func linear(_ weight: Span<Float>, bias: Span<Float>, outputs n: Int) -> Tensor {
        let (m, k) = (rows, columns)
        precondition(weight.count == n * k, "weight of \(weight.count) is not (\(n), \(k))")
        precondition(bias.isEmpty || bias.count == n, "bias of \(bias.count) is not (\(n))")
        var result = Tensor(zeros: shape.dropLast() + [n])
        unsafe values.withUnsafeBufferPointer { x in
            unsafe weight.withUnsafeBufferPointer { w in
                unsafe bias.withUnsafeBufferPointer { b in
                    unsafe result.values.withUnsafeMutableBufferPointer { y in
                        guard let x0 = x.baseAddress, let w0 = w.baseAddress,
                            let y0 = y.baseAddress
                        else { return }
                        let product = { (rows: Range<Int>, columns: Range<Int>) in
                            if let b0 = b.baseAddress, !b.isEmpty {
                                for row in rows {
                                    unsafe (y0 + row * n + columns.lowerBound)
                                        .update(
                                            from: b0 + columns.lowerBound, count: columns.count)
                                }
                            }
                            unsafe multiplyTransposed(
                                unsafe MatrixView(x0 + rows.lowerBound * k, stride: k),
                                unsafe MatrixView(w0 + columns.lowerBound * k, stride: k),
                                into: unsafe y0 + rows.lowerBound * n + columns.lowerBound,
                                cStride: n, m: rows.count, n: columns.count, k: k,
                                beta: b.isEmpty ? 0 : 1)
                        }
                        // Splitting the longer axis keeps both halves close to square.
                        if m >= n {
                            parallelFor(m, grain: 16) { product($0, 0..<n) }
                        } else {
                            parallelFor(n, grain: 16) { product(0..<m, $0) }
                        }
                    }
                }
            }
        }
        return result
    }
}
