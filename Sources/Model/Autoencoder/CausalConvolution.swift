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
    ///   - sampling: The size of the result.
    /// - Returns: (O, H, W), or twice or half of that as `sampling` says.
    func callAsFunction(
        _ frame: Tensor, _ cache: inout FeatureCache, sampling: Sampling = .same
    ) -> Tensor {
        guard let slot else {
            return convolve([frame], weight: weight, bias: bias, sampling: sampling)
        }
        let window = cache.window(endingWith: frame, slot: slot)
        return convolve(window, weight: weight, bias: bias, sampling: sampling)
    }

    /// Remembers the next frame and makes one of three, two frames on from the last time.
    ///
    /// The first frame is kept for the next call and makes none: whoever halves the frames of a
    /// clip hands it on as it is.
    func halvingTime(_ frame: Tensor, _ cache: inout FeatureCache) -> Tensor? {
        guard let slot else { preconditionFailure("a kernel one frame deep cannot halve time") }
        return cache.triple(endingWith: frame, slot: slot)
            .map { convolve($0, weight: weight, bias: bias) }
    }
}

/// The frames that the convolutions of one clip remember.
struct FeatureCache: Sendable {
    /// For each convolution its last frames, at most two, oldest first; nil before anything came.
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

    /// Every second frame with the two before it, oldest first, else nil while they gather.
    ///
    /// The last of three is the first of the next three.
    mutating func triple(endingWith frame: Tensor, slot: Int) -> [Tensor]? {
        let frames = (slots[slot] ?? []) + [frame]
        slots[slot] = frames.count == 3 ? [frame] : frames
        return frames.count == 3 ? frames : nil
    }
}
