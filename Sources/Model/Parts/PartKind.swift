// SPDX-License-Identifier: Apache-2.0

/// What a file with weights is, as the names of its tensors tell.
package enum PartKind: String, Sendable, CaseIterable {
    case transformer
    /// Only the control branch of VACE, for a transformer that has none.
    case module = "VACE module"
    case textEncoder = "text encoder"
    case autoencoder
    /// The tiny autoencoder of taehv.
    case tinyAutoencoder = "tiny autoencoder"
    case adapter

    /// Tells a part by names that no other has; nil where it is none.
    package init?(_ names: [String]) {
        func has(_ end: String) -> Bool { names.contains { $0.hasSuffix(end) } }
        func hasWithPrefix(_ name: String) -> Bool {
            names.contains { $0 == name || $0.hasSuffix(".\(name)") }
        }
        if names.contains(where: { AdapterKey($0) != nil }) {
            self = .adapter
        } else if hasWithPrefix("patch_embedding.weight") {
            self = .transformer
        } else if hasWithPrefix("vace_patch_embedding.weight") {
            self = .module
        } else if has("relative_attention_bias.weight") || has("attn_rel_b.weight")
            || has("pos_embedding.embedding.weight")
        {
            self = .textEncoder
        } else if hasWithPrefix("decoder.conv1.weight") || hasWithPrefix("decoder.conv_in.weight") {
            self = .autoencoder
        } else if has("decoder.3.conv.0.weight") || has("encoder.2.conv.0.weight") {
            self = .tinyAutoencoder
        } else {
            return nil
        }
    }
}
