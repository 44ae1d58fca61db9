// SPDX-License-Identifier: Apache-2.0

import CKernels

/// The passes between products, for this processor.
@safe package struct Passes: @unchecked Sendable {
    // Unchecked: the table is constant.
    let table: row_kernels

    fileprivate init() { unsafe table = kernels_for_this_processor().pointee }

    /// What they were compiled for: `avx512`, `avx2` or `baseline`.
    package var name: String { unsafe String(cString: table.name) }
    var isBest: Bool { name == "avx512" }
}

package let passes = Passes()

// One row a call, on the calling thread; every row has `count` elements.
extension Passes {
    /// Layer normalisation of `x` into `y`, then y·scale + shift.
    ///
    /// y = (x − mean) / √(variance + epsilon); the variance is the biased one, as in PyTorch.
    package func layerNormalize(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, epsilon: Float,
        scale: UnsafePointer<Float>, shift: UnsafePointer<Float>
    ) {
        unsafe table.layer_norm(x, y, count, epsilon, scale, shift)
    }

    /// Root-mean-square normalisation, then x·scale, in place.
    ///
    /// x = x / √(mean(x²) + epsilon). Zhang and Sennrich, arXiv 1910.07467.
    package func rootMeanSquareNormalize(
        _ x: UnsafeMutablePointer<Float>, count: Int, epsilon: Float, scale: UnsafePointer<Float>
    ) {
        unsafe table.rms_norm(x, count, epsilon, scale)
    }

    /// Turns the channel pairs (2i, 2i + 1) of every head, in place.
    ///
    /// * `cosines`, `sines`: (channels / 2), of this row.
    package func rotate(
        _ x: UnsafeMutablePointer<Float>, count: Int, headChannels: Int,
        cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>
    ) {
        unsafe table.rotate(x, count, headChannels, cosines, sines)
    }

    /// GELU in its tanh form, in place: ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
    package func applyGELU(_ x: UnsafeMutablePointer<Float>, count: Int) {
        unsafe table.gelu(x, count)
    }

    /// x + y·gate, in place; nil is 1.
    package func add(
        _ y: UnsafePointer<Float>, gatedBy gate: UnsafePointer<Float>? = nil,
        to x: UnsafeMutablePointer<Float>, count: Int
    ) {
        unsafe table.add_gated(x, y, gate, count)
    }

    /// Rounds a row to bfloat16.
    package func round(
        _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt16>, count: Int
    ) {
        _ = unsafe table.store(x, y, ROW_BFLOAT16, count)
    }
}
