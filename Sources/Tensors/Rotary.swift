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
