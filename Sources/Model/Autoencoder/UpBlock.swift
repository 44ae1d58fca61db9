// SPDX-License-Identifier: Apache-2.0

import Products

/// One level of the decoder: residual blocks, then, but for the last level, a step up.
struct UpBlock: Sendable {
    let blocks: [ResidualBlock]
    let upsampler: Upsampler?

    /// The frames that the next frame becomes: one, or two where time is doubled.
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> [PixelFrame] {
        var frame = frame
        for block in blocks { frame = block(frame, &cache) }
        return upsampler?(frame, &cache) ?? [frame]
    }
}

/// The step to the next finer level: twice the rows and columns, at times twice the frames.
///
/// The clip's first frame stays one frame, and the convolution that doubles the others never sees
/// it: its history begins with zeros (diffusers v0.42.1, `WanResample`, the marker "Rep").
struct Upsampler: Sendable {
    /// Makes 2C channels of C: those of the even frame, then those of the odd one.
    let timeConvolution: CausalConvolution?
    /// 3×3, on the enlarged frame.
    let enlarge: EnlargingKernel

    /// The frames, each (2H, 2W, O), that one frame (H, W, C) becomes.
    func callAsFunction(_ frame: PixelFrame, _ cache: inout FeatureCache) -> [PixelFrame] {
        var frames = [frame]
        if let timeConvolution, let slot = timeConvolution.slot, !cache.begin(slot: slot) {
            let channels = frame.channels
            let pair = timeConvolution(frame, &cache)
            frames = [0..<channels, channels..<2 * channels].map {
                pair.operand(for: enlarge.precision, channels: $0)
            }
        }
        return frames.map { enlarge($0) }
    }
}
