// SPDX-License-Identifier: Apache-2.0
//
// C channels, H rows, W columns; a frame is a tensor (C, H, W).

import Tensors
import Weights

/// A convolution that sees the present frame and the two before it, never a later one.
///
/// Frames are zero-padded at the borders and before the first one. In diffusers a chunk of frames
/// is convolved at a time, with the last two frames of the chunk before; one frame at a time gives
/// the same values and needs less memory (diffusers v0.42.1, `WanCausalConv3d`).
struct CausalConvolution: Sendable {
    private let weight: Weight
    private let bias: Weight
    /// Where the earlier frames are kept; nil for a kernel one frame deep.
    let slot: Int?

    /// Wraps the weight (O, C, kt, kh, kw) or (O, C, kh, kw) and the bias (O).
    init(weight: Weight, bias: Weight, slot: Int?) {
        self.weight = weight
        self.bias = bias
        self.slot = slot
    }

    /// Convolves the next frame and remembers it.
    ///
    /// - Parameters:
    ///   - frame: (C, H, W).
    ///   - cache: The clip's memory.
    ///   - upsampling: How often each row and column counts: 1, or 2 for nearest neighbours.
    /// - Returns: (O, H·upsampling, W·upsampling).
    func callAsFunction(
        _ frame: Tensor, _ cache: inout FeatureCache, upsampling: Int = 1
    ) -> Tensor {
        guard let slot else {
            return convolve([frame], weight: weight, bias: bias, upsampling: upsampling)
        }
        let window = cache.window(endingWith: frame, slot: slot)
        return convolve(window, weight: weight, bias: bias, upsampling: upsampling)
    }
}

/// The frames that the convolutions of one clip remember.
struct FeatureCache: Sendable {
    /// For each convolution its last two frames, oldest first; nil before anything came.
    private var slots: [[Tensor]?]

    init(count: Int) { slots = Array(repeating: nil, count: count) }

    /// Whether something came to `slot` before; from now on something did.
    mutating func begin(slot: Int) -> Bool {
        defer { slots[slot] = slots[slot] ?? [] }
        return slots[slot] == nil
    }

    /// The two remembered frames and this one, which is remembered in turn; nil stands for zeros.
    mutating func window(endingWith frame: Tensor, slot: Int) -> [Tensor?] {
        var frames = slots[slot] ?? []
        frames.append(frame)
        slots[slot] = frames.suffix(2)
        return Array(repeating: nil, count: 3 - frames.count) + frames
    }
}
