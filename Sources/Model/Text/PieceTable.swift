// SPDX-License-Identifier: Apache-2.0

/// The pieces of a vocabulary, found by their bytes.
///
/// An open-addressed hash table over one block of bytes: a quarter of a million pieces are indexed
/// in a few milliseconds, and a lookup that grows byte by byte never copies. Strings would not do
/// as keys, because Swift compares them canonically and "é" must differ from "e" with an accent.
struct PieceTable: Sendable {
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]
    private var slots: [Int32]
    /// The length of the longest piece in bytes.
    private(set) var longest = 0

    /// Indexes `pieces`; of equal ones the last is found, as in Hugging Face's tokenizers.
    init(_ pieces: [[UInt8]]) {
        var capacity = 16
        while capacity < 2 * pieces.count { capacity *= 2 }
        slots = [Int32](repeating: -1, count: capacity)
        bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        starts.reserveCapacity(pieces.count + 1)
        for (id, piece) in pieces.enumerated() {
            bytes.append(contentsOf: piece)
            starts.append(bytes.count)
            longest = max(longest, piece.count)
            slots[slot(of: piece[...], hash: PieceTable.hash(piece[...]))] = Int32(id)
        }
    }

    /// The number of the piece with exactly these bytes.
    func id(of piece: ArraySlice<UInt8>) -> Int? {
        id(of: piece, hash: PieceTable.hash(piece))
    }

    /// Calls `body` with the length and number of every piece that `text` begins with, shortest
    /// first.
    func forEachPrefix(of text: ArraySlice<UInt8>, _ body: (_ length: Int, _ id: Int) -> Void) {
        var hash = PieceTable.seed
        for end in text.indices.prefix(longest) {
            hash = PieceTable.extend(hash, by: text[end])
            let prefix = text[text.startIndex...end]
            if let id = id(of: prefix, hash: hash) { body(prefix.count, id) }
        }
    }

    private func id(of piece: ArraySlice<UInt8>, hash: UInt64) -> Int? {
        let id = slots[slot(of: piece, hash: hash)]
        return id < 0 ? nil : Int(id)
    }

    /// The slot that holds `piece`, or the free one where it belongs.
    private func slot(of piece: ArraySlice<UInt8>, hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ hash >> 29) & mask
        while slots[slot] >= 0 {
            let id = Int(slots[slot])
            if bytes[starts[id]..<starts[id + 1]].elementsEqual(piece) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    // FNV-1a: it grows with the text, one byte at a time.
    private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    private static func extend(_ hash: UInt64, by byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    private static func hash(_ piece: ArraySlice<UInt8>) -> UInt64 {
        piece.reduce(seed) { extend($0, by: $1) }
    }
}
