// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, h rows and w columns of latents; H rows, W columns of pixels.

import Synchronization
import Tensors

/// What clips of nothing but zeros become, computed as far as somebody asked.
///
/// Half of what the control branch of VACE looks at is mid-grey in most modes. The encoder is
/// causal, so the latents of a shorter grey clip are the first ones of a longer one. Only one size
/// is kept, and of its convolutions' memories only those after the last frame.
final class GreyLatents: Sendable {
    private let progress = Mutex(Progress(shape: [], cache: FeatureCache(count: 0)))

    fileprivate struct Progress {
        /// (3, H, W).
        var shape: [Int]
        /// What the convolutions remember after `frames` frames.
        var cache: FeatureCache
        var frames = 0
        /// One latent frame, (z, h, w), or nil for every frame.
        var latents: [Tensor?] = []
    }

    /// What frame number `index` completes where it and all before it are zeros like `frame`.
    func latent(after index: Int, like frame: Tensor, _ encoder: LatentEncoder) -> Tensor? {
        progress.withLock { progress in
            progress.advance(to: index + 1, like: frame, encoder)
            return progress.latents[index]
        }
    }

    /// What the convolutions remember after `count` frames of zeros like `frame`.
    func cache(after count: Int, like frame: Tensor, _ encoder: LatentEncoder) -> FeatureCache {
        guard count > 0 else { return FeatureCache(count: encoder.slots) }
        let shared: FeatureCache? = progress.withLock { progress in
            progress.advance(to: count, like: frame, encoder)
            return progress.frames == count ? progress.cache : nil
        }
        if let shared { return shared }
        var cache = FeatureCache(count: encoder.slots)
        let zeros = Tensor(zeros: frame.shape)
        for _ in 0..<count { _ = encoder.encode(zeros, &cache) }
        return cache
    }
}

extension GreyLatents.Progress {
    fileprivate mutating func advance(to count: Int, like frame: Tensor, _ encoder: LatentEncoder) {
        if shape != frame.shape {
            self = Self(shape: frame.shape, cache: FeatureCache(count: encoder.slots))
        }
        guard frames < count else { return }
        let zeros = Tensor(zeros: shape)
        while frames < count {
            latents.append(encoder.encode(zeros, &cache))
            frames += 1
        }
    }
}
