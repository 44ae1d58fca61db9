// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T latent frames, h × w latents.

import Tensors

extension Tensor {
    /// The latent frames (z, T, h, w) from number `first` on.
    func frames(from first: Int) -> Tensor {
        guard first > 0 else { return self }
        let (z, T, plane) = (shape[0], shape[1], shape[2] * shape[3])
        var kept: [Float] = []
        kept.reserveCapacity(z * (T - first) * plane)
        for channel in 0..<z {
            kept += values[(channel * T + first) * plane..<(channel + 1) * T * plane]
        }
        return Tensor(shape: [z, T - first, shape[2], shape[3]], values: kept)
    }
}
