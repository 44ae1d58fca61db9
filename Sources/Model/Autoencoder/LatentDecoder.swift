// SPDX-License-Identifier: Apache-2.0
//
// z latent channels, T latent frames, h rows and w columns of latents; H rows, W columns of pixels.

package import Products
package import Tensors
package import Weights

/// The decoder of an `AutoencoderKLWan`: latents to frames, one latent frame at a time.
///
/// Each convolution remembers two frames, so memory does not grow with the length of the clip.
/// Architecture: Wan 2.1 (arXiv 2503.20314), as in diffusers v0.42.1, `AutoencoderKLWan.decode`.
package struct LatentDecoder: Sendable {
    /// What the decoder was built from.
    package let configuration: Autoencoder
    let unquantize: CausalConvolution
    let input: CausalConvolution
    let middle: MiddleBlock
    /// Those that double the frames at their end, then the one to the pixels.
    let stretches: [Stretch]
    /// How many convolutions before the stretches remember frames.
    let slots: Int

    /// Opens the autoencoder of a model.
    ///
    /// - Throws: `ModelError`: an unreadable, unfit or unsupported configuration or weights.
    package init(_ part: ModelPart, precision: Precision = .float32) throws(ModelError) {
        try self.init(
            Autoencoder(part), weights: part.openAutoencoder(), precision: precision)
    }

    /// Takes the decoder's weights; the encoder's may be there and are not used.
    ///
    /// - Throws: `ModelError.weights`, naming every tensor that is missing, of another shape, or
    ///   left over.
    package init(
        _ configuration: Autoencoder, weights: WeightStore, precision: Precision = .float32
    ) throws(ModelError) {
        self.configuration = configuration
        var parts = AutoencoderParts(store: weights, precision: precision)
        let z = configuration.latentChannels
        // Latents and pixels stay exact: both ends cost next to nothing.
        unquantize = parts.convolution("post_quant_conv", z, z, [1, 1, 1], precision: .float32)
        let widths = configuration.multipliers.reversed().map { $0 * configuration.decoderBase }
        input = parts.convolution(
            "decoder.conv_in", z, widths[0], [3, 3, 3], precision: .float32)
        middle = parts.middle("decoder.mid_block", widths[0])
        stretches = parts.stretches(configuration, widths)
        slots = parts.slots
        parts.store.skip(prefix: "encoder.")
        parts.store.skip(prefix: "quant_conv.")
        do { try parts.store.finish() } catch { throw .weights(error) }
    }

    /// Begins to decode a clip.
    ///
    /// - Parameter latents: (z, T, h, w), normalised as the transformer leaves them: mean and
    ///   deviation of the configuration are put back here.
    /// - Returns: The frames, none of them decoded yet.
    package func stream(_ latents: Tensor) -> FrameStream {
        FrameStream(decoder: self, latents: latents)
    }
}
