// SPDX-License-Identifier: Apache-2.0

/// The dimensions of a `WanTransformer3DModel` or `WanVACETransformer3DModel`, from `config.json`.
///
/// Key names and defaults: diffusers v0.42.1, models/transformers/transformer_wan.py and
/// transformer_wan_vace.py.
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
    /// The blocks that the control branch adds to, in ascending order and beginning with 0; empty
    /// where there is no control branch.
    package let controlLayers: [Int]
    /// Channels of what the control branch looks at; 0 where there is none.
    package let controlChannels: Int

    /// Whether there is a control branch, VACE.
    package var hasControl: Bool { !controlLayers.isEmpty }

    /// d, the width of the network.
    package var width: Int { heads * headChannels }
}

extension TransformerConfiguration {
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
        let withControl = kind == "WanVACETransformer3DModel"
        try file.refuse(
            "_class_name", unless: withControl || kind == "WanTransformer3DModel",
            "is \(kind); wanted WanTransformer3DModel or WanVACETransformer3DModel")
        controlChannels = withControl ? try file.count("vace_in_channels", default: 96) : 0
        controlLayers = withControl ? try file.controlLayers(of: layers) : []
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

    /// Checks that the control branch is there and looks at what an autoencoder makes.
    ///
    /// * `path`: The model's folder, for the message.
    /// - Throws: `ModelError.unsupported` otherwise.
    package func requireControl(
        over autoencoder: Autoencoder, path: String
    ) throws(ModelError) {
        guard hasControl else {
            throw .unsupported(
                path: path,
                what: "its transformer has no control branch; use a model of Wan 2.1 VACE")
        }
        let wanted = autoencoder.controlChannels
        guard controlChannels == wanted else {
            throw .unsupported(
                path: path,
                what: "'vace_in_channels' is \(controlChannels); its autoencoder makes \(wanted)")
        }
    }

    /// The token grid of latents of the given size.
    package func grid(frames: Int, height: Int, width: Int) -> TokenGrid {
        TokenGrid(
            frames: frames / patch.time, rows: height / patch.height, columns: width / patch.width)
    }
}

extension ConfigurationFile {
    /// `vace_layers`, sorted: the pipeline gives the hints to the blocks in ascending order.
    func controlLayers(of layers: Int) throws(ModelError) -> [Int] {
        let found = try indices("vace_layers", default: [0, 5, 10, 15, 20, 25, 30, 35]).sorted()
        guard found.first == 0, found.allSatisfy({ $0 < layers }), Set(found).count == found.count
        else {
            throw wrong(
                "vace_layers",
                "wanted 0 and other whole numbers below \(layers), as 'num_layers' has it, each once"
            )
        }
        return found
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
