// SPDX-License-Identifier: Apache-2.0

/// UTF-8 sequences of which some continuation bytes were lost on the way.
///
/// Byte 1A marks a lost byte; a question mark is taken for one at most once in a sequence
/// (LOSSY_UTF8_RE in ftfy 6.3.1, ftfy/chardata.py).
enum LostSequence {
    private enum Kind { case lost, lostOrQuestion, continuation, lostOrContinuation, question }

    private static func fits(_ byte: UInt8, _ kind: Kind) -> Bool {
        let isLost = byte == 0x1A
        let isQuestion = byte == 0x3F
        let isContinuation = (0x80...0xBF).contains(byte)
        return switch kind {
        case .lost: isLost
        case .question: isQuestion
        case .lostOrQuestion: isLost || isQuestion
        case .continuation: isContinuation
        case .lostOrContinuation: isLost || isContinuation
        }
    }

    private static let rules: [(lead: ClosedRange<UInt8>, tail: [Kind])] = [
        (0xC2...0xDF, [.lost]),
        (0xC2...0xC3, [.question]),
        (0xE0...0xEF, [.lostOrQuestion, .lostOrContinuation]),
        (0xE0...0xEF, [.lostOrContinuation, .lostOrQuestion]),
        (0xF0...0xF4, [.lostOrQuestion, .lostOrContinuation, .lostOrContinuation]),
        (0xF0...0xF4, [.lostOrContinuation, .lostOrQuestion, .lostOrContinuation]),
        (0xF0...0xF4, [.lostOrContinuation, .lostOrContinuation, .lostOrQuestion]),
    ]

    /// The length of the damaged sequence at `start`, or nil.
    static func length(in bytes: [UInt8], at start: Int) -> Int? {
        if bytes[start] == 0x1A { return 1 }
        if isSurrogatePair(bytes, at: start) { return 6 }
        let rule = rules.first { rule in
            rule.lead.contains(bytes[start]) && start + rule.tail.count < bytes.count
                && rule.tail.indices.allSatisfy { fits(bytes[start + 1 + $0], rule.tail[$0]) }
        }
        return rule.map { $0.tail.count + 1 }
    }

    /// Whether two encoded surrogates (CESU-8) stand at `start`, one or both without a last byte.
    private static func isSurrogatePair(_ bytes: [UInt8], at start: Int) -> Bool {
        guard start + 6 <= bytes.count, bytes[start] == 0xED, bytes[start + 3] == 0xED,
            (0xA0...0xAF).contains(bytes[start + 1]), (0xB0...0xBF).contains(bytes[start + 4])
        else { return false }
        let ends = [bytes[start + 2], bytes[start + 5]]
        return ends.allSatisfy { fits($0, .lostOrQuestion) || fits($0, .continuation) }
            && ends.contains { fits($0, .lostOrQuestion) }
    }
}
