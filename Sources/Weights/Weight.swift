// SPDX-License-Identifier: Apache-2.0

package import Tensors

/// A read-only float32 tensor of a checkpoint.
///
/// Values that the file holds as aligned float32 stay where they are mapped; others are converted
/// once. Copies share the storage, which lives as long as any of them.
@safe package struct Weight: @unchecked Sendable {
    // Unchecked: the storage is never written after the initialiser.

    /// The length of each axis, outermost first.
    package let shape: [Int]
    let start: UnsafePointer<Float>
    private let count: Int
    /// Whatever keeps `start` valid: the mapped file, or the converted values.
    private let owner: AnyObject

    /// Views `count` floats at `start`, which stay valid while `owner` lives.
    init(shape: [Int], start: UnsafePointer<Float>, owner: AnyObject) {
        self.shape = shape
        unsafe self.start = start
        self.count = shape.reduce(1, *)
        self.owner = owner
    }

    /// Owns a copy of `values`, of the given shape.
    package init(shape: [Int], values: [Float]) {
        let owned = OwnedFloats(count: values.count)
        unsafe owned.start.initialize(from: values, count: values.count)
        unsafe self.init(shape: shape, start: UnsafePointer(owned.start), owner: owned)
        precondition(count == values.count, "\(values.count) values are not \(shape)")
    }

    /// The values in row-major order.
    package var span: Span<Float> {
        @_lifetime(borrow self)
        get {
            let span = unsafe Span(_unsafeStart: start, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }

    /// Whether no value is infinite or NaN.
    package var isFinite: Bool {
        // The largest exponent, and only after the loop what it means: so the loop is vectorised.
        var largest: UInt32 = 0
        for i in 0..<count {
            largest = max(largest, unsafe start[i].bitPattern & Float.infinity.bitPattern)
        }
        return largest < Float.infinity.bitPattern
    }

    /// A copy as a tensor.
    package var tensor: Tensor {
        Tensor(shape: shape, values: unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    }
}

/// Floats on the heap, freed with the last reference.
@safe final class OwnedFloats {
    let start: UnsafeMutablePointer<Float>

    init(count: Int) {
        unsafe start = .allocate(capacity: max(1, count))
    }

    deinit { unsafe start.deallocate() }
}
