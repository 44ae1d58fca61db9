// SPDX-License-Identifier: Apache-2.0
//
// W columns, H rows of pixels.

package import Media
package import Tensors

/// A frame as the model's encoder takes it: (3, H, W), −1…1.
///
/// 2·(x / 255) − 1 with float32 after each step, which is how diffusers rounds
/// (`image_processor.py` of 0.42.1, `pil_to_numpy` and `normalize`).
package func frameTensor(_ picture: Picture) -> Tensor {
    let plane = picture.width * picture.height
    let values = rows(3, of: plane, filledWith: Float(0), grain: 1) { channel, values in
        let pixels = picture.pixels.span
        for index in 0..<plane { values[index] = normalized[Int(pixels[3 * index + channel])] }
    }
    return Tensor(shape: [3, picture.height, picture.width], values: values)
}

/// The frame of which nothing is known: mid-grey, 0 everywhere, (3, H, W).
package func greyTensor(width: Int, height: Int) -> Tensor {
    Tensor(zeros: [3, height, width])
}

/// A reference picture as the model's encoder takes it: letter-boxed on white, (3, H, W), −1…1.
///
/// These are the values of diffusers 0.42.1 (`WanVACEPipeline.preprocess_conditions`) to 10⁻⁶: where
/// a side of the picture is not a multiple of `multiple`, Pillow's Lanczos filter first takes it down
/// to one; then the picture is scaled to fit, bilinear between the middles of pixels and not
/// smoothed, each side rounded down, and laid in the middle of a white canvas. Where diffusers stops
/// with an error because a side would have no pixel left, that side gets one step, or one pixel.
///
/// * `width`, `height`: The size of the canvas, W and H.
/// * `multiple`: How many pixels of a side make one of the autoencoder's latents.
package func referenceTensor(
    _ picture: Picture, width: Int, height: Int, multiple: Int = 8
) -> Tensor {
    precondition(width > 0 && height > 0, "a canvas of \(width)x\(height) has no pixels")
    precondition(multiple > 0, "sides that are multiples of \(multiple)")
    let whole = picture.resampled(
        width: max(picture.width - picture.width % multiple, multiple),
        height: max(picture.height - picture.height % multiple, multiple))
    let scale = min(
        Double(height) / Double(whole.height), Double(width) / Double(whole.width))
    let inner = (
        width: max(Int(Double(whole.width) * scale), 1),
        height: max(Int(Double(whole.height) * scale), 1)
    )
    let (left, top) = ((width - inner.width) / 2, (height - inner.height) / 2)
    // PyTorch takes another kernel for small results, in which processors fuse the two operations.
    let isFused = inner.width + inner.height <= 128
    let columns = bilinearTaps(from: whole.width, to: inner.width, isFused: isFused)
    let lines = bilinearTaps(from: whole.height, to: inner.height, isFused: isFused)
    let values = rows(3 * height, of: width, filledWith: Float(1)) { row, values in
        let (channel, y) = (row / height, row % height - top)
        guard lines.indices.contains(y) else { return }
        let line = lines[y]
        let pixels = whole.pixels.span
        for (x, column) in columns.enumerated() {
            func sample(_ x: Int, _ y: Int) -> Float {
                normalized[Int(pixels[3 * (y * whole.width + x) + channel])]
            }
            let upper =
                sample(column.low, line.low) * (1 - column.part)
                + sample(column.high, line.low) * column.part
            let lower =
                sample(column.low, line.high) * (1 - column.part)
                + sample(column.high, line.high) * column.part
            values[left + x] = upper * (1 - line.part) + lower * line.part
        }
    }
    return Tensor(shape: [3, height, width], values: values)
}

/// 2·(x / 255) − 1 for each level x.
private let normalized = (0...255).map { 2 * (Float($0) / 255) - 1 }

/// The two samples between which each sample of the new axis lies, and how far towards `high`.
///
/// In float32 like `area_pixel_compute_source_index` of PyTorch 2.15 (`ATen/native/UpSample.h`): on a
/// wide picture the position is off by more than 10⁻⁵ of a pixel otherwise.
///
/// * `isFused`: Whether the position is rounded once, not after the product and after the sum.
private func bilinearTaps(
    from old: Int, to new: Int, isFused: Bool
) -> [(low: Int, high: Int, part: Float)] {
    let scale = Float(old) / Float(new)
    return (0..<new).map { index in
        let middle = Float(index) + 0.5
        let exact = isFused ? (-0.5 as Float).addingProduct(scale, middle) : scale * middle - 0.5
        let position = max(exact, 0)
        let low = min(Int(position), old - 1)
        return (low, min(low + 1, old - 1), min(max(position - Float(low), 0), 1))
    }
}
