// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, f channels of the feed-forward network, r rank, L layers.

import Model
import Products
import Tensors

/// What a training will cost, worked out from the dimensions before it starts: seconds on this
/// machine's processors, roughly.
package struct TrainingWork: Sendable {
    let encoding: Double
    let prior: Double
    /// Of the clips before, and of those after.
    let sheet: Double
    /// Of one step, and of one example in it.
    package let step: Double
    let sample: Double
    let training: Double
    let decoding: Double
    /// A rough guess at the largest resident size.
    package let memoryBytes: Int

    package var seconds: Double { encoding + prior + 2 * sheet + training + decoding }

    /// Backward through weights that stand still costs as much as forward, attention twice as much,
    /// and some blocks are computed twice.
    private static let backward = 2.4
    /// Bytes that the training keeps of a forward, at most.
    static let memoryBudget = 4 << 30

    init(
        _ transformer: TransformerConfiguration, _ autoencoder: Autoencoder, _ latent: LatentScale,
        precision: Precision, examples: [Bucket], priors: [Bucket], sheet: [Bucket],
        samplingSteps: Int, isGuided: Bool, steps: Int, batch: Int, priorsInStep: Int, rank: Int
    ) {
        let (d, f) = (Double(transformer.width), Double(transformer.feedForwardChannels))
        let L = Double(transformer.layers)
        func tokens(_ bucket: Bucket) -> Double {
            Double(
                transformer.grid(
                    frames: latent.frames(of: bucket.frames), height: bucket.height / latent.space,
                    width: bucket.width / latent.space
                ).count)
        }
        func forward(_ bucket: Bucket) -> Double {
            let N = tokens(bucket)
            return L * (2 * N * (6 * d * d + 2 * d * f) + 4 * N * N * d)
        }
        func mean(_ buckets: [Bucket], _ cost: (Bucket) -> Double) -> Double {
            buckets.isEmpty ? 0 : buckets.reduce(0) { $0 + cost($1) } / Double(buckets.count)
        }
        let threads = Double(processorCount)
        let trained = Work.operationsPerSecond(.float32) * threads
        let sampled = Work.operationsPerSecond(precision) * threads
        let convolved = Work.convolutionsPerSecond * threads
        let passes = Double(samplingSteps * (isGuided ? 2 : 1))
        func sampling(_ clips: [Bucket]) -> Double {
            clips.reduce(0) { $0 + forward($1) * passes / sampled }
        }
        func convolutions(_ bucket: Bucket, base: Int, blocks: Int) -> Double {
            Work.convolutions(
                autoencoder, base: base, blocks: blocks, T: latent.frames(of: bucket.frames),
                h: bucket.height / latent.space, w: bucket.width / latent.space) / convolved
        }
        encoding = examples.reduce(0) {
            $0
                + convolutions(
                    $1, base: autoencoder.encoderBase, blocks: autoencoder.residualBlocks)
        }
        prior = sampling(priors)
        self.sheet = sampling(sheet)
        decoding = sheet.reduce(0) {
            $0
                + 2
                * convolutions(
                    $1, base: autoencoder.decoderBase, blocks: autoencoder.residualBlocks + 1)
        }
        sample = mean(examples, forward) * (1 + Self.backward) / trained
        let priorSample = mean(priors, forward) * (1 + Self.backward) / trained
        step = Double(batch) * sample + Double(priorsInStep) * priorSample
        training = Double(steps) * step
        let most = (examples + priors + sheet).map(tokens).max() ?? 0
        let weights = L * (8 * d * d + 2 * d * f) * 4
        let factors = L * Double(rank) * (8 * 2 * d + 2 * (d + f)) * 4 * 5
        let kept = min(L * most * (12 * d + 2 * f) * 4, Double(Self.memoryBudget))
        let latents = examples.reduce(0.0) {
            $0 + Double(latent.channels) * tokens($1) * 16
        }
        memoryBytes =
            Int(weights + factors + kept + most * (16 * d + 3 * f) * 4 + latents) + 96 << 20
    }
}
