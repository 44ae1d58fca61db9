// SPDX-License-Identifier: Apache-2.0

/// The name of a tensor in an adapter's file: a layer, and which part of its change this is.
struct AdapterKey: Equatable {
    /// What a tensor is to its layer, of weight W and bias b.
    enum Part: Hashable {
        /// A, (r, inputs).
        case down
        /// B, (outputs, r).
        case up
        /// Added to b, as scaled as B·A is.
        case upBias
        /// The factors count for alpha/r.
        case alpha
        /// Added to W.
        case difference
        /// Added to b.
        case biasDifference
    }

    /// As diffusers calls it.
    let layer: String
    let part: Part

    /// Takes a name to pieces; nil where it is none of an adapter of this kind.
    init?(_ key: String) {
        guard let (layer, part) = Self.pieces(of: key), !layer.isEmpty else { return nil }
        self.layer = TransformerNames.diffusersName(of: layer)
        self.part = part
    }

    private static let ends: [(end: String, part: Part)] = [
        (".alpha", .alpha), (".diff", .difference), (".diff_b", .biasDifference),
    ]

    private static let factors: [(word: String, part: Part)] = [
        (".lora_A", .down), (".lora_down", .down), (".lora.down", .down),
        (".lora_B", .up), (".lora_up", .up), (".lora.up", .up),
    ]

    private static func pieces(of key: String) -> (layer: String, part: Part)? {
        for (end, part) in ends where key.hasSuffix(end) {
            return (String(key.dropLast(end.count)), part)
        }
        for (end, isBias) in [(".weight", false), (".bias", true)] where key.hasSuffix(end) {
            let name = key.dropLast(end.count)
            // PEFT puts the name that an adapter had in memory behind the word: `.lora_A.default`.
            let unnamed = name.lastIndex(of: ".").map { name[..<$0] } ?? name
            for rest in [name, unnamed] {
                for (word, part) in factors where rest.hasSuffix(word) {
                    // A bias of A is of no known program.
                    guard !isBias || part == .up else { return nil }
                    return (String(rest.dropLast(word.count)), isBias ? .upBias : part)
                }
            }
        }
        return nil
    }

    /// The method of adapters of other kinds, by what their names hold.
    private static let otherMethods = [
        (".dora_scale", "DoRA"), (".lora_magnitude_vector", "DoRA"), (".lokr_", "LoKr"),
        (".hada_", "LoHa"), (".lora_mid", "LoRA in Tucker form"), (".oft_", "OFT"),
        (".lora_embedding_", "LoRA of embeddings"),
    ]

    /// The method, if it is another, of the adapter that has a tensor of this name.
    static func otherMethod(of key: String) -> String? {
        otherMethods.first { key.contains($0.0) }?.1
    }
}
