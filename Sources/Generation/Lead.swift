// SPDX-License-Identifier: Apache-2.0
//
// H rows, W columns of pixels.

import Media
import Tensors

/// What the control branch is told about one frame of the clip.
///
/// VACE (arXiv 2503.07598) takes a picture and a mask for each frame: 0 keeps, 1 generates, and
/// mid-grey, 0 after scaling to −1…1, stands for what is not known.
enum Lead {
    /// Nothing is known; the whole frame is generated.
    case free
    /// The frame is this picture.
    case kept(Picture)
    /// The frame is generated after this picture.
    case after(Picture)
    /// The frame is this picture but for what the mask selects, which is generated.
    case around(Mask, Picture)

    /// The frame, (3, H, W) in −1…1, and its mask, H·W values in 0…1.
    func values(width: Int, height: Int) -> (frame: Tensor, mask: [Float]) {
        let plane = width * height
        switch self {
        case .free:
            return (Tensor(zeros: [3, height, width]), [Float](repeating: 1, count: plane))
        case .kept(let picture):
            return (frameTensor(picture), [Float](repeating: 0, count: plane))
        case .after(let picture):
            return (frameTensor(picture), [Float](repeating: 1, count: plane))
        case .around(let mask, let picture):
            var frame = frameTensor(picture)
            for i in 0..<plane where mask.values[i] > 127 {
                for channel in 0..<3 { frame.values[channel * plane + i] = 0 }
            }
            return (frame, mask.values.map { Float($0) / 255 })
        }
    }
}
