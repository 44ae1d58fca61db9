// SPDX-License-Identifier: Apache-2.0

/// Cuts a word into the most probable row of pieces.
///
/// Probabilities are added in double precision and the first of equal paths wins, as in Hugging
/// Face's tokenizers 0.23 (models/unigram/model.rs, `encode_optimized`). libsentencepiece adds in
/// single precision, which breaks the ties that small vocabularies are full of in another way, and
/// one other token is another video.
struct Unigram: Sendable {
    private let table: PieceTable
    private let scores: [Double]
    private let unknownScore: Double
    private let unknown: Int

    /// - Parameters:
    ///   - pieces: The texts, by number.
    ///   - scores: The logarithms of their probabilities.
    ///   - unknown: The number that stands for a run of characters without any piece.
    init(pieces: [[UInt8]], scores: [Double], unknown: Int) {
        table = PieceTable(pieces)
        self.scores = scores
        self.unknown = unknown
        // Ten below the least probable piece (kUnkPenalty of sentencepiece).
        unknownScore = (scores.min() ?? 0) - 10
    }

    /// The number of the piece with exactly these bytes.
    func id(of piece: some Collection<UInt8>) -> Int? { table.id(of: Array(piece)[...]) }

    private struct Node {
        var score = 0.0
        var start = -1
        var id = -1
    }

    /// The numbers of the pieces of `word`, which is UTF-8.
    func ids(of word: [UInt8]) -> [Int] {
        var nodes = [Node](repeating: Node(), count: word.count + 1)
        var start = 0
        while start < word.count {
            let width = Unigram.width(of: word[start])
            var hasSingle = false
            let before = nodes[start].score
            func consider(_ end: Int, _ id: Int, _ score: Double) {
                if nodes[end].start < 0 || score > nodes[end].score {
                    nodes[end] = Node(score: score, start: start, id: id)
                }
            }
            table.forEachPrefix(of: word[start...]) { length, id in
                consider(start + length, id, scores[id] + before)
                if length == width { hasSingle = true }
            }
            if !hasSingle {
                consider(min(start + width, word.count), unknown, unknownScore + before)
            }
            start += width
        }
        var result: [Int] = []
        var end = word.count
        while end > 0 {
            // A run of unknown characters is one token.
            if nodes[end].id != unknown || result.last != unknown { result.append(nodes[end].id) }
            end = nodes[end].start
        }
        return result.reversed()
    }

    private static func width(of lead: UInt8) -> Int {
        switch lead {
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xFF: 4
        default: 1
        }
    }
}
