// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T latent frames, h rows and w columns of latents; H rows, W columns of pixels.

import Products
package import Tensors

/// The frames of one clip, decoded as they are asked for.
///
/// Every stretch of levels hands its frames on before it takes the next ones, so that there is little
/// besides the two frames that each convolution remembers.
package final class FrameStream {
    private let decoder: LatentDecoder
    private let latents: Tensor
    private var cache: FeatureCache
    private let flows: [StretchFlow]
    private var position = 0

    init(decoder: LatentDecoder, latents: Tensor) {
        precondition(
            latents.shape.count == 4 && latents.shape[0] == decoder.configuration.latentChannels,
            "latents \(latents.shape) are not (z, T, h, w) with z = "
                + "\(decoder.configuration.latentChannels)")
        self.decoder = decoder
        self.latents = latents
        cache = FeatureCache(count: decoder.slots)
        flows = decoder.stretches.map { $0.begin() }
    }

    /// Latent frames that are still to be decoded.
    package var remaining: Int { latents.shape[1] - position }

    /// Decodes the next latent frame, or returns nil after the last one.
    ///
    /// - Returns: (n, 3, H, W) in −1…1: n is 1 for the first latent frame, then the factor by which
    ///   the decoder stretches time (4 in the released weights).
    package func next() -> Tensor? {
        guard remaining > 0 else { return nil }
        let latent = restored(position)
        position += 1
        let frame = decoder.input(decoder.unquantize(PixelFrame(planar: latent)), &cache)
        let frames = finish([decoder.middle(frame, &cache)], from: 0)
        return Tensor(
            shape: [frames.count] + frames[0].shape,
            values: frames.count == 1 ? frames[0].values : frames.flatMap(\.values))
    }

    /// Takes one frame or two through the stretches from `index` on, to pixels.
    private func finish(_ frames: [PixelFrame], from index: Int) -> [Tensor] {
        if index == flows.count - 1 {
            return flows[index].pixels(of: frames).map { frame in
                var pixels = frame.planar
                for i in pixels.values.indices {
                    pixels.values[i] = min(max(pixels.values[i], -1), 1)
                }
                return pixels
            }
        }
        let doubled = flows[index].doubled(frames)
        return stride(from: 0, to: doubled.count, by: 2).flatMap {
            finish(Array(doubled[$0..<min(doubled.count, $0 + 2)]), from: index + 1)
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
