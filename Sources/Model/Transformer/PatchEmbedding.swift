// SPDX-License-Identifier: Apache-2.0
//
// C channels, T × H × W latent frames, rows and columns; N tokens; p = pt·ph·pw elements a patch.

package import Tensors
package import Weights

/// Latents to tokens and back: a convolution whose stride is its kernel is a linear layer.
package struct PatchEmbedding: Sendable {
    private let configuration: TransformerConfiguration
    private let projection: Linear

    /// Takes the weights of `NAME`, which embeds latents of so many channels.
    package init(
        _ store: inout WeightStore, _ name: String, channels: Int,
        _ configuration: TransformerConfiguration
    ) {
        self.configuration = configuration
        projection = Linear(
            weight: store.take(
                "\(name).weight", [configuration.width, channels] + configuration.patchSize),
            bias: store.take("\(name).bias", [configuration.width]))
    }

    /// Embeds latents (C, T, H, W) as tokens (N, d).
    package func callAsFunction(_ latents: Tensor) -> Tensor {
        let (pt, ph, pw) = configuration.patch
        let (C, T, H, W) = (
            latents.shape[0], latents.shape[1], latents.shape[2], latents.shape[3]
        )
        let grid = configuration.grid(frames: T, height: H, width: W)
        var patches: [Float] = []
        patches.reserveCapacity(latents.count)
        for t in 0..<grid.frames {
            for y in 0..<grid.rows {
                for x in 0..<grid.columns {
                    for c in 0..<C {
                        for dt in 0..<pt {
                            for dy in 0..<ph {
                                let row = ((c * T + t * pt + dt) * H + y * ph + dy) * W + x * pw
                                patches.append(contentsOf: latents.values[row..<row + pw])
                            }
                        }
                    }
                }
            }
        }
        return projection(Tensor(shape: [grid.count, C * pt * ph * pw], values: patches))
    }

    /// Puts patches (N, p·C), the channel innermost, back in place: (C, T, H, W).
    package func unpatchify(_ patches: Tensor, like latents: [Int]) -> Tensor {
        let (pt, ph, pw) = configuration.patch
        let (C, T, H, W) = (configuration.outputChannels, latents[1], latents[2], latents[3])
        let grid = configuration.grid(frames: T, height: H, width: W)
        var result = Tensor(zeros: [C, T, H, W])
        var source = 0
        for t in 0..<grid.frames {
            for y in 0..<grid.rows {
                for x in 0..<grid.columns {
                    for dt in 0..<pt {
                        for dy in 0..<ph {
                            for dx in 0..<pw {
                                for c in 0..<C {
                                    let row = (c * T + t * pt + dt) * H + y * ph + dy
                                    result.values[row * W + x * pw + dx] = patches.values[source]
                                    source += 1
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}
