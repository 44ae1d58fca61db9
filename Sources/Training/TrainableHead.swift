// SPDX-License-Identifier: Apache-2.0
//
// N tokens, d width, p = pt·ph·pw elements a patch of C channels; T × H × W latent frames, rows, columns.

import Model
import Tensors
import Weights

/// The last layer, tokens to velocity, and the loss at its end.
///
/// v = (x̂·(1 + scale) + shift)·Wᵀ + b, loss = mean((v − target)²), ∂v = 2(v − target)/count.
struct TrainableHead: Sendable {
    private let configuration: TransformerConfiguration
    private let linear: FrozenLinear
    /// (1, 2, d).
    private let table: Weight

    init(_ store: inout WeightStore, _ configuration: TransformerConfiguration) {
        self.configuration = configuration
        let width = configuration.width
        linear = FrozenLinear(
            &store, "proj_out", inputs: width,
            outputs: configuration.outputChannels * configuration.patchSize.reduce(1, *))
        table = store.take("scale_shift_table", [1, 2, width])
    }

    /// * `embedding`: The timestep's, (1, d).
    private func norm(_ embedding: Tensor) -> LayerNormalization {
        let (width, span) = (configuration.width, table.span)
        return LayerNormalization(
            epsilon: configuration.epsilon,
            scale: (0..<width).map { 1 + embedding.values[$0] + span[width + $0] },
            shift: (0..<width).map { embedding.values[$0] + span[$0] })
    }

    /// The velocity in patches, (N, p·C), the channel innermost.
    func velocity(_ x: Rows, _ embedding: Tensor) -> Rows {
        let norm = norm(embedding)
        let (normalized, patches) = (Rows(x.count, x.width), Rows(x.count, linear.outputs))
        forEachRange(x.count) { _, rows in
            norm.apply(x, rows, into: normalized)
            linear.apply(normalized, rows, into: patches)
        }
        return patches
    }

    /// What a velocity hands back to the tokens, (N, d).
    ///
    /// * `gradient`: ∂v, (N, p·C).
    func pull(_ gradient: Rows, _ x: Rows, _ embedding: Tensor) -> Rows {
        let norm = norm(embedding)
        let (between, result) = (Rows(x.count, x.width), Rows(Tensor(zeros: [x.count, x.width])))
        forEachRange(x.count) { _, rows in
            linear.pull(gradient, rows, into: between)
            norm.pull(x, between, rows, addingTo: result)
        }
        return result
    }

    /// Latents (C, T, H, W) cut into patches as the last layer gives them, (N, p·C).
    func patches(of latents: Tensor) -> [Float] {
        let (pt, ph, pw) = configuration.patch
        let (C, T, H, W) = (
            latents.shape[0], latents.shape[1], latents.shape[2], latents.shape[3]
        )
        let grid = configuration.grid(frames: T, height: H, width: W)
        var patches: [Float] = []
        patches.reserveCapacity(latents.count)
        for token in 0..<grid.count {
            let (t, y) = (token / (grid.rows * grid.columns), token / grid.columns % grid.rows)
            let x = token % grid.columns
            for element in 0..<pt * ph * pw {
                let row = (t * pt + element / (ph * pw)) * H + y * ph + element / pw % ph
                for c in 0..<C {
                    patches.append(latents.values[(c * T * H + row) * W + x * pw + element % pw])
                }
            }
        }
        return patches
    }

    /// Turns velocities into the gradient of their loss, times a weight, and returns the loss.
    ///
    /// * `velocity`: (N, p·C); ∂v afterwards.
    /// * `target`: As many values.
    func pullLoss(_ velocity: Rows, target: [Float], weight: Float) -> Float {
        precondition(target.count == velocity.count * velocity.width)
        let factor = 2 * weight / Float(target.count)
        var total = 0.0
        for row in 0..<velocity.count {
            let v = unsafe velocity.row(row)
            for column in 0..<velocity.width {
                let difference = unsafe v[column] - target[row * velocity.width + column]
                total += Double(difference * difference)
                unsafe v[column] = factor * difference
            }
        }
        return Float(total / Double(target.count))
    }
}
