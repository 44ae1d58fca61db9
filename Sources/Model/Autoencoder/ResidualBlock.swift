// SPDX-License-Identifier: Apache-2.0

import Products

/// Two rounds of normalise, SiLU, 3×3×3 convolution, added to the input.
///
/// Where the channels change, the input goes through a 1×1×1 convolution first (diffusers v0.42.1,
/// `WanResidualBlock`).
struct ResidualBlock: Sendable {
    let first: (norm: ChannelNormalization, convolution: CausalConvolution)
    let second: (norm: ChannelNormalization, convolution: CausalConvolution)
    let shortcut: CausalConvolution?

    /// The next frame, (H, W, C) to (H, W, O).
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> PixelFrame {
        let middle = first.convolution(first.norm.activated(frame), &cache)
        let result = second.convolution(second.norm.activated(middle), &cache)
        result.add(shortcut?(frame) ?? frame)
        return result
    }
}
