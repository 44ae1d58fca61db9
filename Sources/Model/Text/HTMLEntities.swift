// SPDX-License-Identifier: Apache-2.0

/// Character references of HTML 5, decoded as Python 3.11 and ftfy 6.3.1 do.
enum HTMLEntities {
    /// From a name, with its semicolon where that is required, to its characters.
    private static let named: [String: [Unicode.Scalar]] = {
        var named: [String: [Unicode.Scalar]] = [:]
        for word in EntityTable.words.split(separator: " ") {
            guard let mark = word.firstIndex(where: { $0 == ";" || $0 == "?" }) else {
                preconditionFailure("the table holds '\(word)' without a mark")
            }
            let value = word[word.index(after: mark)...].split(separator: "+")
                .map(hexadecimalScalar)
            named["\(word[..<mark]);"] = value
            if word[mark] == "?" { named[String(word[..<mark])] = value }
        }
        return named
    }()

    /// Decodes every reference that a web browser would, also without its semicolon, as Python's
    /// `html.unescape` (CPython 3.11, Lib/html/__init__.py).
    static func unescape(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if text[position] == "&", let (value, end) = reference(in: text, at: position + 1) {
                result.append(contentsOf: value)
                position = end
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    /// Decodes only what cannot be meant otherwise: references that end in a semicolon, and names
    /// in capitals that differ from a known one only in case (`unescape_html` of ftfy).
    static func unescapeUnambiguous(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if text[position] == "&", let end = endOfClosedReference(in: text, at: position) {
                let whole = Array(text[position..<end])
                result.append(contentsOf: unambiguousValue(whole) ?? whole)
                position = end
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    // MARK: - As a browser

    private static let nameEnds: [Unicode.Scalar] = ["\t", "\n", "\u{C}", " ", "<", "&", "#", ";"]

    /// The value of the reference whose text begins at `start`, behind its ampersand, and its end.
    private static func reference(
        in text: [Unicode.Scalar], at start: Int
    ) -> (value: [Unicode.Scalar], end: Int)? {
        guard start < text.count else { return nil }
        if text[start] == "#" { return numericReference(in: text, at: start + 1) }
        var end = start
        while end < text.count, end - start < 32, !nameEnds.contains(text[end]) { end += 1 }
        guard end > start else { return nil }
        if end < text.count, text[end] == ";" { end += 1 }
        let name = text[start..<end]
        if let value = value(of: name) { return (value, end) }
        // The longest known beginning counts; what follows it stays.
        for length in stride(from: name.count - 1, to: 1, by: -1) {
            if let value = value(of: name.prefix(length)) {
                return (value + name.dropFirst(length), end)
            }
        }
        return (["&"] + name, end)
    }

    private static func numericReference(
        in text: [Unicode.Scalar], at start: Int
    ) -> (value: [Unicode.Scalar], end: Int)? {
        var position = start
        let isHexadecimal = start < text.count && (text[start] == "x" || text[start] == "X")
        if isHexadecimal { position += 1 }
        let firstDigit = position
        var number: UInt32 = 0
        while position < text.count, let digit = digit(text[position], isHexadecimal) {
            // Anything beyond Unicode is the same to the rules below.
            number = min(number * (isHexadecimal ? 16 : 10) + digit, 0x110000)
            position += 1
        }
        guard position > firstDigit else { return nil }
        if position < text.count, text[position] == ";" { position += 1 }
        return (characters(of: number), position)
    }

    private static func digit(_ scalar: Unicode.Scalar, _ isHexadecimal: Bool) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": isHexadecimal ? scalar.value - 0x57 : nil
        case "A"..."F": isHexadecimal ? scalar.value - 0x37 : nil
        default: nil
        }
    }

    /// What a numeric reference stands for: the C1 controls are read as Windows-1252, and code
    /// points that are no characters vanish.
    private static func characters(of number: UInt32) -> [Unicode.Scalar] {
        switch number {
        case 0: return ["\u{FFFD}"]
        case 0x80...0x9F: return [CodePage.windows1252.scalar(of: UInt8(number))]
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
        default:
            guard let scalar = Unicode.Scalar(number) else { return ["\u{FFFD}"] }
            return number & 0xFFFE == 0xFFFE ? [] : [scalar]
        }
    }

    // MARK: - With care

    /// The end of `&`, perhaps `#`, 1 to 24 letters or digits, `;`.
    private static func endOfClosedReference(in text: [Unicode.Scalar], at start: Int) -> Int? {
        var position = start + 1
        if position < text.count, text[position] == "#" { position += 1 }
        let first = position
        while position < text.count, position - first < 24,
            text[position].isASCIILetter || text[position].isASCIIDigit
        {
            position += 1
        }
        guard position > first, position < text.count, text[position] == ";" else { return nil }
        return position + 1
    }

    private static func unambiguousValue(_ whole: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        if whole[1] == "#" {
            let value = unescape(whole)
            return value.contains(";") ? nil : value
        }
        let name = string(whole[1...])
        if let value = named[name] { return value }
        let lower = name.lowercased()
        // "&LTDOT;" is "<DOT;" to a browser, so it is not a capitalised "&ltdot;".
        guard name == lower.uppercased(), let value = named[lower], unescape(whole) == whole
        else { return nil }
        return value.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) }
    }

    private static func value(of name: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
        // Swift's strings compare canonically: the Kelvin sign would pass for a K.
        guard name.allSatisfy(\.isASCII) else { return nil }
        return named[string(name)]
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}
