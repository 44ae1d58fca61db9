// SPDX-License-Identifier: Apache-2.0

/// Texts that are one token wherever they stand, such as `</s>` and `<extra_id_0>`.
///
/// They are looked for before anything else is done to a text: from the left, the longest first, as
/// the added tokens of Hugging Face's tokenizers are.
struct SymbolTable: Sendable {
    private let table: PieceTable
    private let ids: [Int]
    /// The bytes that a symbol can begin with.
    private let firsts: Set<UInt8>

    init(_ symbols: [(text: String, id: Int)]) {
        let symbols = symbols.filter { !$0.text.isEmpty }
        table = PieceTable(symbols.map { Array($0.text.utf8) })
        ids = symbols.map(\.id)
        firsts = Set(symbols.compactMap(\.text.utf8.first))
    }

    enum Part: Equatable {
        case text(String)
        case symbol(Int)
    }

    /// `text` cut at the symbols; no part is empty.
    func split(_ text: String) -> [Part] {
        let bytes = Array(text.utf8)
        var parts: [Part] = []
        var textStart = 0
        var position = 0
        func endText() {
            guard textStart < position else { return }
            parts.append(.text(String(decoding: bytes[textStart..<position], as: UTF8.self)))
        }
        while position < bytes.count {
            var found: (length: Int, symbol: Int)?
            if firsts.contains(bytes[position]) {
                table.forEachPrefix(of: bytes[position...]) { found = ($0, $1) }
            }
            guard let found else {
                position += 1
                continue
            }
            endText()
            parts.append(.symbol(ids[found.symbol]))
            position += found.length
            textStart = position
        }
        endText()
        return parts
    }
}
