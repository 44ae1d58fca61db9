// SPDX-License-Identifier: Apache-2.0

import Model

/// How a style is trained where a request says nothing: every number that was found by trying.
enum TrainingRecipe {
    static let rank = 16
    static let steps = 600
    /// Examples of one step.
    static let batch = 4
    /// The part of all examples that is shown without a caption, so that guidance keeps working.
    static let captionDropout = 0.1
    /// Clips of the untrained model that are looked at where the request wants them, and how many of
    /// them for each example of a step.
    static let priorClips = 8
    static let priorShare = 0.25
    /// The part of all steps in which the learning rate rises.
    static let warmUp = 0.05

    /// A narrow network has less to lose, and needs more.
    static func learningRate(of transformer: TransformerConfiguration) -> Double {
        isNarrow(transformer) ? 1e-3 : 1e-4
    }

    /// The learning rate of a step, as a part of the one that was asked for.
    static func share(ofStep step: Int, of steps: Int) -> Float {
        let rising = max(1, (Double(steps) * warmUp).rounded())
        return Float(min(1, Double(step + 1) / rising))
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
