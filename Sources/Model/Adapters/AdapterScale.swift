// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON

/// What a file's metadata say of alpha, where its tensors do not.
///
/// diffusers keeps PEFT's settings under `lora_adapter_metadata`, as JSON (v0.42.1,
/// loaders/lora_base.py); PEFT v0.21.2 makes a scale of them. Without a word, alpha is r.
struct AdapterScale {
    private var alpha: Double?
    private var patterns: [(name: String, alpha: Double)] = []
    /// Whether the factors count for alpha/√r, which is rank-stabilised LoRA (arXiv 2312.03732).
    private var isRankStabilised = false

    /// Reads the metadata of the file at `path`.
    ///
    /// - Throws: `ModelError.adapter` and `.unsupported`.
    init(_ metadata: [String: String], path: String) throws(ModelError) {
        let key = "lora_adapter_metadata"
        guard let text = metadata[key] else { return }
        let node: JSONNode
        do {
            node = try JSONNode(parsing: Array(text.utf8), limits: .configuration)
        } catch { throw .adapter(path: path, problem: "its '\(key)' is not JSON: \(error)") }
        guard let members = node.members else {
            throw .adapter(path: path, problem: "its '\(key)' is not a JSON object")
        }
        for member in members {
            let prefix = "transformer."
            let isOurs = member.key.hasPrefix(prefix)
            switch isOurs ? String(member.key.dropFirst(prefix.count)) : member.key {
            case "lora_alpha": alpha = member.value.double
            case "use_rslora": isRankStabilised = member.value.bool ?? false
            case "use_dora" where member.value.bool == true:
                throw .unsupported(path: path, what: "it is of the kind DoRA; LoRA can be used")
            case "alpha_pattern":
                for pattern in member.value.members ?? [] {
                    let name =
                        pattern.key.hasPrefix("^") ? pattern.key.dropFirst() : pattern.key[...]
                    guard !name.contains(where: { "^$*+?()[]{}|\\".contains($0) }) else {
                        throw .unsupported(
                            path: path,
                            what: "alpha is given for the expression '\(pattern.key)', not a name")
                    }
                    guard let alpha = pattern.value.double else { continue }
                    patterns.append((pattern.key, alpha))
                }
            default: continue
            }
        }
    }

    /// The factor of B·A in a layer.
    ///
    /// * `alpha`: That of the file's tensors, which goes before.
    func factor(of layer: String, rank: Int, alpha own: Double?) -> Float {
        let pattern = patterns.first { Self.matches($0.name, layer) }?.alpha
        let alpha = own ?? pattern ?? alpha ?? Double(rank)
        return Float(alpha / (isRankStabilised && own == nil ? sqrt(Double(rank)) : Double(rank)))
    }

    /// PEFT's `get_pattern_key`: the whole name, or its end from a dot on.
    private static func matches(_ pattern: String, _ layer: String) -> Bool {
        pattern.hasPrefix("^")
            ? layer == pattern.dropFirst() : layer == pattern || layer.hasSuffix(".\(pattern)")
    }
}
