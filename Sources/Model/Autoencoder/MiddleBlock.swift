// SPDX-License-Identifier: Apache-2.0

import Tensors

/// The coarsest level of encoder and decoder: a residual block, attention, a residual block.
struct MiddleBlock: Sendable {
    let first: ResidualBlock
    let attention: SpatialAttention
    let second: ResidualBlock

    /// The next frame, (C, H, W) to (C, H, W).
    func callAsFunction(_ frame: Tensor, _ cache: inout FeatureCache) -> Tensor {
        second(attention(first(frame, &cache)), &cache)
    }
}
