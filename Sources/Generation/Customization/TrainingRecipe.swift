// SPDX-License-Identifier: Apache-2.0

import Glibc
import Model

/// How a style is trained where a request says nothing: every number that was found by trying.
enum TrainingRecipe {
    static let rank = 16
    static let steps = 400
    /// Examples of one step.
    static let batch = 4
    /// Clips of the untrained model that remind it of what it was, and how many of them are looked at
    /// for each example of a step.
    static let priorClips = 16
    static let priorShare = 1.0
    /// The part of the examples, and of what reminds, that is shown without words.
    ///
    /// Guidance leads away from what the model makes of no words, and exaggerates a style that it
    /// does not know there.
    static let wordlessExamples = 0.2
    static let wordlessPriors = 0.15
    /// What clips of the untrained model count for: nothing, as a style is in use only where a request
    /// names it, and a style that is held back is learnt less well.
    static let prior = 0.0
    /// The part of all steps in which the learning rate rises; then it falls.
    static let warmUp = 0.05

    /// A narrow network has less to lose, and needs more.
    static func learningRate(of transformer: TransformerConfiguration) -> Double {
        isNarrow(transformer) ? 2e-3 : 1e-4
    }

    /// The learning rate of a step, as a part of the one that was asked for: it rises in a line and
    /// falls to nothing as half a cosine.
    static func share(ofStep step: Int, of steps: Int) -> Float {
        let rising = max(1, (Double(steps) * warmUp).rounded())
        let done = Double(step + 1)
        guard done > rising else { return Float(done / rising) }
        return Float((1 + cos(.pi * (done - rising) / (Double(steps) - rising + 1))) / 2)
    }

    /// Clips of the untrained and the trained model that the result shows side by side.
    static let sheetPrompts = 3

    /// How a clip is sampled that only shows what was learnt, or that only reminds: in full where that
    /// costs little.
    static func sampling(
        _ transformer: TransformerConfiguration, _ defaults: ModelDefaults
    ) -> (steps: Int, frames: Int, size: Int) {
        isNarrow(transformer)
            ? (defaults.steps, defaults.frames, 1) : (min(defaults.steps, 20), 17, 2)
    }

    private static func isNarrow(_ transformer: TransformerConfiguration) -> Bool {
        transformer.width < 512
    }
}
