// SPDX-License-Identifier: Apache-2.0

/// The names of a layer in the several spellings, all led to that of diffusers.
///
/// Those of the original network: Wan 2.1, wan/modules/model.py, and VACE, vace/models/wan. Flattened
/// ones have `_` for every dot, as kohya's trainers write them. A name that is known nowhere stays.
enum TransformerNames {
    /// What stands before the name of a layer in some spelling.
    private static let prefixes = [
        "base_model.model.", "model.diffusion_model.", "diffusion_model.", "transformer.",
        "pipe.dit.", "pipe.vace.",
    ]

    /// How a flattened name begins.
    private static let flatPrefix = "lora_unet_"

    /// The name in diffusers of a layer as a file spells it.
    static func diffusersName(of layer: String) -> String {
        if layer.hasPrefix(flatPrefix) {
            let flat = String(layer.dropFirst(flatPrefix.count))
            return name(flat, separator: "_", inside: flatInside, outside: flatOutside)
        }
        var rest = layer
        while let prefix = prefixes.first(where: rest.hasPrefix) {
            rest = String(rest.dropFirst(prefix.count))
        }
        return name(rest, separator: ".", inside: inside, outside: outside)
    }

    /// The name in diffusers of a tensor as a checkpoint spells it.
    static func tensor(_ name: String) -> String {
        for end in [".weight", ".bias"] where name.hasSuffix(end) {
            return diffusersName(of: String(name.dropLast(end.count))) + end
        }
        return diffusersName(of: name)
    }

    /// Looks for `blocks.7.REST`, of the base or the control branch, and then for a whole name.
    private static func name(
        _ layer: String, separator: String, inside: [String: String], outside: [String: String]
    ) -> String {
        for blocks in ["blocks", "vace_blocks"] where layer.hasPrefix(blocks + separator) {
            let rest = layer.dropFirst(blocks.count + 1)
            let number = rest.prefix { $0.isASCII && $0.isNumber }
            let part = String(rest.dropFirst(number.count + 1))
            guard !number.isEmpty, rest.dropFirst(number.count).hasPrefix(separator) else { break }
            return "\(blocks).\(number).\(inside[part] ?? part)"
        }
        return outside[layer] ?? layer
    }

    /// Original names of what a block has.
    private static let inside: [String: String] = {
        var names = [
            "ffn.0": "ffn.net.0.proj", "ffn.2": "ffn.net.2", "norm3": "norm2",
            "modulation": "scale_shift_table", "before_proj": "proj_in", "after_proj": "proj_out",
        ]
        for (original, attention) in [("self_attn", "attn1"), ("cross_attn", "attn2")] {
            for (one, other) in [
                ("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("o", "to_out.0"),
                ("norm_q", "norm_q"), ("norm_k", "norm_k"), ("k_img", "add_k_proj"),
                ("v_img", "add_v_proj"), ("norm_k_img", "norm_added_k"),
            ] { names["\(original).\(one)"] = "\(attention).\(other)" }
        }
        return names
    }()

    /// Original names of the layers before and behind the blocks.
    private static let outside: [String: String] = {
        let embedder = "condition_embedder"
        return [
            "text_embedding.0": "\(embedder).text_embedder.linear_1",
            "text_embedding.2": "\(embedder).text_embedder.linear_2",
            "time_embedding.0": "\(embedder).time_embedder.linear_1",
            "time_embedding.2": "\(embedder).time_embedder.linear_2",
            "time_projection.1": "\(embedder).time_proj",
            "img_emb.proj.0": "\(embedder).image_embedder.norm1",
            "img_emb.proj.1": "\(embedder).image_embedder.ff.net.0.proj",
            "img_emb.proj.3": "\(embedder).image_embedder.ff.net.2",
            "img_emb.proj.4": "\(embedder).image_embedder.norm2",
            "head.head": "proj_out", "head.modulation": "scale_shift_table",
        ]
    }()

    private static let flatInside = flattened(inside)
    private static let flatOutside = flattened(outside)

    /// Original names and those of diffusers without dots.
    private static func flattened(_ names: [String: String]) -> [String: String] {
        var flat: [String: String] = [:]
        for name in names.values { flat[underscored(name)] = name }
        for (original, name) in names { flat[underscored(original)] = name }
        return flat
    }

    private static func underscored(_ name: String) -> String {
        String(name.map { $0 == "." ? "_" : $0 })
    }
}
