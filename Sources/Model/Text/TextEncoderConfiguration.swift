// SPDX-License-Identifier: Apache-2.0

/// The dimensions of a UMT5 encoder, from its `config.json`.
package struct TextEncoderConfiguration: Sendable, Equatable {
    /// V, the number of tokens that have an embedding.
    package var vocabulary: Int
    /// C, the channels of a state.
    package var width: Int
    /// H, the heads of the attention.
    package var heads: Int
    /// D, the channels of one head; H·D need not be C.
    package var headChannels: Int
    /// F, the channels inside of a feed-forward layer.
    package var hidden: Int
    /// The number of blocks.
    package var layers: Int
    /// How distances between tokens are put into classes.
    package var buckets: RelativeBuckets
    package var epsilon: Float
}

extension TextEncoderConfiguration {
    /// Reads `config.json`; keys that are absent have the defaults of transformers' UMT5Config.
    ///
    /// - Throws: `ModelError` naming the key that is wrong or not supported.
    package init(path: String) throws(ModelError) {
        let file = try ConfigurationFile(path: path)
        let kind = try file.text("model_type", default: "umt5")
        try file.refuse("model_type", unless: kind == "umt5", "is '\(kind)'; wanted 'umt5'")
        let projection = try file.text("feed_forward_proj", default: "gated-gelu")
        try file.refuse(
            "feed_forward_proj", unless: projection == "gated-gelu",
            "is '\(projection)'; wanted 'gated-gelu'")
        let activation = try file.text("dense_act_fn", default: "gelu_new")
        try file.refuse(
            "dense_act_fn", unless: ["gelu_new", "gelu_pytorch_tanh"].contains(activation),
            "is '\(activation)'; wanted 'gelu_new'")
        vocabulary = try file.count("vocab_size", default: 250_112)
        width = try file.count("d_model")
        heads = try file.count("num_heads")
        headChannels = try file.count("d_kv")
        hidden = try file.count("d_ff")
        layers = try file.count("num_layers")
        epsilon = Float(try file.number("layer_norm_epsilon", default: 1e-6))
        let count = try file.count("relative_attention_num_buckets", default: 32)
        let distance = try file.count("relative_attention_max_distance", default: 128)
        guard count >= 4 else {
            throw file.wrong("relative_attention_num_buckets", "\(count) is fewer than 4")
        }
        guard distance > count / 4 else {
            throw file.wrong(
                "relative_attention_max_distance",
                "\(distance) must be more than a quarter of relative_attention_num_buckets")
        }
        buckets = RelativeBuckets(count: count, largestDistance: distance)
    }
}
