// SPDX-License-Identifier: Apache-2.0

import Products

/// One level of the encoder: residual blocks, then, but for the last level, a step down.
struct DownBlock: Sendable {
    let blocks: [ResidualBlock]
    let downsampler: Downsampler?

    /// What the next frame becomes; nil where it waits for another to halve the time.
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> PixelFrame? {
        var frame = frame
        for block in blocks { frame = block(frame, &cache) }
        guard let downsampler else { return frame }
        return downsampler(frame, &cache)
    }
}

/// The step to the next coarser level: half the rows and columns, at times half the frames.
///
/// The clip's first frame is a frame of its own; after it every two become one, made of them and
/// of the frame before (diffusers v0.42.1, `WanResample`, "downsample3d").
struct Downsampler: Sendable {
    /// 3×3 in steps of two.
    let convolution: CausalConvolution
    /// Three frames in steps of two.
    let timeConvolution: CausalConvolution?

    /// What the next frame (H, W, C) becomes, (H/2, W/2, C); nil where it waits for another.
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> PixelFrame? {
        let frame = convolution(frame, &cache, sampling: .halved)
        guard let timeConvolution, let slot = timeConvolution.slot else { return frame }
        let isFirst = cache.begin(slot: slot)
        let halved = timeConvolution.halvingTime(frame, &cache)
        return isFirst ? frame : halved
    }
}
