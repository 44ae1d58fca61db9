// SPDX-License-Identifier: Apache-2.0

import Tensors

/// Two rounds of normalise, SiLU, 3×3×3 convolution, added to the input.
///
/// Where the channels change, the input goes through a 1×1×1 convolution first (diffusers v0.42.1,
/// `WanResidualBlock`).
struct ResidualBlock: Sendable {
    let first: (norm: ChannelNormalization, convolution: CausalConvolution)
    let second: (norm: ChannelNormalization, convolution: CausalConvolution)
    let shortcut: CausalConvolution?

    /// The next frame, (C, H, W) to (O, H, W).
    func callAsFunction(_ frame: Tensor, _ cache: inout FeatureCache) -> Tensor {
        var result = first.convolution(first.norm.activated(frame), &cache)
        result = second.convolution(second.norm.activated(result), &cache)
        result.add(shortcut?(frame, &cache) ?? frame)
        return result
    }
}
