// SPDX-License-Identifier: Apache-2.0

extension Walk {
    /// Why no value can begin here.
    mutating func explainValue() -> JSONError {
        let place = position(of: offset)
        if offset == text.count { return explainEnd() }
        switch byte {
        case UInt8(ascii: "'"):
            return .syntax(
                reason: "Text stands between single quotation marks (').",
                hint: "Use double ones (\").", at: place)
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
            return .syntax(
                reason: "Comments are not allowed here.", hint: "Delete the comment.", at: place)
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            return .syntax(
                reason: "A value is missing before this \(character).",
                hint: "If there is a comma before it, delete the comma.", at: place)
        case UInt8(ascii: ","):
            return .syntax(
                reason: "A value is missing before this comma.",
                hint: "Delete the comma, or write the value.", at: place)
        case UInt8(ascii: "+"), UInt8(ascii: "."):
            return .syntax(
                reason: "A number must begin with a digit or a minus sign.",
                hint: "Write 0.5 and not .5, and 3 and not +3.", at: place)
        default:
            return explainWord(at: place)
        }
    }

    /// The character, or the number of one that a terminal or an editor would obey.
    private var shownCharacter: String {
        let scalars = character.unicodeScalars
        let isShown = scalars.allSatisfy {
            switch $0.value {
            case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF:
                false
            default: true
            }
        }
        guard !isShown else { return String(character) }
        return scalars.map { scalar in
            let code = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
        }.joined(separator: " ")
    }

    private mutating func explainWord(at place: JSONPosition) -> JSONError {
        if isCurlyQuote {
            return .syntax(
                reason: "This quotation mark (\(character)) is a typographic one.",
                hint: "Use straight ones (\"); a plain text editor writes them.", at: place)
        }
        let word = word
        switch word.lowercased() {
        case "true", "false", "null":
            return .syntax(
                reason: "\(word) must be written in small letters.",
                hint: "Write \(word.lowercased()).", at: place)
        case "nan", "infinity", "inf":
            return .syntax(
                reason: "\(word) is not a number that can be used.",
                hint: "Write a number, or leave the key out.", at: place)
        case "none", "undefined", "nil":
            return .syntax(
                reason: "\(word) is not a JSON value.",
                hint: "Leave the key out.", at: place)
        case "":
            return .syntax(
                reason: "There is a character here that does not belong: \(shownCharacter)",
                hint: "Delete it.", at: place)
        default:
            return .syntax(
                reason: "Text must stand between quotation marks (\").",
                hint: "Write \"\(word)\".", at: place)
        }
    }

    /// Why no key can begin here.
    mutating func explainKey(isFirst: Bool) -> JSONError {
        let place = position(of: offset)
        if offset == text.count { return explainEnd() }
        if byte == UInt8(ascii: "}") && !isFirst {
            return .syntax(
                reason: "The comma before this } is one too many.",
                hint: "Delete the comma.", at: place)
        }
        if byte == UInt8(ascii: ",") {
            return .syntax(
                reason: "There is a comma too many.", hint: "Delete the comma.", at: place)
        }
        let word = word
        if word.isEmpty || isCurlyQuote { return explainValue() }
        return .syntax(
            reason: "A key must stand between quotation marks (\").",
            hint: "Write \"\(word)\".", at: place)
    }

    /// Why the colon behind a key is missed.
    mutating func explainColon(after key: String) -> JSONError {
        if offset == text.count { return explainEnd() }
        return .syntax(
            reason: "A colon (:) is missing after \"\(shortened(key))\".",
            hint: "Write \"\(shortened(key))\": and then its value.", at: position(of: offset))
    }

    /// Why neither a comma nor the closing bracket is here.
    mutating func explainComma(closing bracket: String) -> JSONError {
        if offset == text.count { return explainEnd() }
        let place = position(of: offset)
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "#"):
            return explainValue()
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            return .syntax(
                reason: "This \(character) does not fit the bracket that is open.",
                hint: "Write \(bracket) instead.", at: place)
        case UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: ":"):
            return .syntax(
                reason: "A comma is wanted here, not \(character)",
                hint: "Write a comma between entries.", at: place)
        default:
            return .syntax(
                reason: "A comma is missing before this.",
                hint: "Write a comma at the end of the entry before.", at: place)
        }
    }

    /// Why the text must not end here.
    private mutating func explainEnd() -> JSONError {
        let end = position(of: offset)
        guard let last = open.last else {
            return .syntax(
                reason: "The file ends before anything is said.", hint: "Copy it again.", at: end)
        }
        let bracket = Character(Unicode.Scalar(last.bracket))
        return .syntax(
            reason: "The file ends too early: the \(bracket) on line \(last.position.line), "
                + "column \(last.position.column) is never closed.",
            hint: "If it was still being copied, copy it again; "
                + "otherwise write \(bracket == "{" ? "}" : "]") at the end.",
            at: end)
    }

    /// Why something stands behind the value.
    mutating func explainTrailing() -> JSONError {
        .syntax(
            reason: "The request is complete before this, and nothing may follow it.",
            hint: "Delete what follows, or put each request in a file of its own.",
            at: position(of: offset))
    }

    /// Why a number cannot be held.
    mutating func explainMagnitude(from start: Int) -> JSONError {
        let digits = String(decoding: text.terminated[start..<offset], as: UTF8.self)
        return .syntax(
            reason: "The number \(shortened(digits)) is too large.",
            hint: "Whole numbers go from -9223372036854775808 to 18446744073709551615.",
            at: position(of: start))
    }

    private func shortened(_ string: String) -> String {
        string.count <= 40 ? string : string.prefix(40) + "…"
    }

    /// The unquoted word at the offset, at most 40 characters of it.
    private var word: String {
        var end = offset
        while isWordCharacter(text.terminated[end]) { end += 1 }
        return shortened(String(decoding: text.terminated[offset..<end], as: UTF8.self))
    }

    /// The character at the offset.
    private var character: Character {
        let rest = text.terminated[offset..<min(offset + 32, text.count)]
        return String(decoding: rest, as: UTF8.self).first ?? " "
    }

    private var isCurlyQuote: Bool {
        ["\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{AB}", "\u{BB}"]
            .contains(character)
    }
}
