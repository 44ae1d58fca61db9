// SPDX-License-Identifier: Apache-2.0
//
// M rows, K columns.

import CKernels

/// Some rows of activations in the format of a product's left operand.
@safe package struct Operand {
    package let precision: Precision
    /// K.
    package let columns: Int
    private let bytes: UnsafeMutableRawPointer
    private let scales: UnsafeMutablePointer<Float>
    private let format: row_format

    /// Rows at most `rows` of `columns` in scratch of the calling thread.
    package init(_ precision: Precision, rows: Int, columns: Int, in scratch: Scratch) {
        self.precision = precision
        self.columns = columns
        format = precision.format
        unsafe bytes = scratch.take(rows * columns * Element(format).bytes)
        unsafe scales = scratch.take(rows * 4).assumingMemoryBound(to: Float.self)
    }

    private func row(_ row: Int) -> UnsafeMutableRawPointer {
        unsafe bytes + row * columns * Element(format).bytes
    }

    /// Stores one row, (K) in float32, which may be rounded in place.
    package func store(_ x: UnsafeMutablePointer<Float>, row index: Int) {
        if !precision.isNative {
            unsafe passes.table.round_to(x, precision.rounding, columns)
        }
        unsafe scales[index] = passes.table.store(x, row(index), format, columns)
    }

    /// Stores one row from bfloat16.
    package func store(_ x: UnsafePointer<UInt16>, row index: Int) {
        unsafe scales[index] = passes.table.store_from_bfloat16(x, row(index), format, columns)
    }

    /// The product with a weight, (M, N) in float32, rows `stride` apart.
    package func multiply(
        by matrix: PackedMatrix, rows: Int, into y: UnsafeMutablePointer<Float>, stride: Int
    ) {
        precondition(matrix.inputs == columns && matrix.precision == precision)
        unsafe matrix.multiply(
            bytes, stride: columns, scales: scales, rows: rows, into: y, stride: stride)
    }

    /// The product with one panel of a weight, rows `stride` apart, and its columns.
    package func multiply(
        byPanel panel: Int, of matrix: PackedMatrix, rows: Int,
        into y: UnsafeMutablePointer<Float>, stride: Int
    ) {
        unsafe matrix.multiply(
            panel: panel, bytes, stride: columns, scales: scales, rows: rows, into: y,
            stride: stride)
    }
}
