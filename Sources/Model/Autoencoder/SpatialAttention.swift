// SPDX-License-Identifier: Apache-2.0
//
// C channels, H rows, W columns.

import Products
import Tensors

/// Attention of one head among the pixels of one frame, added to the frame.
///
/// Queries, keys and values are C wide, the logits are scaled by 1/√C (diffusers v0.42.1,
/// `WanAttentionBlock`).
struct SpatialAttention: Sendable {
    let norm: ChannelNormalization
    /// Queries, keys and values in one, C channels to 3C.
    let input: CausalConvolution
    let output: CausalConvolution
    /// Of logits and weighted sums.
    let precision: Precision

    /// The frame, (H, W, C), with what its pixels found.
    func callAsFunction(_ frame: PixelFrame) -> PixelFrame {
        let (pixels, channels) = (frame.pixels, frame.channels)
        let shape = AttentionShape(heads: 1, channels: channels)
        let queries = HeadRows(rows: pixels, shape: shape, precision: precision, areQueries: true)
        let keys = HeadRows(rows: pixels, shape: shape, precision: precision)
        let values = ValueRows(rows: pixels, shape: shape, precision: precision)
        let parts = input(norm(frame))
        parallelFor(pixels) { range in
            for row in range {
                let part = unsafe parts.pixel(row)
                unsafe queries.store(part, row: row)
                unsafe keys.store(part + channels, row: row)
                unsafe values.store(part + 2 * channels, row: row)
            }
        }
        let found = PixelFrame(rows: frame.rows, columns: frame.columns, channels: channels)
        unsafe attend(
            queries, to: KeyBlocks(keys: keys, values: values),
            scale: 1 / Float(channels).squareRoot(), into: found.pixel(0))
        let result = output(found)
        result.add(frame)
        return result
    }
}
