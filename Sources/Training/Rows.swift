// SPDX-License-Identifier: Apache-2.0
//
// N rows (tokens), C columns (channels).

import Products
import Tensors

/// A matrix (N, C) of float32 that processors fill side by side, rows apart; of any content at first.
@safe final class Rows: @unchecked Sendable {
    // Unchecked: every row is written by one thread at a time.

    /// N.
    let count: Int
    /// C.
    let width: Int
    private let bytes: AlignedBytes

    init(_ count: Int, _ width: Int) {
        self.count = count
        self.width = width
        bytes = AlignedBytes(count: count * width * 4)
    }

    /// A copy of a tensor, its axes but the last folded into one.
    convenience init(_ tensor: Tensor) {
        self.init(tensor.rows, tensor.columns)
        unsafe tensor.values.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { return }
            unsafe row(0).update(from: start, count: values.count)
        }
    }

    var tensor: Tensor {
        Tensor(
            shape: [count, width],
            values: unsafe Array(UnsafeBufferPointer(start: row(0), count: count * width)))
    }

    /// Makes all of it zero.
    func clear() {
        unsafe row(0).update(repeating: 0, count: count * width)
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> {
        unsafe bytes.start.assumingMemoryBound(to: Float.self) + index * width
    }

    /// The matrix from a row and a column on, for a product.
    func view(_ row: Int, column: Int = 0) -> MatrixView {
        unsafe MatrixView(self.row(row) + column, stride: width)
    }
}

/// Passes over some rows, on the calling thread; both sides have the same shape.
extension Rows {
    /// y = x.
    func copy(_ rows: Range<Int>, into y: Rows) {
        unsafe y.row(rows.lowerBound).update(
            from: row(rows.lowerBound), count: rows.count * width)
    }

    /// y = x·gate, row by row.
    func multiply(_ rows: Range<Int>, by gate: [Float], into y: Rows) {
        unsafe gate.withUnsafeBufferPointer { gate in
            guard let gate = gate.baseAddress else { return }
            for index in rows {
                unsafe passes.multiply(row(index), by: gate, into: y.row(index), count: width)
            }
        }
    }

    /// x += y·gate; nil is 1.
    func add(_ y: Rows, _ rows: Range<Int>, gatedBy gate: [Float]? = nil) {
        func add(_ gate: UnsafePointer<Float>?) {
            for index in rows {
                unsafe passes.add(y.row(index), gatedBy: gate, to: row(index), count: width)
            }
        }
        guard let gate else { return add(nil) }
        unsafe gate.withUnsafeBufferPointer { unsafe add($0.baseAddress) }
    }

    /// x += y, y beginning at another row.
    func add(_ y: Rows, from first: Int, _ rows: Range<Int>) {
        for index in rows {
            unsafe passes.add(y.row(first + index), to: row(index), count: width)
        }
    }

    /// GELU, in place.
    func applyGELU(_ rows: Range<Int>) {
        for index in rows { unsafe passes.applyGELU(row(index), count: width) }
    }

    /// Turns ∂y into what GELU of these rows hands back, and these rows into GELU of them.
    func pullGELU(_ dy: Rows, _ rows: Range<Int>) {
        for index in rows { unsafe passes.pullGELU(row(index), dy.row(index), count: width) }
    }

    /// Turns the channel pairs of every head by the angles of its row, in place.
    func rotate(_ rows: Range<Int>, by angles: RotaryAngles) {
        let pairs = angles.cosines.columns
        unsafe angles.cosines.values.withUnsafeBufferPointer { cosines in
            unsafe angles.sines.values.withUnsafeBufferPointer { sines in
                guard let c = cosines.baseAddress, let s = sines.baseAddress else { return }
                for index in rows {
                    unsafe passes.rotate(
                        row(index), count: width, headChannels: 2 * pairs,
                        cosines: c + index * pairs, sines: s + index * pairs)
                }
            }
        }
    }
}

/// Cuts `0..<count` into one range a processor and runs them side by side.
///
/// * `body`: Gets the number of the range, of `rangeCount(count)`, and the range.
func forEachRange(_ count: Int, _ body: (Int, Range<Int>) -> Void) {
    let parts = rangeCount(count)
    parallelForEach(parts) { body($0, count * $0 / parts..<count * ($0 + 1) / parts) }
}

/// How many ranges `forEachRange` makes.
func rangeCount(_ count: Int) -> Int { max(1, min(processorCount, count / 16)) }
