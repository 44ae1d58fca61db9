// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, h rows and w columns of latents; H rows, W columns of pixels.

package import Products
package import Weights

/// The encoder of an `AutoencoderKLWan`: frames to latents, one frame at a time.
///
/// Each convolution remembers two frames, so memory does not grow with the length of the clip.
/// diffusers encodes the first frame and then four at a time; the values are the same.
/// Architecture: Wan 2.1 (arXiv 2503.20314), as in diffusers v0.42.1, `AutoencoderKLWan.encode`.
package struct LatentEncoder: Sendable {
    /// What the encoder was built from.
    package let configuration: Autoencoder
    let input: CausalConvolution
    let levels: [DownBlock]
    let middle: MiddleBlock
    let norm: ChannelNormalization
    let output: CausalConvolution
    let quantize: CausalConvolution
    /// How many convolutions remember frames.
    let slots: Int
    /// What frames of nothing but mid-grey become, shared by all streams.
    let grey = GreyLatents()

    /// Opens the autoencoder of a model.
    ///
    /// - Throws: `ModelError`: an unreadable, unfit or unsupported configuration or weights.
    package init(_ part: ModelPart, precision: Precision = .float32) throws(ModelError) {
        try self.init(
            Autoencoder(part), weights: part.openAutoencoder(), precision: precision)
    }

    /// Takes the encoder's weights; the decoder's may be there and are not used.
    ///
    /// - Throws: `ModelError.weights`, naming every tensor that is missing, of another shape, or
    ///   left over.
    package init(
        _ configuration: Autoencoder, weights: WeightStore, precision: Precision = .float32
    ) throws(ModelError) {
        self.configuration = configuration
        var parts = AutoencoderParts(store: weights, precision: precision)
        let base = configuration.encoderBase
        // Latents and pixels stay exact: both ends cost next to nothing.
        input = parts.convolution("encoder.conv_in", 3, base, [3, 3, 3], precision: .float32)
        var levels: [DownBlock] = []
        var channels = base
        // The blocks of all levels are numbered through.
        var number = 0
        func name() -> String {
            defer { number += 1 }
            return "encoder.down_blocks.\(number)"
        }
        for (level, multiplier) in configuration.multipliers.enumerated() {
            let width = base * multiplier
            var blocks: [ResidualBlock] = []
            for _ in 0..<configuration.residualBlocks {
                blocks.append(parts.residualBlock(name(), channels, width))
                channels = width
            }
            let downsampler =
                level == configuration.multipliers.count - 1
                ? nil
                : parts.downsampler(name(), width, halvesTime: configuration.halvesTime[level])
            levels.append(DownBlock(blocks: blocks, downsampler: downsampler))
        }
        self.levels = levels
        let z = configuration.latentChannels
        middle = parts.middle("encoder.mid_block", channels)
        norm = parts.normalization(
            "encoder.norm_out", channels, axes: 3, precision: .float32)
        output = parts.convolution(
            "encoder.conv_out", channels, 2 * z, [3, 3, 3], precision: .float32)
        quantize = parts.convolution(
            "quant_conv", 2 * z, 2 * z, [1, 1, 1], precision: .float32)
        slots = parts.slots
        parts.store.skip(prefix: "decoder.")
        parts.store.skip(prefix: "post_quant_conv.")
        do { try parts.store.finish() } catch { throw .weights(error) }
    }

    /// Begins to encode a clip.
    package func stream() -> LatentStream { LatentStream(encoder: self) }
}
