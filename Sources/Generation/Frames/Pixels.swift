// SPDX-License-Identifier: Apache-2.0
//
// n frames, H rows, W columns of pixels.

import Media
import Tensors

extension Picture {
    /// One frame of (n, 3, H, W), −1…1, as 8-bit pixels, rounded to the nearest level.
    init(frame index: Int, of tensor: Tensor) {
        let (height, width) = (tensor.shape[2], tensor.shape[3])
        let plane = height * width
        var pixels = [UInt8](repeating: 0, count: 3 * plane)
        let start = index * 3 * plane
        for channel in 0..<3 {
            for i in 0..<plane {
                pixels[3 * i + channel] = level(
                    tensor.values[start + channel * plane + i] * 127.5 + 127.5)
            }
        }
        self.init(width: width, height: height, pixels: pixels)
    }
}
