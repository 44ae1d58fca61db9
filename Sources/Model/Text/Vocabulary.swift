// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Weights

/// What the files of a `tokenizer` folder say.
struct Vocabulary {
    var pieces: [[UInt8]] = []
    var scores: [Double] = []
    /// Texts that are always one token: all are in `pieces`.
    var symbols: [String] = []
    var characterMap: [UInt8] = []
    /// The text of the token that ends every prompt.
    var end = "</s>"
    /// The file that it came from.
    var path = ""

    /// Reads `spiece.model`, or `tokenizer.json` where that is all there is, and
    /// `tokenizer_config.json`.
    ///
    /// - Throws: `ModelError.tokenizer` and `.weights`.
    init(folder: String) throws(ModelError) {
        let settings = try Vocabulary.json("\(folder)/tokenizer_config.json")
        let model = "\(folder)/spiece.model"
        let compiled = "\(folder)/tokenizer.json"
        if Vocabulary.exists(model) {
            path = model
            try readModel()
            try addSentinels(settings?["extra_ids"])
        } else if let contents = try Vocabulary.json(compiled) {
            path = compiled
            try readCompiled(contents)
        } else {
            throw .tokenizer(path: model, reason: "the file is missing")
        }
        addSymbols(settings)
    }

    /// Reads the tokenizer that is in the file of a text encoder: ComfyUI's keep a SentencePiece model
    /// as a tensor, those of GGUF its pieces as lists.
    ///
    /// - Throws: `ModelError.tokenizer` where there is none or it is damaged, `.weights`.
    init(within part: ModelPart) throws(ModelError) {
        let store = try part.openAsIs()
        path = part.path
        if let tensor = store.stored(ModelPart.embeddedTokenizer) {
            try read(SentencePieceModel(bytes: tensor.bytes, path: path))
            try addSentinels(nil)
        } else if let texts = store.texts("tokenizer.ggml.tokens") {
            try readPieces(texts, of: store)
        } else {
            throw .tokenizer(
                path: path,
                reason: "there is none in it; put the 'spiece.model' of UMT5 beside it")
        }
        addSymbols(nil)
    }

    /// Whether the file of a text encoder has a tokenizer in it.
    static func stands(within store: WeightStore) -> Bool {
        store.contains(ModelPart.embeddedTokenizer) || store.texts("tokenizer.ggml.tokens") != nil
    }

    private mutating func readPieces(
        _ texts: [[UInt8]], of store: WeightStore
    ) throws(ModelError) {
        let kinds = store.numbers("tokenizer.ggml.token_type") ?? []
        guard let scores = store.numbers("tokenizer.ggml.scores"), scores.count == texts.count,
            kinds.count == texts.count, scores.allSatisfy(\.isFinite)
        else {
            throw .tokenizer(
                path: path,
                reason: "its \(texts.count) pieces have not as many scores and types")
        }
        let map = store.numbers("tokenizer.ggml.precompiled_charsmap") ?? []
        guard map.allSatisfy({ (-128...255).contains($0) }) else {
            throw .tokenizer(path: path, reason: "its normalisation rules are no bytes")
        }
        (pieces, self.scores) = (texts, scores)
        // 3 is a control piece, 4 one that somebody defined: llama.cpp, `llama_token_type`.
        symbols = zip(texts, kinds).filter { $0.1 == 3 || $0.1 == 4 }
            .map { String(decoding: $0.0, as: UTF8.self) }
        characterMap = map.map { UInt8(truncatingIfNeeded: Int($0)) }
        try checkCount()
    }

    private mutating func readModel() throws(ModelError) {
        try read(try SentencePieceModel(path: path))
    }

    private mutating func read(_ contents: SentencePieceModel) throws(ModelError) {
        pieces = contents.pieces.map(\.text)
        scores = contents.pieces.map(\.score)
        characterMap = contents.characterMap
        symbols = contents.pieces.filter(\.isSymbol).map {
            String(decoding: $0.text, as: UTF8.self)
        }
        try checkCount()
    }

    /// The piece for unknown characters must be there.
    private func checkCount() throws(ModelError) {
        guard pieces.count > Tokenizer.unknown else {
            throw .tokenizer(path: path, reason: "it has only \(pieces.count) pieces")
        }
    }

    /// T5's sentinels follow the model's pieces, the last one first (transformers 5.23,
    /// convert_slow_tokenizer.py, `T5Converter`).
    private mutating func addSentinels(_ setting: JSONNode?) throws(ModelError) {
        let count = setting?.int ?? 100
        guard (0...10_000).contains(count) else {
            throw .tokenizer(
                path: path, reason: "'extra_ids' in tokenizer_config.json is \(count); 0 to 10000")
        }
        for number in (0..<count).reversed() {
            let sentinel = "<extra_id_\(number)>"
            pieces.append(Array(sentinel.utf8))
            scores.append(0)
            symbols.append(sentinel)
        }
    }

    private mutating func addSymbols(_ settings: JSONNode?) {
        func text(_ node: JSONNode?) -> String? { node?.string ?? node?["content"]?.string }
        end = text(settings?["eos_token"]) ?? end
        // A model without tokens of its own beyond the text has T5's one hundred sentinels.
        var added = path.hasSuffix(".json") ? (0..<100).map { "<extra_id_\($0)>" } : []
        added += settings?["added_tokens_decoder"]?.members?.compactMap { text($0.value) } ?? []
        added += [end]
        added += [text(settings?["unk_token"]) ?? "<unk>", text(settings?["pad_token"]) ?? "<pad>"]
        for key in ["additional_special_tokens", "extra_special_tokens"] {
            added += settings?[key]?.array?.compactMap { text($0) } ?? []
        }
        let known = PieceTable(pieces)
        var new: Set<String> = []
        for symbol in added {
            let bytes = Array(symbol.utf8)
            if known.id(of: bytes[...]) == nil, new.insert(symbol).inserted {
                pieces.append(bytes)
                scores.append(0)
            }
            symbols.append(symbol)
        }
    }

    private mutating func readCompiled(_ contents: JSONNode) throws(ModelError) {
        guard let entries = contents["model"]?["vocab"]?.array else {
            throw .tokenizer(path: path, reason: "it has no list 'model.vocab'")
        }
        for entry in entries {
            guard let pair = entry.array, pair.count == 2, let text = pair[0].string,
                let score = pair[1].double
            else {
                throw .tokenizer(
                    path: path, reason: "line \(entry.position.line) is no piece with its score")
            }
            pieces.append(Array(text.utf8))
            scores.append(score)
        }
        try checkCount()
        let normalizer = contents["normalizer"]
        let rules = normalizer?["normalizers"]?.array ?? [normalizer].compactMap(\.self)
        let encoded = rules.lazy.compactMap { $0["precompiled_charsmap"]?.string }.first
        guard let map = decodeBase64(encoded ?? "") else {
            throw .tokenizer(path: path, reason: "'precompiled_charsmap' is not base64")
        }
        characterMap = map
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private static func json(_ path: String) throws(ModelError) -> JSONNode? {
        guard exists(path) else { return nil }
        do { return try JSONFile.read(path) } catch { throw .weights(error) }
    }
}

/// The bytes of `text` in base64 (RFC 4648 §4), or nil where it is something else.
private func decodeBase64(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    for character in text.utf8 {
        let value: UInt8
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): value = character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): value = 62
        case UInt8(ascii: "/"): value = 63
        case UInt8(ascii: "="): continue
        default: return nil
        }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
    }
    return result
}
