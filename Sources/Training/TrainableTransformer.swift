// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, L text tokens, d width.

package import Model
package import Tensors
import Weights

/// A `WanTransformer3DModel`, or its VACE variant, whose weights stand still and whose low-rank factors
/// have gradients.
package final class TrainableTransformer: Sendable {
    package let configuration: TransformerConfiguration

    /// Opens the folder `transformer/` of a model; its weights stay mapped.
    ///
    /// * `withControl`: Whether to take the weights of the control branch, which is there.
    /// * `memoryBudget`: Bytes for what the forward keeps for the backward; blocks that it has no room
    ///   for are computed again from their input. What a block needs while it is worked on comes on top.
    /// - Throws: `ModelError` naming the key or tensor that does not fit.
    package init(
        folder: String, withControl: Bool = false, memoryBudget: Int = 4 << 30
    ) throws(ModelError) {
        configuration = try TransformerConfiguration(path: "\(folder)/config.json")
    }

    /// Every projection that can have factors: those of attention and feed-forward of each block.
    func layout(rank: Int, withControl: Bool) -> FactorLayout {
        FactorLayout(rank: rank, projections: [])
    }

    /// Prepares the states of a caption, once.
    ///
    /// * `states`: The encoder's states of the real tokens, (L, text channels).
    /// * `paddedLength`: The length that the pipeline pads to, at least L.
    package func remember(_ states: Tensor, paddedLength: Int) -> TrainingText {
        preconditionFailure()
    }

    /// Prepares what the control branch looks at, once a clip.
    ///
    /// * `context`: What `ControlContext` built, (C, T, H, W); T, H and W are those of the latents.
    /// * `strength`: The factor of each hint, one for each of `configuration.controlLayers`.
    package func control(_ context: Tensor, strength: [Float]) -> TrainingControl {
        preconditionFailure()
    }

    /// The losses of samples, mean((v − (ε − x))²) each and not weighted, and Σ weight·∂loss/∂factors
    /// added to `gradients`.
    ///
    /// Samples may have different shapes. The same arguments give the same bits on the same machine.
    ///
    /// * `gradients`: `factors.layout.count` values.
    package func lossesAndGradients(
        of samples: [TrainingSample], factors: FactorSet,
        accumulatingInto gradients: inout [Float]
    ) -> [Float] {
        preconditionFailure()
    }

    /// The loss of a sample alone, without gradients.
    package func loss(of sample: TrainingSample, factors: FactorSet) -> Float {
        preconditionFailure()
    }

    /// The velocity of latents (C, T, H, W) at a noise level, of the same shape.
    package func velocity(
        of latents: Tensor, sigma: Float, text: TrainingText, control: TrainingControl? = nil,
        factors: FactorSet
    ) -> Tensor {
        preconditionFailure()
    }
}
