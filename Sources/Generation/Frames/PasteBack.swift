// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Media

/// The generated pixels inside a mask, the source's outside, and a soft seam around the mask.
///
/// A pixel that the mask selects (more than 127) is the generated one, bit for bit. A pixel at most
/// `feather` pixels from the nearest selected one (Euclidean, between the middles of the pixels,
/// exact) is a blend whose weight falls smoothly from the mask outwards. Every other pixel is the
/// source's, bit for bit.
///
/// * `generated`, `source`, `mask`: Of one size.
/// * `feather`: 0…64 pixels; 0 is a hard edge.
package func paste(
    _ generated: Picture, over source: Picture, inside mask: Mask, feather: Int = 4
) -> Picture {
    let (width, height) = (source.width, source.height)
    precondition(
        generated.width == width && generated.height == height && mask.width == width
            && mask.height == height, "paste takes two pictures and a mask of one size")
    precondition((0...64).contains(feather), "a feather of \(feather) pixels is not in 0…64")
    let steps = stepsToMask(mask, limit: feather)
    return Picture(width: width, height: height) { y, samples in
        let start = y * width
        for x in 0..<width {
            var square = steps[start + x] * steps[start + x]
            for step in stride(from: 1, through: feather, by: 1) {
                if x >= step {
                    let left = steps[start + x - step]
                    square = min(square, left * left + step * step)
                }
                if x + step < width {
                    let right = steps[start + x + step]
                    square = min(square, right * right + step * step)
                }
            }
            let weight = seam(square: square, feather: feather)
            for channel in 0..<3 {
                let index = 3 * (start + x) + channel
                let (below, above) = (source.pixels[index], generated.pixels[index])
                samples[3 * x + channel] =
                    weight == 0
                    ? below
                    : weight == 1
                        ? above : level(Float(below) + weight * (Float(above) - Float(below)))
            }
        }
    }
}

/// How many rows each pixel is from a selected one in its own column; `limit` + 1 stands for more.
private func stepsToMask(_ mask: Mask, limit: Int) -> [Int] {
    let width = mask.width
    var steps = mask.values.map { $0 > 127 ? 0 : limit + 1 }
    for index in stride(from: width, to: steps.count, by: 1) {
        steps[index] = min(steps[index], steps[index - width] + 1)
    }
    for index in stride(from: steps.count - width - 1, through: 0, by: -1) {
        steps[index] = min(steps[index], steps[index + width] + 1)
    }
    return steps
}

/// The weight of the generated pixel at a distance: 1 on the mask, 0 beyond the feather.
private func seam(square: Int, feather: Int) -> Float {
    if square == 0 { return 1 }
    if square > feather * feather { return 0 }
    let part = 1 - sqrt(Float(square)) / Float(feather + 1)
    return part * part * (3 - 2 * part)
}
