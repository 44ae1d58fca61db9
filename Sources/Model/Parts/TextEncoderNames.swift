// SPDX-License-Identifier: Apache-2.0

/// The names of a UMT5 encoder's tensors in the several spellings, all led to that of transformers.
///
/// Those of the original network: Wan 2.1, wan/modules/t5.py; those of GGUF: llama.cpp,
/// gguf-py/gguf/tensor_mapping.py, architecture `t5encoder`. A name that is known nowhere stays.
enum TextEncoderNames {
    /// The name in transformers of a tensor as a checkpoint spells it.
    static func tensor(_ name: String) -> String {
        var rest = name[...]
        // The decoder of a whole model has names of its own, which stay and are told of.
        for prefix in [
            "text_encoders.umt5xxl.transformer.", "umt5xxl.transformer.", "text_encoder.",
        ]
        where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
        if let whole = outside[String(rest)] { return whole }
        for blocks in ["blocks.", "enc.blk."] where rest.hasPrefix(blocks) {
            let number = rest.dropFirst(blocks.count).prefix { $0.isASCII && $0.isNumber }
            let part = rest.dropFirst(blocks.count + number.count + 1)
            guard let known = inside[String(part)] else { break }
            return "encoder.block.\(number).\(known)"
        }
        return String(rest)
    }

    private static let outside = [
        "token_embedding.weight": "shared.weight", "norm.weight": "encoder.final_layer_norm.weight",
        "token_embd.weight": "shared.weight",
        "enc.output_norm.weight": "encoder.final_layer_norm.weight",
    ]

    private static let inside: [String: String] = {
        let (attention, dense) = ("layer.0.SelfAttention", "layer.1.DenseReluDense")
        var names = [
            "norm1": "layer.0.layer_norm", "norm2": "layer.1.layer_norm",
            "pos_embedding.embedding": "\(attention).relative_attention_bias",
            "ffn.gate.0": "\(dense).wi_0", "ffn.fc1": "\(dense).wi_1", "ffn.fc2": "\(dense).wo",
            "attn_norm": "layer.0.layer_norm", "ffn_norm": "layer.1.layer_norm",
            "attn_rel_b": "\(attention).relative_attention_bias",
            "ffn_gate": "\(dense).wi_0", "ffn_up": "\(dense).wi_1", "ffn_down": "\(dense).wo",
        ]
        for letter in ["q", "k", "v", "o"] {
            names["attn.\(letter)"] = "\(attention).\(letter)"
            names["attn_\(letter)"] = "\(attention).\(letter)"
        }
        return Dictionary(
            uniqueKeysWithValues: names.map { ("\($0.key).weight", "\($0.value).weight") })
    }()
}
