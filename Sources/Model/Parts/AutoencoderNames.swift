// SPDX-License-Identifier: Apache-2.0

/// The original names of the autoencoder's tensors, led to those of diffusers.
///
/// Wan 2.1, wan/modules/vae.py. The decoder numbers its blocks and its steps up through; how many
/// blocks a level has is told by the number of the first step. A name that is known nowhere stays.
struct AutoencoderNames {
    /// Blocks of one level of the decoder and its step up.
    private let levelLength: Int

    /// Looks for the first step up among a file's names.
    init(_ names: [String]) {
        let steps = names.compactMap { name -> Int? in
            let words = Self.withoutPrefix(name).split(separator: ".")
            guard words.count > 3, words[0] == "decoder", words[1] == "upsamples",
                words[3] == "resample"
            else { return nil }
            return Int(words[2])
        }
        levelLength = (steps.min() ?? 3) + 1
    }

    /// The name in diffusers of a tensor as a checkpoint spells it.
    func tensor(_ name: String) -> String {
        let rest = Self.withoutPrefix(name)
        let words = rest.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1 else { return rest }
        if let whole = Self.outside[words[0]] {
            return ([whole] + words.dropFirst()).joined(separator: ".")
        }
        guard ["encoder", "decoder"].contains(words[0]) else { return rest }
        let tail = Array(words.dropFirst(2))
        switch words[1] {
        case "conv1": return ([words[0], "conv_in"] + tail).joined(separator: ".")
        case "head" where tail.first == "0":
            return ([words[0], "norm_out"] + tail.dropFirst()).joined(separator: ".")
        case "head" where tail.first == "2":
            return ([words[0], "conv_out"] + tail.dropFirst()).joined(separator: ".")
        case "middle":
            let places = ["0": "resnets.0", "1": "attentions.0", "2": "resnets.1"]
            guard let first = tail.first, let place = places[first] else { return rest }
            return "\(words[0]).mid_block.\(place).\(Self.inside(tail.dropFirst()))"
        case "downsamples":
            guard let number = tail.first else { return rest }
            return "\(words[0]).down_blocks.\(number).\(Self.inside(tail.dropFirst()))"
        case "upsamples":
            guard let number = tail.first.flatMap({ Int($0) }), number >= 0 else { return rest }
            let (level, place) = number.quotientAndRemainder(dividingBy: levelLength)
            let part = place == levelLength - 1 ? "upsamplers.0" : "resnets.\(place)"
            return "\(words[0]).up_blocks.\(level).\(part).\(Self.inside(tail.dropFirst()))"
        default: return rest
        }
    }

    private static func withoutPrefix(_ name: String) -> String {
        for prefix in ["first_stage_model.", "vae."] where name.hasPrefix(prefix) {
            return String(name.dropFirst(prefix.count))
        }
        return name
    }

    private static let outside = ["conv1": "quant_conv", "conv2": "post_quant_conv"]

    /// What a block or a step calls its parts.
    private static func inside(_ words: ArraySlice<String>) -> String {
        let name = words.joined(separator: ".")
        let parts = [
            ("residual.0.", "norm1."), ("residual.2.", "conv1."), ("residual.3.", "norm2."),
            ("residual.6.", "conv2."), ("shortcut.", "conv_shortcut."),
        ]
        for (original, part) in parts where name.hasPrefix(original) {
            return part + name.dropFirst(original.count)
        }
        return name
    }
}
