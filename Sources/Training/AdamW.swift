// SPDX-License-Identifier: Apache-2.0

import Glibc
import Products
import Tensors

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
    /// A gradient that is not finite leaves factors and moments as they are; its norm tells.
    ///
    /// * `gradients`: As the layout of the factors has them.
    package func update(_ state: inout TrainingState, by gradients: [Float]) -> Float {
        let count = gradients.count
        precondition(count == state.factors.values.count, "gradients of other factors")
        let norm = Self.norm(gradients)
        state.step += 1
        guard norm.isFinite else { return norm }
        let steps = Double(state.step)
        let step = AdamStep(
            gradientScale: min(1, largestNorm / (norm + 1e-6)), beta1: beta1, beta2: beta2,
            epsilon: epsilon, learningRate: learningRate, weightDecay: weightDecay,
            firstCorrection: Float(1 - pow(Double(beta1), steps)),
            secondCorrection: Float(1 - pow(Double(beta2), steps)))
        unsafe gradients.withUnsafeBufferPointer { gradients in
            unsafe state.factors.values.withUnsafeMutableBufferPointer { values in
                unsafe state.firstMoments.withUnsafeMutableBufferPointer { first in
                    unsafe state.secondMoments.withUnsafeMutableBufferPointer { second in
                        guard let g = gradients.baseAddress, let w = values.baseAddress,
                            let m = first.baseAddress, let v = second.baseAddress
                        else { return }
                        parallelFor(count, grain: 1 << 15) { range in
                            let start = range.lowerBound
                            unsafe step.apply(
                                to: w + start, gradients: g + start, first: m + start,
                                second: v + start, count: range.count)
                        }
                    }
                }
            }
        }
        return norm
    }

    /// The Euclidean norm, added up in pieces of fixed size so that it does not depend on threads.
    static func norm(_ values: [Float]) -> Float {
        let piece = 1 << 15
        let count = (values.count + piece - 1) / piece
        let sums = unsafe values.withUnsafeBufferPointer { values in
            (0..<count).map { index in
                guard let start = values.baseAddress else { return 0.0 }
                let first = index * piece
                let x = unsafe UnsafePointer(start + first)
                return unsafe Double(
                    passes.dot(x, x, count: min(piece, values.count - first)))
            }
        }
        return Float(sums.reduce(0, +).squareRoot())
    }
}
