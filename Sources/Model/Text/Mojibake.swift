// SPDX-License-Identifier: Apache-2.0

/// Repairs UTF-8 text that was read in a single-byte encoding, once or several times over.
///
/// The order of the attempts is that of ftfy 6.3.1 (`fix_encoding`, ftfy/__init__.py).
enum Mojibake {
    /// `text` with everything repaired that can be; unchanged where nothing looks wrong.
    static func repair(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var text = text
        while true {
            let repaired = repairOnce(text)
            if repaired == text { return text }
            text = repaired
        }
    }

    /// Reads the C1 controls as Windows-1252, as web browsers do.
    static func replaceControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.map {
            (0x80...0x9F).contains($0.value)
                ? CodePage.windows1252.scalar(of: UInt8($0.value)) : $0
        }
    }

    private static func repairOnce(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if text.allSatisfy(\.isASCII) || !MojibakeSigns.appear(in: text) { return text }

        var isLatin1 = false
        for (index, page) in CodePage.all.enumerated() {
            guard let bytes = page.encode(text) else { continue }
            if index == 0 { isLatin1 = true }
            // In Mac Roman the pattern would match an en dash with a space behind it.
            let isMacRoman = page.high == CodePage.macRoman.high
            if let decoded = decode(bytes, restoringSpaces: !isMacRoman, lossy: page.isSloppy) {
                return decoded
            }
        }

        let embedded = repairEmbedded(text)
        if embedded != text { return embedded }

        // Latin-1 that was meant as Windows-1252.
        if isLatin1, let decoded = decodeWindows1252(text), decoded != text { return decoded }
        return replaceControls(text)
    }

    private static func decode(
        _ bytes: [UInt8], restoringSpaces: Bool, lossy: Bool
    ) -> [Unicode.Scalar]? {
        var bytes = bytes
        if restoringSpaces, bytes.indices.contains(where: { lengthWithSpace(bytes, at: $0) > 0 }) {
            bytes = restoringNoBreakSpaces(bytes)
        }
        if lossy { bytes = replacingLostSequences(bytes) }
        return decodeUTF8(bytes, variants: bytes.contains { $0 == 0xED || $0 == 0xC0 })
    }

    /// Strict Windows-1252: nil where a byte has no meaning.
    private static func decodeWindows1252(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        let undefined: Set<UInt32> = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
        guard !text.contains(where: { undefined.contains($0.value) }) else { return nil }
        return replaceControls(text)
    }

    // MARK: - Sequences inside of text that is otherwise right

    private static func characters(_ bytes: [UInt8]) -> CharacterSet {
        CharacterSet(CodePage.western.flatMap { page in bytes.map(page.scalar(of:)) })
    }

    private static let leadsTwo = characters(Array(0xC2...0xDF))
    private static let leadsThree = characters(Array(0xE0...0xEF))
    private static let leadsFour = characters([0xF0, 0xF3])
    private static let continues = characters(Array(0x80...0xBF)).union(CharacterSet(" "))
    /// Without the dashes, quotation marks, bullets and dots that also stand for themselves.
    private static let continuesOnly = CharacterSet(
        CodePage.western.flatMap { page in (0x80...0xBF).map { page.scalar(of: $0) } }
            .filter { !"–—―‘’‚“”„•…".unicodeScalars.contains($0) })

    private static func repairEmbedded(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            var end = position
            if position == 0 || !continuesOnly.contains(text[position - 1]) {
                while let length = lengthOfSequence(text, at: end) { end += length }
            }
            guard end > position else {
                result.append(text[position])
                position += 1
                continue
            }
            let part = Array(text[position..<end])
            // A match that is the whole text would be repaired without end.
            let isRepaired = part.count < text.count && MojibakeSigns.appear(in: part)
            result.append(contentsOf: isRepaired ? repair(part) : part)
            position = end
        }
        return result
    }

    private static func lengthOfSequence(_ text: [Unicode.Scalar], at start: Int) -> Int? {
        guard start < text.count else { return nil }
        for (lead, length) in [(leadsTwo, 2), (leadsThree, 3), (leadsFour, 4)]
        where start + length <= text.count && lead.contains(text[start])
            && text[(start + 1)..<(start + length)].allSatisfy(continues.contains)
        {
            return length
        }
        return nil
    }

    // MARK: - Damaged bytes

    /// The length of a UTF-8 sequence at `start` in which exactly one no-break space has become a
    /// space.
    ///
    /// Zero where there is none. Only lead bytes for which the result is a likely character count.
    private static func lengthWithSpace(_ bytes: [UInt8], at start: Int) -> Int {
        func byte(_ offset: Int) -> UInt8 {
            start + offset < bytes.count ? bytes[start + offset] : 0
        }
        func isInner(_ byte: UInt8) -> Bool {
            (0x80...0xBF).contains(byte) && byte != 0x85 && byte != 0xA0
        }
        func isContinuation(_ byte: UInt8) -> Bool { (0x80...0xBF).contains(byte) }
        let space: UInt8 = 0x20
        switch byte(0) {
        case 0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9: return byte(1) == space ? 2 : 0
        case 0xE0...0xE3:
            if byte(0) >= 0xE2, byte(1) == space, isInner(byte(2)) { return 3 }
            return isInner(byte(1)) && byte(2) == space ? 3 : 0
        case 0xF0:
            let tail = [byte(1), byte(2), byte(3)]
            let spaces = tail.count { $0 == space }
            return spaces == 1 && tail.allSatisfy { $0 == space || isContinuation($0) } ? 4 : 0
        default: return 0
        }
    }

    private static func restoringNoBreakSpaces(_ bytes: [UInt8]) -> [UInt8] {
        let bytes = separatingAGrave(bytes)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let length = lengthWithSpace(bytes, at: position)
            let part = bytes[position..<(position + max(1, length))]
            result.append(
                contentsOf: length > 0 ? part.map { $0 == 0x20 ? 0xA0 : $0 } : Array(part))
            position += part.count
        }
        return result
    }

    /// Keeps "à" a word of its own where its A0 was merged with the space behind it, except before
    /// the Portuguese words that begin with it.
    private static func separatingAGrave(_ bytes: [UInt8]) -> [UInt8] {
        let exceptions = [" ", "quele", "quela", "quilo", "s "].map { Array($0.utf8) }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            if rest.starts(with: [0xC3, 0x20]),
                !exceptions.contains(where: rest.dropFirst(2).starts(with:))
            {
                result.append(contentsOf: [0xC3, 0xA0, 0x20])
                position += 2
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }

    /// Replaces sequences of which a byte was lost (1A, or once a question mark) by U+FFFD.
    private static func replacingLostSequences(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if let length = LostSequence.length(in: bytes, at: position) {
                result.append(contentsOf: [0xEF, 0xBF, 0xBD])
                position += length
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return result
    }
}
