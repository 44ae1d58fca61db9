// SPDX-License-Identifier: Apache-2.0

/// The normalisation rules of a SentencePiece model (such as `nmt_nfkc`): a trie from UTF-8 bytes
/// to replacements.
///
/// The compiled form is a length, that many bytes of a Darts double array (S. Yata, darts-clone),
/// and zero-terminated replacements (`Normalizer::DecodePrecompiledCharsMap` of sentencepiece).
/// Where SentencePiece replaces the longest match, Hugging Face's tokenizers takes the *shortest*
/// and lets it stand for the whole grapheme; that is what models loaded through transformers see,
/// so it is done here (crate spm_precompiled 0.1, lib.rs).
struct CharacterMap {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Decodes `compiled`; empty rules replace nothing, and nil means damage.
    init?(compiled: [UInt8]) {
        guard !compiled.isEmpty else {
            units = []
            replacements = []
            return
        }
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(compiled[4 * index + $1]) << UInt32(8 * $1) }
        }
        guard compiled.count > 4, Int(word(0)) <= compiled.count - 4, word(0) % 4 == 0 else {
            return nil
        }
        let count = Int(word(0)) / 4
        units = (1...max(1, count)).map(word)
        replacements = Array(compiled[(4 + 4 * count)...])
    }

    /// `text` with every rule applied.
    func normalize(_ text: String) -> [Unicode.Scalar] {
        guard !units.isEmpty else { return Array(text.unicodeScalars) }
        var result: [Unicode.Scalar] = []
        for grapheme in text {
            let size = grapheme.utf8.count
            if size < 6, let replacement = replacement(of: grapheme.utf8) {
                result.append(contentsOf: replacement)
                continue
            }
            for scalar in grapheme.unicodeScalars {
                if let replacement = replacement(of: String(scalar).utf8) {
                    result.append(contentsOf: replacement)
                } else {
                    result.append(scalar)
                }
            }
        }
        return result
    }

    /// What the shortest beginning of `key` that has a rule becomes.
    private func replacement(of key: some Sequence<UInt8>) -> [Unicode.Scalar]? {
        var node = offset(unit(0))
        for byte in key {
            node ^= Int(byte)
            let unit = unit(node)
            guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
            node ^= offset(unit)
            if unit >> 8 & 1 == 1 {
                let start = Int(self.unit(node) & 0x7FFF_FFFF)
                guard start < replacements.count else { return nil }
                let bytes = replacements[start...].prefix { $0 != 0 }
                return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
            }
        }
        return nil
    }

    private func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    private func unit(_ index: Int) -> UInt32 { index < units.count ? units[index] : 0 }
}
