// SPDX-License-Identifier: Apache-2.0

/// Where a model's tokenizer is.
package enum TokenizerPlace: Sendable, Equatable {
    /// A folder with `spiece.model` or `tokenizer.json`.
    case folder(String)
    /// The files of its text encoder.
    case within(ModelPart)
}

/// Turns text into the token numbers that the text encoder was trained on.
///
/// The numbers are those that `T5TokenizerFast` of transformers 5.23 gives for the same folder,
/// since that is what diffusers' pipelines load. Two of its ways are easily taken for errors: a run
/// of unknown characters is always token 2, whatever the model's own number for unknown text is,
/// and pieces for single bytes are never used to spell such characters.
package struct Tokenizer: Sendable {
    /// The number of tokens, with the end token, that a prompt is cut to unless told otherwise:
    /// `max_sequence_length` of the pipelines.
    package static let longestPrompt = 512

    private let unigram: Unigram
    private let characterMap: CharacterMap
    private let symbols: SymbolTable
    private let end: Int

    /// Reads a `tokenizer` folder.
    ///
    /// That is `spiece.model`, through libsentencepiece, and `tokenizer_config.json` where there is
    /// one. A folder with only `tokenizer.json` will do.
    ///
    /// - Throws: `ModelError.tokenizer` where a file is missing or damaged, `ModelError.weights`
    ///   where a JSON file is.
    package init(folder: String) throws(ModelError) {
        try self.init(Vocabulary(folder: folder))
    }

    /// Reads a model's tokenizer, wherever it is.
    ///
    /// - Throws: As `init(folder:)`.
    package init(_ place: TokenizerPlace) throws(ModelError) {
        switch place {
        case .folder(let folder): try self.init(folder: folder)
        case .within(let part): try self.init(Vocabulary(within: part))
        }
    }

    private init(_ vocabulary: Vocabulary) throws(ModelError) {
        guard let map = CharacterMap(compiled: vocabulary.characterMap) else {
            throw .tokenizer(path: vocabulary.path, reason: "its normalisation rules are damaged")
        }
        let unigram = Unigram(
            pieces: vocabulary.pieces, scores: vocabulary.scores, unknown: Tokenizer.unknown)
        func symbol(_ text: String) -> (text: String, id: Int) {
            guard let id = unigram.id(of: text.utf8) else {
                preconditionFailure("the symbol '\(text)' is not among the pieces")
            }
            return (text, id)
        }
        self.unigram = unigram
        characterMap = map
        symbols = SymbolTable(vocabulary.symbols.map(symbol))
        end = symbol(vocabulary.end).id
    }

    /// The token for unknown characters, fixed in transformers' T5Tokenizer.
    static let unknown = 2

    /// The tokens of `prompt`, at most `limit` (1 or more) with the end token, which is always
    /// last.
    package func ids(of prompt: Prompt, limit: Int = longestPrompt) -> [Int] {
        ids(of: prompt.text, limit: limit)
    }

    /// The tokens of text as it is.
    func ids(of text: String, limit: Int = longestPrompt) -> [Int] {
        precondition(limit >= 1, "a prompt has at least its end token, not \(limit)")
        var ids: [Int] = []
        for part in symbols.split(text) where ids.count < limit {
            switch part {
            case .symbol(let id): ids.append(id)
            case .text(let text):
                for word in words(of: characterMap.normalize(text)) where ids.count < limit {
                    ids.append(contentsOf: unigram.ids(of: word))
                }
            }
        }
        return ids.prefix(limit - 1) + [end]
    }

    /// The words of `text`, each with the mark that stands for the space before it.
    ///
    /// A mark that is in the text begins a word, too.
    private func words(of text: [Unicode.Scalar]) -> [[UInt8]] {
        let mark: Unicode.Scalar = "\u{2581}"
        var words: [[UInt8]] = []
        for chunk in text.split(whereSeparator: \.properties.isWhitespace) {
            if chunk.first != mark { words.append(Array(String(mark).utf8)) }
            for scalar in chunk {
                if scalar == mark { words.append([]) }
                words[words.count - 1].append(contentsOf: String(scalar).utf8)
            }
        }
        return words
    }
}
