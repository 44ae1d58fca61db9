// SPDX-License-Identifier: Apache-2.0
//
// C channels, H rows, W columns.

import Tensors
import Weights

/// Gives each pixel's channels unit root mean square, times a learnt factor a channel.
///
/// y = x / max(‖x‖, 1e-12) · √C · γ (diffusers v0.42.1, `WanRMS_norm`).
struct ChannelNormalization: Sendable {
    private let factors: Weight

    /// Wraps γ, (C, 1, …).
    init(factors: Weight) { self.factors = factors }

    /// The normalised frame, (C, H, W).
    func callAsFunction(_ frame: Tensor) -> Tensor {
        let (channels, pixels) = (frame.shape[0], frame.shape[1] * frame.shape[2])
        let scale = Float(channels).squareRoot()
        var result = Tensor(zeros: frame.shape)
        unsafe frame.values.withUnsafeBufferPointer { x in
            unsafe factors.span.withUnsafeBufferPointer { factors in
                unsafe result.values.withUnsafeMutableBufferPointer { y in
                    guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return }
                    // Blocks of pixels keep the sums and the lines they are added from in cache.
                    let block = 512
                    parallelFor((pixels + block - 1) / block) { blocks in
                        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: block) {
                            sums in
                            guard let s0 = sums.baseAddress else { return }
                            for start in blocks.map({ $0 * block }) {
                                let count = min(block, pixels - start)
                                unsafe s0.update(repeating: 0, count: count)
                                for channel in 0..<channels {
                                    let line = unsafe x0 + channel * pixels + start
                                    for i in 0..<count { unsafe s0[i] += line[i] * line[i] }
                                }
                                for i in 0..<count {
                                    unsafe s0[i] = scale / max(s0[i].squareRoot(), 1e-12)
                                }
                                for channel in 0..<channels {
                                    let line = unsafe x0 + channel * pixels + start
                                    let target = unsafe y0 + channel * pixels + start
                                    let factor = unsafe factors[channel]
                                    for i in 0..<count {
                                        unsafe target[i] = line[i] * s0[i] * factor
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The normalised frame through SiLU, (C, H, W).
    func activated(_ frame: Tensor) -> Tensor {
        var result = self(frame)
        result.applySiLU()
        return result
    }
}
