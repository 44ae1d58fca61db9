// SPDX-License-Identifier: Apache-2.0
//
// N tokens, H heads of D channels.

import CKernels
package import Tensors

/// Queries or keys in the format of products, head after head, (H, N, D), made row by row.
@safe package final class HeadRows: @unchecked Sendable {
    // Unchecked: each row is written by one thread, before anybody reads.

    /// N.
    package let rows: Int
    package let shape: AttentionShape
    package let precision: Precision
    let bytes: AlignedBytes
    /// (H, N); of int8 rows.
    let scales: [UnsafeMutablePointer<Float>]
    private let scaleBytes: AlignedBytes
    let element: Element
    private let format: row_format

    /// Rows of no content yet.
    ///
    /// * `areQueries`: Left operands of products; the unsigned ones of int8 are the faster.
    package init(
        rows: Int, shape: AttentionShape, precision: Precision, areQueries: Bool = false
    ) {
        self.rows = rows
        self.shape = shape
        self.precision = precision
        format =
            areQueries && precision.format == ROW_INT8 ? ROW_UINT8 : precision.format
        element = Element(format)
        bytes = AlignedBytes(count: rows * shape.width * element.bytes)
        scaleBytes = AlignedBytes(count: shape.heads * rows * 4)
        let start = unsafe scaleBytes.start.assumingMemoryBound(to: Float.self)
        unsafe scales = (0..<shape.heads).map { unsafe start + $0 * rows }
    }

    /// Stores one row (H·D) of float32, which may be rounded in place.
    package func store(_ x: UnsafeMutablePointer<Float>, row: Int) {
        let width = shape.channels
        for head in 0..<shape.heads {
            let source = unsafe x + head * width
            if !precision.isNative {
                unsafe passes.table.round_to(source, precision.rounding, width)
            }
            unsafe scales[head][row] = passes.table.store(
                source, start(row: row, head: head), format, width)
        }
    }

    func start(row: Int, head: Int) -> UnsafeMutableRawPointer {
        unsafe bytes.start + (head * rows + row) * shape.channels * element.bytes
    }
}

/// Values of all heads, (M, H·D), made row by row: in bfloat16 where products are in less than
/// float32, from which int8 is made block by block.
@safe package final class ValueRows: @unchecked Sendable {
    // Unchecked: each row is written by one thread, before anybody reads.
    let bytes: AlignedBytes
    private let format: row_format
    private let precision: Precision
    private let width: Int

    /// Rows of no content yet.
    package init(rows: Int, shape: AttentionShape, precision: Precision) {
        self.precision = precision
        format = precision.format == ROW_FLOAT32 ? ROW_FLOAT32 : ROW_BFLOAT16
        width = shape.width
        bytes = AlignedBytes(count: rows * width * Element(format).bytes)
    }

    /// Stores one row (H·D) of float32, which may be rounded in place.
    package func store(_ x: UnsafeMutablePointer<Float>, row: Int) {
        if !precision.isNative, precision != .float32 {
            unsafe passes.table.round_to(x, ROW_BFLOAT16, width)
        }
        _ = unsafe passes.table.store(
            x, bytes.start + row * width * Element(format).bytes, format, width)
    }
}

extension AttentionShape {
    /// H·D.
    package var width: Int { heads * channels }
}
