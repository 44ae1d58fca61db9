// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, f channels of the feed-forward network, T latent frames, h × w latents.

import Model
import Products
import Tensors

/// What a job will cost, worked out from the dimensions before it starts.
package struct Work: Sendable {
    /// What each window of a clip costs.
    let windows: [WindowWork]
    /// How many clips are made.
    let clips: Int
    /// A rough guess at the time, on this machine's processors.
    package let seconds: Double
    /// A rough guess at the largest resident size.
    package let memoryBytes: Int
    /// Space that the pictures of the request take while the job runs.
    package let diskBytes: Int

    /// All floating-point operations.
    package var operations: Double {
        Double(clips) * windows.reduce(0) { $0 + $1.operations }
    }

    /// What one processor does a second in a whole forward: two thirds of what BENCHMARKS.md has, or
    /// an AVX2 core.
    static func operationsPerSecond(_ precision: Precision) -> Double {
        switch precision {
        case _ where !precision.isNative: 2.5e10
        case .float32: 7e10
        case .bfloat16: 1.3e11
        case .int8: 2.2e11
        }
    }
    /// The same of the autoencoder.
    static let convolutionsPerSecond = 2.5e10

    init(
        precision: Precision, transformer: TransformerConfiguration, autoencoder: Autoencoder,
        latent: LatentScale,
        windows: [Window], width: Int, height: Int, frames: Int, references: Int,
        isLedByWordsAlone: Bool, texts: Int, stepCache: StepCache, clips: Int
    ) {
        let (h, w) = (height / latent.space, width / latent.space)
        // What a step costs that reuses an earlier one is lost in the rounding.
        let passes = texts * stepCache.computed
        // Of every text, and the tokens before and after the blocks that one is made of.
        let residuals = stepCache.reused.isEmpty ? 0 : Double(texts + 2)
        let d = Double(transformer.width)
        let f = Double(transformer.feedForwardChannels)
        var longest = 0.0
        self.windows = windows.map { window in
            let isLed = !isLedByWordsAlone || window.kept + window.closing > 0
            let T = latent.frames(of: window.count)
            let N = Double(
                transformer.grid(frames: references + T, height: h, width: w).count)
            longest = max(longest, N)
            // Six square projections of the tokens, the feed-forward, and two products of attention.
            let block = 2 * N * (6 * d * d + 2 * d * f) + 4 * N * N * d
            let control = isLed ? Double(transformer.controlLayers.count) : 0
            let denoising =
                Double(passes)
                * (Double(transformer.layers) * block + control * (block + 2 * N * d * d))
            let decoding = Work.convolutions(
                autoencoder, base: autoencoder.decoderBase,
                blocks: autoencoder.residualBlocks + 1, T: T, h: h, w: w)
            let encoding = Work.convolutions(
                autoencoder, base: autoencoder.encoderBase, blocks: autoencoder.residualBlocks,
                T: T,
                h: h, w: w)
            return WindowWork(
                encoding: isLed ? 2 * encoding : 0, denoising: denoising, decoding: decoding)
        }
        self.clips = clips
        let (products, convolutions) = self.windows.reduce((0.0, 0.0)) {
            ($0.0 + $1.denoising, $0.1 + $1.encoding + $1.decoding)
        }
        seconds =
            Double(clips) / Double(processorCount)
            * (products / Work.operationsPerSecond(precision)
                + convolutions / Work.convolutionsPerSecond)
        let layers = Double(transformer.layers + transformer.controlLayers.count)
        let weights = layers * (8 * d * d + 2 * d * f) * 4
        memoryBytes = Int(weights + longest * ((8 + residuals) * d + 2 * f) * 4) + 64 << 20
        diskBytes = isLedByWordsAlone ? 0 : 4 * width * height * frames
    }

    /// 3×3×3 convolutions of every level over the frames and pixels that it has.
    static func convolutions(
        _ autoencoder: Autoencoder, base: Int, blocks: Int, T: Int, h: Int, w: Int
    ) -> Double {
        var (T, h, w) = (Double(T), Double(h), Double(w))
        var operations = 0.0
        for (level, multiplier) in autoencoder.multipliers.reversed().enumerated() {
            let channels = Double(base * multiplier)
            operations += 2 * 27 * channels * channels * Double(2 * blocks) * T * h * w
            guard level < autoencoder.doublesTime.count else { continue }
            if autoencoder.doublesTime[level] { T = 2 * T - 1 }
            h *= 2
            w *= 2
        }
        return operations
    }
}

/// The floating-point operations of one window.
struct WindowWork: Sendable {
    /// Of what leads the clip to latents.
    let encoding: Double
    /// Of the transformer over all passes.
    let denoising: Double
    /// Of latents to frames.
    let decoding: Double

    var operations: Double { encoding + denoising + decoding }
}
