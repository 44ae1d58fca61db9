// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T latent frames, h rows and w columns of latents; H rows, W columns of pixels.

import Products
package import Tensors

/// The frames of one clip, decoded as they are asked for.
///
/// Every level hands each of its frames on before it makes the next one, so a level holds one frame
/// at a time besides the two that each convolution remembers.
package struct FrameStream: Sendable {
    private let decoder: LatentDecoder
    private let latents: Tensor
    private var cache: FeatureCache
    private var position = 0

    init(decoder: LatentDecoder, latents: Tensor) {
        precondition(
            latents.shape.count == 4 && latents.shape[0] == decoder.configuration.latentChannels,
            "latents \(latents.shape) are not (z, T, h, w) with z = "
                + "\(decoder.configuration.latentChannels)")
        self.decoder = decoder
        self.latents = latents
        cache = FeatureCache(count: decoder.slots)
    }

    /// Latent frames that are still to be decoded.
    package var remaining: Int { latents.shape[1] - position }

    /// Decodes the next latent frame, or returns nil after the last one.
    ///
    /// - Returns: (n, 3, H, W) in −1…1: n is 1 for the first latent frame, then the factor by which
    ///   the decoder stretches time (4 in the released weights).
    package mutating func next() -> Tensor? {
        guard remaining > 0 else { return nil }
        let latent = restored(position)
        position += 1
        let frame = decoder.input(decoder.unquantize(PixelFrame(planar: latent)), &cache)
        var frames: [Tensor] = []
        finish(decoder.middle(frame, &cache), from: 0, into: &frames)
        return Tensor(
            shape: [frames.count] + frames[0].shape,
            values: frames.count == 1 ? frames[0].values : frames.flatMap(\.values))
    }

    /// Takes one frame through the levels from `level` on, to pixels.
    private mutating func finish(
        _ frame: PixelFrame, from level: Int, into frames: inout [Tensor]
    ) {
        if level < decoder.levels.count {
            for finer in decoder.levels[level](frame, &cache) {
                finish(finer, from: level + 1, into: &frames)
            }
        } else {
            var pixels = decoder.output(decoder.norm.activated(frame), &cache).planar
            for i in pixels.values.indices { pixels.values[i] = min(max(pixels.values[i], -1), 1) }
            frames.append(pixels)
        }
    }

    /// One latent frame, (z, h, w), with mean and deviation put back.
    private func restored(_ index: Int) -> Tensor {
        let shape = latents.shape
        let plane = shape[2] * shape[3]
        var values: [Float] = []
        values.reserveCapacity(shape[0] * plane)
        for channel in 0..<shape[0] {
            let mean = decoder.configuration.latentMeans[channel]
            let deviation = decoder.configuration.latentDeviations[channel]
            let start = (channel * shape[1] + index) * plane
            for value in latents.values[start..<start + plane] {
                values.append(value * deviation + mean)
            }
        }
        return Tensor(shape: [shape[0], shape[2], shape[3]], values: values)
    }
}
