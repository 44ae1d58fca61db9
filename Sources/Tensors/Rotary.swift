// SPDX-License-Identifier: Apache-2.0
//
// N tokens, H heads, D channels of a head.

/// The cosine and sine by which each token's channel pairs are turned.
///
/// Su et al., RoFormer, arXiv 2104.09864.
package struct RotaryAngles: Sendable {
    /// (N, D/2).
    package let cosines: Tensor
    /// (N, D/2).
    package let sines: Tensor

    /// Wraps two tables of the same shape (N, D/2).
    package init(cosines: Tensor, sines: Tensor) {
        precondition(cosines.shape == sines.shape, "\(cosines.shape) is not \(sines.shape)")
        self.cosines = cosines
        self.sines = sines
    }
}

extension Tensor {
    /// Turns the channel pairs (2i, 2i + 1) of every head, in place; the tensor is (N, H·D).
    package mutating func rotate(by angles: RotaryAngles) {
        let (tokens, width, pairs) = (rows, columns, angles.cosines.columns)
        precondition(angles.cosines.rows == tokens && width % (2 * pairs) == 0)
        unsafe values.withUnsafeMutableBufferPointer { x in
            unsafe angles.cosines.values.withUnsafeBufferPointer { cosines in
                unsafe angles.sines.values.withUnsafeBufferPointer { sines in
                    parallelFor(tokens, grain: max(1, 8_192 / width)) { range in
                        for token in range {
                            for pair in 0..<width / 2 {
                                let at = token * width + 2 * pair
                                let angle = token * pairs + pair % pairs
                                let (a, b) = unsafe (x[at], x[at + 1])
                                let (c, s) = unsafe (cosines[angle], sines[angle])
                                unsafe x[at] = a * c - b * s
                                unsafe x[at + 1] = a * s + b * c
                            }
                        }
                    }
                }
            }
        }
    }
}
