// SPDX-License-Identifier: Apache-2.0

import Products

/// The coarsest level of encoder and decoder: a residual block, attention, a residual block.
struct MiddleBlock: Sendable {
    let first: ResidualBlock
    let attention: SpatialAttention
    let second: ResidualBlock

    /// The next frame, (H, W, C) to (H, W, C).
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> PixelFrame {
        second(attention(first(frame, &cache)), &cache)
    }
}
