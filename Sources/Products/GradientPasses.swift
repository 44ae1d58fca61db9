// SPDX-License-Identifier: Apache-2.0

import CKernels

// What training needs, one row a call, on the calling thread; every row has `count` elements.
extension Passes {
    /// y = x·gate; `y` may be `x`.
    package func multiply(
        _ x: UnsafePointer<Float>, by gate: UnsafePointer<Float>,
        into y: UnsafeMutablePointer<Float>, count: Int
    ) {
        unsafe table.multiply(x, gate, y, count)
    }

    /// x·factor, in place.
    package func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
        unsafe table.scale(x, x, factor, count)
    }

    /// Σ x·y.
    package func dot(
        _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int
    ) -> Float {
        unsafe table.dot(x, y, count)
    }

    /// Adds to ∂x what the layer normalisation of `x` hands back of ∂y.
    ///
    /// With x̂ = (x − mean)/√(variance + epsilon) and g = ∂y·scale:
    /// ∂x += (g − mean(g) − x̂·mean(g·x̂))/√(variance + epsilon).
    package func pullLayerNorm(
        _ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        addingTo dx: UnsafeMutablePointer<Float>, count: Int, epsilon: Float,
        scale: UnsafePointer<Float>
    ) {
        unsafe table.layer_norm_gradient(x, dy, dx, count, epsilon, scale)
    }

    /// Turns ∂y into what the root-mean-square normalisation of `x` hands back of it.
    ///
    /// With x̂ = x/√(mean(x²) + epsilon) and g = ∂y·scale: ∂x = (g − x̂·mean(g·x̂))/√(mean(x²) + epsilon).
    package func pullRootMeanSquareNorm(
        _ x: UnsafePointer<Float>, _ dy: UnsafeMutablePointer<Float>, count: Int, epsilon: Float,
        scale: UnsafePointer<Float>
    ) {
        unsafe table.rms_norm_gradient(x, dy, count, epsilon, scale)
    }

    /// Turns ∂y into what GELU of `x` hands back of it, and `x` into GELU(x).
    ///
    /// GELU(x) = x·s with s = sigmoid(z), z = 2√(2/π)(x + 0.044715x³); GELU′ = s + x·s(1 − s)·z′.
    package func pullGELU(
        _ x: UnsafeMutablePointer<Float>, _ dy: UnsafeMutablePointer<Float>, count: Int
    ) {
        unsafe table.gelu_gradient(x, dy, count)
    }

    /// Turns logits into weights 2^(logit·scale + bias − maximum), whose sum and maximum it returns.
    ///
    /// * `bias`: (count), or nil.
    package func exponentiate(
        _ x: UnsafeMutablePointer<Float>, scale: Float, bias: UnsafePointer<Float>?, count: Int
    ) -> (maximum: Float, sum: Float) {
        var (largest, total) = (-Float.greatestFiniteMagnitude, Float(0))
        _ = unsafe table.softmax(
            x, 0, scale, nil, nil, bias, &largest, &total, x, ROW_FLOAT32, count)
        return (largest, total)
    }

    /// Turns logits into probabilities 2^(logit·scale + bias − logarithm of the sum).
    ///
    /// * `bias`: (count), or nil.
    package func exponentiate(
        _ x: UnsafeMutablePointer<Float>, scale: Float, bias: UnsafePointer<Float>?,
        logSum: Float, count: Int
    ) {
        unsafe table.probabilities(x, scale, bias, logSum, count)
    }

    /// Turns ∂p into what the softmax that gave `p` hands back of it, times a factor: p·(∂p − mean)·factor.
    ///
    /// * `mean`: Σ p·∂p.
    package func pullSoftmax(
        _ p: UnsafePointer<Float>, _ dp: UnsafeMutablePointer<Float>, mean: Float, factor: Float,
        count: Int
    ) {
        unsafe table.softmax_gradient(p, dp, mean, factor, count)
    }
}

/// One step of Adam with decoupled weight decay, all that does not depend on the element.
package struct AdamStep: Sendable {
    private let step: adam_step

    /// * `gradientScale`: Multiplies each gradient.
    /// * `firstCorrection`, `secondCorrection`: 1 − beta1ᵗ and 1 − beta2ᵗ of the t-th step.
    package init(
        gradientScale: Float, beta1: Float, beta2: Float, epsilon: Float, learningRate: Float,
        weightDecay: Float, firstCorrection: Float, secondCorrection: Float
    ) {
        step = adam_step(
            gradient_scale: gradientScale, beta1: beta1, beta2: beta2, epsilon: epsilon,
            decay: 1 - learningRate * weightDecay, rate: learningRate / firstCorrection,
            root_correction: 1 / secondCorrection.squareRoot())
    }

    /// Changes `count` values and their moments.
    package func apply(
        to values: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
        first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int
    ) {
        var step = step
        unsafe passes.table.adam(values, gradients, first, second, &step, count)
    }
}
