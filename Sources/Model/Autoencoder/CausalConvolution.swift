// SPDX-License-Identifier: Apache-2.0
//
// C channels, H rows, W columns.

import Products
import Tensors
import Weights

/// A convolution that sees the present frame and the two before it, never a later one.
///
/// Frames are zero-padded at the borders and before the first one. In diffusers a chunk of frames
/// is convolved at a time, with the last two frames of the chunk before; one frame at a time gives
/// the same values and needs less memory (diffusers v0.42.1, `WanCausalConv3d`).
struct CausalConvolution: Sendable {
    private let kernel: ConvolutionKernel
    /// Where the earlier frames are kept; nil for a kernel one frame deep.
    let slot: Int?

    /// Wraps the weight (O, C, kt, kh, kw) or (O, C, kh, kw) and the bias (O).
    init(weight: Weight, bias: Weight, slot: Int?, precision: Precision) {
        let taps = Array(weight.shape.dropFirst(2))
        let (rows, columns) = (taps[taps.count - 2], taps[taps.count - 1])
        kernel = ConvolutionKernel(
            inputs: weight.shape[1], outputs: weight.shape[0],
            size: KernelSize(depth: taps.count == 3 ? taps[0] : 1, rows: rows, columns: columns),
            bias: bias.tensor.values, precision: precision
        ) { depth in
            let length = taps.reduce(1, *)
            return weight.part(length - depth * rows * columns..<length, ofEach: length)
        }
        self.slot = slot
    }

    /// Convolves the next frame and remembers it.
    ///
    /// - Parameters:
    ///   - frame: (H, W, C), in float32 or rounded to the convolution's precision.
    ///   - cache: The clip's memory.
    ///   - sampling: The size of the result.
    /// - Returns: (H, W, O) in float32, or half of that as `sampling` says.
    func callAsFunction(
        _ frame: PixelFrame, _ cache: inout FeatureCache, sampling: Sampling = .same
    ) -> PixelFrame {
        let frame = frame.operand(for: kernel.precision)
        guard let slot else { return convolve([frame], by: kernel, sampling: sampling) }
        let window = cache.window(endingWith: frame, slot: slot)
        return convolve(window, by: kernel, sampling: sampling)
    }

    /// Convolves a frame by a kernel one frame deep.
    func callAsFunction(_ frame: PixelFrame) -> PixelFrame {
        precondition(slot == nil, "a kernel that remembers needs the memory")
        return convolve([frame.operand(for: kernel.precision)], by: kernel)
    }

    /// Remembers the next frame and makes one of three, two frames on from the last time.
    ///
    /// The first frame is kept for the next call and makes none: whoever halves the frames of a
    /// clip hands it on as it is.
    func halvingTime(_ frame: PixelFrame, _ cache: inout FeatureCache) -> PixelFrame? {
        guard let slot else { preconditionFailure("a kernel one frame deep cannot halve time") }
        return cache.triple(endingWith: frame.operand(for: kernel.precision), slot: slot)
            .map { convolve($0, by: kernel) }
    }
}

extension Weight {
    /// Of each run of `length` values those at some places.
    func part(_ places: Range<Int>, ofEach length: Int) -> [Float] {
        let values = span
        let (runs, count) = (values.count / length, places.count)
        return unsafe [Float](unsafeUninitializedCapacity: runs * count) { result, initialized in
            for run in 0..<runs {
                for index in 0..<count {
                    unsafe result[run * count + index] =
                        values[run * length + places.lowerBound + index]
                }
            }
            initialized = runs * count
        }
    }
}

/// The frames that the convolutions of one clip remember, each in its convolution's precision.
struct FeatureCache: Sendable {
    /// For each convolution its last frames, at most two, oldest first; nil before anything came.
    private var slots: [[PixelFrame]?]

    init(count: Int) { slots = Array(repeating: nil, count: count) }

    /// Whether something came to `slot` before; from now on something did.
    mutating func begin(slot: Int) -> Bool {
        defer { slots[slot] = slots[slot] ?? [] }
        return slots[slot] == nil
    }

    /// The two remembered frames, or as many as came, and this one, which is remembered in turn.
    mutating func window(endingWith frame: PixelFrame, slot: Int) -> [PixelFrame] {
        let frames = (slots[slot] ?? []) + [frame]
        slots[slot] = frames.suffix(2)
        return frames
    }

    /// Every second frame with the two before it, oldest first, else nil while they gather.
    ///
    /// The last of three is the first of the next three.
    mutating func triple(endingWith frame: PixelFrame, slot: Int) -> [PixelFrame]? {
        let frames = (slots[slot] ?? []) + [frame]
        slots[slot] = frames.count == 3 ? [frame] : frames
        return frames.count == 3 ? frames : nil
    }
}
