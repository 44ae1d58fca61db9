// SPDX-License-Identifier: Apache-2.0
//
// C channels, H rows, W columns.

import Products
import Tensors
import Weights

/// Gives each pixel's channels unit root mean square, times a learnt factor a channel.
///
/// y = x / max(‖x‖, 1e-12) · √C · γ (diffusers v0.42.1, `WanRMS_norm`).
struct ChannelNormalization: Sendable {
    /// γ, (C).
    private let factors: [Float]
    /// Of the convolution that takes the result.
    private let precision: Precision

    /// Wraps γ, (C, 1, …), for a convolution of the given precision.
    init(factors: Weight, precision: Precision) {
        self.factors = factors.tensor.values
        self.precision = precision
    }

    /// The normalised frame, (H, W, C).
    func callAsFunction(_ frame: PixelFrame) -> PixelFrame {
        frame.normalized(by: factors, activated: false, for: precision)
    }

    /// The normalised frame through SiLU, (H, W, C).
    func activated(_ frame: PixelFrame) -> PixelFrame {
        frame.normalized(by: factors, activated: true, for: precision)
    }
}
