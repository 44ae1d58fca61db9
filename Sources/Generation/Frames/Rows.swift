// SPDX-License-Identifier: Apache-2.0

import Media
import Tensors

/// Makes `count` rows of `length` values side by side on all processors.
///
/// `body` gets the number of a row and its values, all `value` before, and may change only those.
func rows<Value: BitwiseCopyable>(
    _ count: Int, of length: Int, filledWith value: Value, grain: Int = 8,
    _ body: (_ row: Int, _ values: inout MutableSpan<Value>) -> Void
) -> [Value] {
    var values = [Value](repeating: value, count: count * length)
    unsafe values.withUnsafeMutableBufferPointer { buffer in
        parallelFor(count, grain: grain) { range in
            for row in range {
                let part = unsafe UnsafeMutableBufferPointer(
                    rebasing: buffer[row * length..<(row + 1) * length])
                var span = unsafe MutableSpan(_unsafeElements: part)
                body(row, &span)
            }
        }
    }
    return values
}

extension Picture {
    /// Makes a picture row by row: `body` gets y and the row's 3·`width` samples, all 0 before.
    init(
        width: Int, height: Int,
        rows body: (_ y: Int, _ samples: inout MutableSpan<UInt8>) -> Void
    ) {
        self.init(
            width: width, height: height,
            pixels: rows(height, of: 3 * width, filledWith: 0, body))
    }
}

/// The nearest of the levels 0…255.
@inline(__always)
func level(_ value: Float) -> UInt8 {
    UInt8(min(max(value.rounded(), 0), 255))
}
