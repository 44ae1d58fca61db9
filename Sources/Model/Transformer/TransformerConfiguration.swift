// SPDX-License-Identifier: Apache-2.0

/// The dimensions of a `WanTransformer3DModel`, from its `config.json`.
///
/// Key names and defaults: diffusers v0.42.1, models/transformers/transformer_wan.py.
package struct TransformerConfiguration: Sendable, Equatable {
    /// Latent frames, rows and columns of one token.
    package var patch: (time: Int, height: Int, width: Int) {
        (patchSize[0], patchSize[1], patchSize[2])
    }
    package let patchSize: [Int]
    package let heads: Int
    /// Channels of one head.
    package let headChannels: Int
    package let inputChannels: Int
    package let outputChannels: Int
    /// Channels of the text encoder's states.
    package let textChannels: Int
    /// Channels of the sinusoidal timestep embedding.
    package let frequencyChannels: Int
    package let feedForwardChannels: Int
    package let layers: Int
    /// Whether the cross-attention's input is normalised.
    package let normalizesCrossAttention: Bool
    package let epsilon: Float
    /// Longest axis of the token grid.
    package let longestAxis: Int

    /// d, the width of the network.
    package var width: Int { heads * headChannels }

    /// Reads `config.json`.
    ///
    /// - Throws: `ModelError.configuration` for missing or wrong keys, `.unsupported` for networks
    ///   of another kind.
    package init(path: String) throws(ModelError) {
        let file = try ConfigurationFile(path: path)
        patchSize = try file.counts("patch_size", default: [1, 2, 2])
        guard patchSize.count == 3 else { throw file.wrong("patch_size", "wanted three numbers") }
        heads = try file.count("num_attention_heads", default: 40)
        headChannels = try file.count("attention_head_dim", default: 128)
        guard headChannels % 2 == 0 else {
            throw file.wrong("attention_head_dim", "wanted an even number")
        }
        inputChannels = try file.count("in_channels", default: 16)
        outputChannels = try file.count("out_channels", default: inputChannels)
        textChannels = try file.count("text_dim", default: 4096)
        frequencyChannels = try file.count("freq_dim", default: 256)
        feedForwardChannels = try file.count("ffn_dim", default: 13824)
        layers = try file.count("num_layers", default: 40)
        normalizesCrossAttention = try file.flag("cross_attn_norm", default: true)
        epsilon = Float(try file.number("eps", default: 1e-6))
        longestAxis = try file.count("rope_max_seq_len", default: 1024)
        let kind = try file.text("_class_name", default: "WanTransformer3DModel")
        try file.refuse(
            "_class_name", unless: kind == "WanTransformer3DModel",
            "is \(kind); wanted WanTransformer3DModel")
        try file.refuse(
            "qk_norm",
            unless: try file.text("qk_norm", default: "rms_norm_across_heads")
                == "rms_norm_across_heads", "must be rms_norm_across_heads")
        for key in ["image_dim", "added_kv_proj_dim", "pos_embed_seq_len"] {
            try file.refuse(key, unless: !file.has(key), "is set: an image-to-video transformer")
        }
        try file.refuse(
            "in_channels", unless: inputChannels == outputChannels,
            "is \(inputChannels) with \(outputChannels) out_channels: not a text-to-video network")
    }

    /// The token grid of latents of the given size.
    package func grid(frames: Int, height: Int, width: Int) -> TokenGrid {
        TokenGrid(
            frames: frames / patch.time, rows: height / patch.height, columns: width / patch.width)
    }
}

/// How many tokens a clip has along each axis; tokens run along columns, then rows, then frames.
package struct TokenGrid: Sendable, Equatable {
    package let frames: Int
    package let rows: Int
    package let columns: Int

    /// N, the number of tokens.
    package var count: Int { frames * rows * columns }
}
