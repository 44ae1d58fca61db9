// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens, L text tokens, d width.

import Glibc
package import Model
package import Products
package import Tensors
import Weights

/// A `WanTransformer3DModel`, or its VACE variant, whose weights stand still and whose low-rank factors
/// have gradients.
package final class TrainableTransformer: Sendable {
    package let configuration: TransformerConfiguration
    private let memoryBudget: Int
    private let patches: PatchEmbedding
    private let timestepEmbedding: TimestepEmbedding
    private let textFirst: Linear
    private let textSecond: Linear
    private let network: TrainableNetwork
    private let head: TrainableHead

    /// Opens the transformer of a model; its weights stay mapped.
    ///
    /// * `withControl`: Whether to take the weights of the control branch, which is there.
    /// * `memoryBudget`: Bytes for what the forward keeps for the backward; blocks that it has no room
    ///   for are computed again from their input. What a block needs while it is worked on comes on top.
    /// * `precision`: Of the blocks' frozen products, float32 or bfloat16; everything else is float32.
    /// - Throws: `ModelError` naming the key or tensor that does not fit.
    package init(
        _ part: ModelPart, withControl: Bool = false, memoryBudget: Int = 4 << 30,
        precision: Precision = .float32
    ) throws(ModelError) {
        let configuration = try TransformerConfiguration(part)
        self.configuration = configuration
        self.memoryBudget = memoryBudget
        var store = try part.openTransformer()
        let width = configuration.width
        patches = PatchEmbedding(
            &store, "patch_embedding", channels: configuration.inputChannels, configuration)
        timestepEmbedding = TimestepEmbedding(&store, configuration)
        let text = "condition_embedder.text_embedder"
        textFirst = Linear(
            &store, "\(text).linear_1", inputs: configuration.textChannels, outputs: width)
        textSecond = Linear(&store, "\(text).linear_2", inputs: width, outputs: width)
        precondition(
            configuration.hasControl || !withControl, "'\(part.path)' has no control branch")
        network = TrainableNetwork(
            &store, configuration, withControl: withControl, precision: precision)
        if configuration.hasControl, !withControl { store.skip(prefix: "vace_") }
        head = TrainableHead(&store, configuration)
        do { try store.finish() } catch { throw .weights(error) }
    }

    /// Every projection that can have factors: those of attention and feed-forward of each block.
    func layout(rank: Int, withControl: Bool) -> FactorLayout {
        precondition(
            !withControl || network.control != nil, "opened without the control branch")
        let base = BlockProjections.layout("blocks", count: configuration.layers, configuration)
        let branch = BlockProjections.layout(
            "vace_blocks", count: withControl ? configuration.controlLayers.count : 0,
            configuration)
        return FactorLayout(rank: rank, projections: base + branch)
    }

    /// Prepares the states of a caption, once.
    ///
    /// All rows that the pipeline pads with give one key and one value, so one row with ln(count)
    /// added to its logit is exact.
    ///
    /// * `states`: The encoder's states of the real tokens, (L, text channels).
    /// * `paddedLength`: The length that the pipeline pads to, at least L.
    package func remember(_ states: Tensor, paddedLength: Int) -> TrainingText {
        let padding = paddedLength - states.rows
        precondition(padding >= 0, "\(states.rows) text tokens do not fit in \(paddedLength)")
        var rows = states
        var bias: [Float] = []
        if padding > 0 {
            rows = Tensor(
                shape: [states.rows + 1, states.columns],
                values: states.values + [Float](repeating: 0, count: states.columns))
            bias = [Float](repeating: 0, count: states.rows) + [logf(Float(padding))]
        }
        var hidden = textFirst(rows)
        hidden.applyGELU()
        return TrainingText(rows: textSecond(hidden), bias: bias)
    }

    /// Prepares what the control branch looks at, once a clip.
    ///
    /// * `context`: What `ControlContext` built, (C, T, H, W); T, H and W are those of the latents.
    /// * `strength`: The factor of each hint, one for each of `configuration.controlLayers`.
    package func control(_ context: Tensor, strength: [Float]) -> TrainingControl {
        guard let control = network.control else {
            preconditionFailure("opened without the control branch")
        }
        return control.signal(context, strength: strength)
    }

    /// The losses of samples, and their gradients.
    ///
    /// A loss is mean((v − (ε − x))²), not weighted; Σ weight·∂loss/∂factors is added to `gradients`.
    /// Samples may have different shapes. The same arguments give the same bits on the same machine.
    ///
    /// * `gradients`: `factors.layout.count` values.
    package func lossesAndGradients(
        of samples: [TrainingSample], factors: FactorSet,
        accumulatingInto gradients: inout [Float]
    ) -> [Float] {
        Factors.lend(factors, &gradients) { factors in
            samples.map { sample in
                var run = begin(
                    sample.noisy, sigma: sample.sigma, sample.text, sample.control, factors)
                let velocity = head.velocity(run.pass.tokens, run.embedding)
                let loss = head.pullLoss(
                    velocity, target: head.patches(of: sample.target), weight: sample.weight)
                run.pass.pull(head.pull(velocity, run.pass.tokens, run.embedding))
                return loss
            }
        }
    }

    /// The loss of a sample alone, not weighted, without gradients.
    package func loss(of sample: TrainingSample, factors: FactorSet) -> Float {
        Factors.lend(factors) { factors in
            let run = begin(
                sample.noisy, sigma: sample.sigma, sample.text, sample.control, factors)
            return head.pullLoss(
                head.velocity(run.pass.tokens, run.embedding),
                target: head.patches(of: sample.target), weight: 1)
        }
    }

    /// The velocity of latents (C, T, H, W) at a noise level, of the same shape.
    package func velocity(
        of latents: Tensor, sigma: Float, text: TrainingText, control: TrainingControl? = nil,
        factors: FactorSet
    ) -> Tensor {
        Factors.lend(factors) { factors in
            let run = begin(latents, sigma: sigma, text, control, factors)
            return patches.unpatchify(
                head.velocity(run.pass.tokens, run.embedding).tensor, like: latents.shape)
        }
    }

    /// Runs the blocks; `embedding` is the timestep's, (1, d).
    private func begin(
        _ latents: Tensor, sigma: Float, _ text: TrainingText, _ control: TrainingControl?,
        _ factors: Factors
    ) -> (pass: SamplePass, embedding: Tensor) {
        let modulation = timestepEmbedding(1_000 * sigma)
        let angles = rotaryAngles(
            configuration.grid(
                frames: latents.shape[1], height: latents.shape[2], width: latents.shape[3]),
            headChannels: configuration.headChannels)
        var sines = angles.sines
        for index in sines.values.indices { sines.values[index] = -sines.values[index] }
        let around = TrainableBlock.Surroundings(
            modulation: modulation.blocks, angles: angles,
            opposite: RotaryAngles(cosines: angles.cosines, sines: sines), text: Rows(text.rows),
            bias: text.bias, factors: factors)
        let pass = SamplePass(
            network, tokens: patches(latents), control: control, around,
            memoryBudget: memoryBudget)
        return (pass, modulation.embedding)
    }
}

extension TrainingSample {
    /// (1 − σ)·x + σ·ε.
    fileprivate var noisy: Tensor { combined { (1 - sigma) * $0 + sigma * $1 } }
    /// ε − x.
    fileprivate var target: Tensor { combined { $1 - $0 } }

    private func combined(_ body: (Float, Float) -> Float) -> Tensor {
        Tensor(
            shape: latents.shape, values: zip(latents.values, noise.values).map { body($0, $1) })
    }
}
