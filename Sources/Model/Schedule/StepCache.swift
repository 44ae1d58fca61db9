// SPDX-License-Identifier: Apache-2.0
//
// N steps, d width of the network.

import Tensors
import Weights

/// Which steps of a generation reuse what the blocks added to the tokens at an earlier step.
///
/// TeaCache: Liu et al., arXiv 2411.19108, as ali-vilab/TeaCache at 7c10efc has it for Wan 2.1
/// without retention steps. A step reuses while the changes of the timestep embedding since the
/// last computed step, each rescaled, add up to less than a threshold; the first and last step are
/// computed. The embedding depends on the timestep alone, so all is known before the first step.
package struct StepCache: Sendable, Equatable {
    /// N.
    package let steps: Int
    /// The steps that reuse, from 0, in ascending order.
    package let reused: [Int]

    /// Computes every step.
    package init(computingAll steps: Int) {
        (self.steps, reused) = (steps, [])
    }

    /// Decides from the relative change of the embedding at every step but the first, N − 1 of them.
    ///
    /// * `threshold`: Of the rescaled changes; 0 reuses nothing.
    package init(changes: [Double], rescaling: ChangeRescaling, threshold: Double) {
        var accumulated = 0.0
        var reused: [Int] = []
        for (step, change) in zip(1..., changes.dropLast()) {
            accumulated += rescaling(change)
            if accumulated < threshold { reused.append(step) } else { accumulated = 0 }
        }
        (steps, self.reused) = (changes.count + 1, reused)
    }

    /// Decides from the embedding that a transformer makes of the timesteps, of which it reads no
    /// other weights.
    ///
    /// - Throws: `ModelError.weights` where the embedding's weights cannot be read or do not fit.
    package init(
        threshold: Double, schedule: FlowSchedule, transformer: ModelPart,
        _ configuration: TransformerConfiguration
    ) throws(ModelError) {
        guard threshold > 0 else {
            self.init(computingAll: schedule.timesteps.count)
            return
        }
        let embedder: TimestepEmbedder
        var store = try transformer.openTransformer()
        do {
            embedder = TimestepEmbedder(&store, configuration)
            store.skip(prefix: "")
            try store.finish()
        } catch { throw .weights(error) }
        let embeddings = schedule.timesteps.map { embedder(Float($0)) }
        self.init(
            changes: zip(embeddings, embeddings.dropFirst()).map { $0.relativeChange(to: $1) },
            rescaling: configuration.changeRescaling, threshold: threshold)
    }

    /// Whether a step reuses; false after the last.
    package func reuses(_ step: Int) -> Bool { reused.contains(step) }

    /// How many steps are computed.
    package var computed: Int { steps - reused.count }

    /// The part of all computed steps that is done after the first `count`, 0…1.
    package func share(ofFirst count: Int) -> Double {
        Double(count - reused.count { $0 < count }) / Double(computed)
    }
}

/// How much the network's output changes where its timestep embedding changes by so much.
package struct ChangeRescaling: Sendable, Equatable {
    /// Of a polynomial, the highest power first.
    private let coefficients: [Double]

    /// The change itself.
    package static let plain = ChangeRescaling([1, 0])
    /// Fitted by TeaCache's authors to Wan2.1-T2V-1.3B at 50 steps.
    package static let smallWan = ChangeRescaling([
        2.39676752e+03, -1.31110545e+03, 2.01331979e+02, -8.29855975e+00, 1.37887774e-01,
    ])
    /// The same to Wan2.1-T2V-14B.
    package static let largeWan = ChangeRescaling([
        -5784.54975374, 5449.50911966, -1811.16591783, 256.27178429, -13.02252404,
    ])

    private init(_ coefficients: [Double]) { self.coefficients = coefficients }

    /// The polynomial's value; infinite where that is below zero.
    package func callAsFunction(_ change: Double) -> Double {
        let value = coefficients.reduce(0) { $0 * change + $1 }
        // Nothing changes by less than nothing: few steps lead outside of what was fitted, where
        // adding the value, as the authors do, would let every later step reuse.
        return value < 0 ? .infinity : value
    }
}

extension TransformerConfiguration {
    /// That of the published model of these dimensions, whose frozen base VACE has too; else plain.
    package var changeRescaling: ChangeRescaling {
        switch (width, layers) {
        case (1536, 30): .smallWan
        case (5120, 40): .largeWan
        default: .plain
        }
    }
}

extension Tensor {
    /// The mean distance of two tensors by the mean size of this one.
    fileprivate func relativeChange(to other: Tensor) -> Double {
        let distance = zip(values, other.values).reduce(0.0) { $0 + Double(abs($1.1 - $1.0)) }
        return distance / values.reduce(0.0) { $0 + Double(abs($1)) }
    }
}
