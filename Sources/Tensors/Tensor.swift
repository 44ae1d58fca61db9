// SPDX-License-Identifier: Apache-2.0

/// A dense array of 32-bit floats in row-major order: the last axis is contiguous.
///
/// A tensor owns its values and is copied on write. Weights, which are mapped and never written, are
/// a type of their own in the module `Weights`; kernels take both as spans.
package struct Tensor: Sendable, Equatable {
    /// The length of each axis, outermost first.
    package private(set) var shape: [Int]
    /// The elements; as many as the product of `shape`.
    package var values: [Float]

    /// Wraps `values` as a tensor of the given shape.
    package init(shape: [Int], values: [Float]) {
        precondition(
            values.count == shape.reduce(1, *),
            "a tensor of shape \(shape) does not hold \(values.count) values")
        self.shape = shape
        self.values = values
    }

    /// Makes a tensor of zeros.
    package init(zeros shape: [Int]) {
        self.init(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
    }

    /// The number of elements.
    package var count: Int { values.count }
    /// The length of the last axis.
    package var columns: Int { shape.last ?? 1 }
    /// The number of rows when every axis but the last is folded into one.
    package var rows: Int { columns == 0 ? 0 : count / columns }

    /// The same values under another shape of the same size.
    package consuming func reshaped(_ shape: [Int]) -> Tensor {
        precondition(
            shape.reduce(1, *) == count, "cannot view \(self.shape) as \(shape): sizes differ")
        self.shape = shape
        return self
    }

    /// A copy of the slices `range` along the first axis.
    package func slices(_ range: Range<Int>) -> Tensor {
        let stride = shape.dropFirst().reduce(1, *)
        return Tensor(
            shape: [range.count] + shape.dropFirst(),
            values: Array(values[range.lowerBound * stride..<range.upperBound * stride]))
    }
}
