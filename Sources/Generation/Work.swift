// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, f channels of the feed-forward network, L layers.

import Model
import Tensors

/// What a job will cost, worked out from the dimensions before it starts.
package struct Work: Sendable {
    /// Floating-point operations of the transformer over all passes.
    package let denoising: Double
    /// Floating-point operations of the decoder.
    package let decoding: Double
    /// A rough guess at the time, on this machine's processors.
    package let seconds: Double
    /// A rough guess at the largest resident size.
    package let memoryBytes: Int

    /// All floating-point operations.
    package var operations: Double { denoising + decoding }

    /// What one processor does a second in a whole forward, conservatively: an AVX2 core.
    private static let operationsPerSecond = 2.5e10

    init(
        transformer: TransformerConfiguration, autoencoder: Autoencoder, latentShape: [Int],
        passes: Int
    ) {
        let grid = transformer.grid(
            frames: latentShape[1], height: latentShape[2], width: latentShape[3])
        let (N, d) = (Double(grid.count), Double(transformer.width))
        let f = Double(transformer.feedForwardChannels)
        // Six square projections of the tokens, the feed-forward, and two products of attention.
        let layer = 2 * N * (6 * d * d + 2 * d * f) + 4 * N * N * d
        denoising = Double(transformer.layers * passes) * layer
        decoding = Work.decoder(autoencoder, latentShape: latentShape)
        seconds = (denoising + decoding) / (Work.operationsPerSecond * Double(processorCount))
        let weights = Double(transformer.layers) * (8 * d * d + 2 * d * f) * 4
        let activations = N * (8 * d + 2 * f) * 4
        memoryBytes = Int(weights + activations) + 64 << 20
    }

    /// 3×3×3 convolutions of every level over the frames and pixels that it has.
    private static func decoder(_ autoencoder: Autoencoder, latentShape: [Int]) -> Double {
        var (T, h, w) = (
            Double(latentShape[1]), Double(latentShape[2]), Double(latentShape[3])
        )
        var operations = 0.0
        for (level, multiplier) in autoencoder.multipliers.reversed().enumerated() {
            let channels = Double(autoencoder.decoderBase * multiplier)
            let convolutions = Double(2 * (autoencoder.residualBlocks + 1))
            operations += 2 * 27 * channels * channels * convolutions * T * h * w
            guard level < autoencoder.doublesTime.count else { continue }
            if autoencoder.doublesTime[level] { T = 2 * T - 1 }
            h *= 2
            w *= 2
        }
        return operations
    }
}
