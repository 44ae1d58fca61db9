// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, h rows and w columns of latents; H rows, W columns of pixels.

import Products
package import Tensors

/// The latents of one clip, encoded as its frames arrive.
///
/// A clip that begins with mid-grey costs nothing until its first frame that is not: what grey
/// frames become depends on their size and number only, and is computed once an encoder.
package struct LatentStream: Sendable {
    private let encoder: LatentEncoder
    private var state: State

    /// How the frames that have come are remembered.
    private enum State {
        /// All of them were zeros; so many came.
        case grey(Int)
        case mixed(FeatureCache)
    }

    init(encoder: LatentEncoder) {
        self.encoder = encoder
        state = .grey(0)
    }

    /// Encodes the next frame.
    ///
    /// - Parameter frame: (3, H, W) in −1…1, mid-grey being 0; every frame of the clip has the same
    ///   size, whole latents high and wide.
    /// - Returns: After the frames 0, n, 2n, … the latent frame that they complete, (z, h, w), n
    ///   being `Autoencoder.framesPerLatent` (4 in the released weights); nil after the others. It
    ///   is the mean of the posterior, normalised with the mean and deviation of the configuration.
    package mutating func append(_ frame: Tensor) -> Tensor? {
        let pixels = encoder.configuration.pixelsPerLatent
        precondition(
            frame.shape.count == 3 && frame.shape[0] == 3
                && frame.shape[1...].allSatisfy { $0 > 0 && $0 % pixels == 0 },
            "a frame \(frame.shape) is not (3, H, W) in steps of \(pixels)")
        let isGrey = frame.values.allSatisfy { $0 == 0 }
        switch state {
        case .grey(let count) where isGrey:
            state = .grey(count + 1)
            return encoder.grey.latent(after: count, like: frame, encoder)
        case .grey(let count):
            var cache = encoder.grey.cache(after: count, like: frame, encoder)
            let latent = encoder.encode(frame, &cache)
            state = .mixed(cache)
            return latent
        case .mixed(var cache):
            let latent = encoder.encode(frame, &cache)
            state = .mixed(cache)
            return latent
        }
    }
}

extension LatentEncoder {
    /// Takes one frame through all levels; nil where it waits for another to halve the time.
    ///
    /// A frame (3, H, W) becomes a normalised latent frame (z, h, w).
    func encode(_ frame: Tensor, _ cache: inout FeatureCache) -> Tensor? {
        var frame = input(PixelFrame(planar: frame), &cache)
        for level in levels {
            guard let coarser = level(frame, &cache) else { return nil }
            frame = coarser
        }
        frame = middle(frame, &cache)
        frame = output(norm.activated(frame), &cache)
        return normalized(quantize(frame).planar)
    }

    /// The mean, which is the first half of the channels, with mean and deviation taken out.
    private func normalized(_ moments: Tensor) -> Tensor {
        let z = configuration.latentChannels
        let plane = moments.shape[1] * moments.shape[2]
        var result = moments.slices(0..<z)
        for channel in 0..<z {
            let mean = configuration.latentMeans[channel]
            let inverse = 1 / configuration.latentDeviations[channel]
            for i in channel * plane..<(channel + 1) * plane {
                result.values[i] = (result.values[i] - mean) * inverse
            }
        }
        return result
    }
}
