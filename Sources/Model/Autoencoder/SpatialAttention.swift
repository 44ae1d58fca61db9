// SPDX-License-Identifier: Apache-2.0
//
// C channels, N pixels.

import Tensors
import Weights

/// Attention of one head among the pixels of one frame, added to the frame.
///
/// Queries, keys and values are C wide, the logits are scaled by 1/√C (diffusers v0.42.1,
/// `WanAttentionBlock`).
struct SpatialAttention: Sendable {
    let norm: ChannelNormalization
    /// Queries, keys and values in one, (3C, C, 1, 1) and (3C).
    let input: (weight: Weight, bias: Weight)
    /// (C, C, 1, 1) and (C).
    let output: (weight: Weight, bias: Weight)

    /// The frame, (C, H, W), with what its pixels found.
    func callAsFunction(_ frame: Tensor) -> Tensor {
        let channels = frame.shape[0]
        let pixels = frame.shape[1] * frame.shape[2]
        let tokens = norm(frame).reshaped([channels, pixels]).transposed()
        let parts = (0..<3).map { part in
            let rows = part * channels..<(part + 1) * channels
            let square = rows.lowerBound * channels..<rows.upperBound * channels
            return tokens.linear(
                input.weight.span.extracting(square), bias: input.bias.span.extracting(rows),
                outputs: channels)
        }
        var result = attention(
            parts[0], parts[1], parts[2], shape: AttentionShape(heads: 1, channels: channels),
            scale: 1 / Float(channels).squareRoot())
        result = result.linear(output.weight.span, bias: output.bias.span, outputs: channels)
        result = result.transposed().reshaped(frame.shape)
        result.add(frame)
        return result
    }
}

extension Tensor {
    /// The transpose of a matrix: (M, N) to (N, M).
    fileprivate func transposed() -> Tensor {
        let (m, n) = (shape[0], shape[1])
        var result = Tensor(zeros: [n, m])
        unsafe values.withUnsafeBufferPointer { x in
            unsafe result.values.withUnsafeMutableBufferPointer { y in
                parallelFor(n, grain: max(1, 8_192 / m)) { rows in
                    for i in rows {
                        for j in 0..<m { unsafe y[i * m + j] = x[j * n + i] }
                    }
                }
            }
        }
        return result
    }
}
