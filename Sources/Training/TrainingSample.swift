// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; L text tokens, d width.

package import Tensors

/// A caption as the transformer sees it before its blocks; it does not depend on factors.
package struct TrainingText: Sendable {
    /// (L, d), or (L + 1, d) where the last row stands for all that the pipeline pads with.
    let rows: Tensor
    /// Added to the logit of each row, or empty.
    let bias: [Float]
}

/// What the control branch looks at, and how much it says.
package struct TrainingControl: Sendable {
    /// The context through the branch's first projection, (N, d); it does not depend on factors.
    let tokens: Tensor
    /// The factor of each hint.
    let strength: [Float]
}

/// One example of one step.
package struct TrainingSample: Sendable {
    /// x, normalised, (C, T, H, W).
    package var latents: Tensor
    /// ε, (C, T, H, W).
    package var noise: Tensor
    /// σ; the network's timestep is 1000·σ.
    package var sigma: Float
    package var text: TrainingText
    package var control: TrainingControl?
    /// What its loss counts for: 1/batch where losses are averaged.
    package var weight: Float

    package init(
        latents: Tensor, noise: Tensor, sigma: Float, text: TrainingText,
        control: TrainingControl? = nil, weight: Float = 1
    ) {
        precondition(latents.shape == noise.shape, "\(noise.shape) is not \(latents.shape)")
        self.latents = latents
        self.noise = noise
        self.sigma = sigma
        self.text = text
        self.control = control
        self.weight = weight
    }
}
