// SPDX-License-Identifier: Apache-2.0

extension Walk {
    /// Moves behind the string that begins here; says whether it has escapes.
    mutating func scanString() throws(JSONError) -> Bool {
        let start = offset
        var hasEscapes = false
        offset += 1
        while true {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape()
            case 0x00 where offset == text.count, 0x0A, 0x0D:
                throw .syntax(
                    reason: "The text that begins here has no closing quotation mark (\").",
                    hint: "Close it on the same line; write \\n where a new line is wanted.",
                    at: position(of: start))
            case 0x00..<0x20:
                throw .syntax(
                    reason: byte == 0x09
                        ? "There is a tab inside a text."
                        : "There is a control character in a text.",
                    hint: byte == 0x09 ? "Write a space, or \\t." : "Delete it.",
                    at: position(of: offset))
            default:
                offset += 1
            }
        }
    }

    private mutating func scanEscape() throws(JSONError) {
        let start = offset
        offset += 2
        switch text.terminated[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
            UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            let unit = try hexadecimal(of: start)
            if (0xDC00...0xDFFF).contains(unit) { throw halfCharacter(at: start) }
            guard (0xD800...0xDBFF).contains(unit) else { return }
            let second = offset
            guard byte == UInt8(ascii: "\\"), text.terminated[offset + 1] == UInt8(ascii: "u")
            else { throw halfCharacter(at: start) }
            offset += 2
            guard (0xDC00...0xDFFF).contains(try hexadecimal(of: second)) else {
                throw halfCharacter(at: start)
            }
        default:
            throw .syntax(
                reason: "A backslash (\\) inside a text has a meaning of its own.",
                hint: "Write \\\\ for one backslash, and / between folders.",
                at: position(of: start))
        }
    }

    /// Four hexadecimal digits at the offset, which moves behind them.
    private mutating func hexadecimal(of escape: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .syntax(
                    reason: "\\u must be followed by four digits or letters from a to f.",
                    hint: "Write the character itself instead.", at: position(of: escape))
            }
            unit = unit << 4 | UInt32(digit)
            offset += 1
        }
        return unit
    }

    private mutating func halfCharacter(at start: Int) -> JSONError {
        .syntax(
            reason: "This \\u escape is only one half of a character.",
            hint: "Write the character itself instead.", at: position(of: start))
    }

    /// Moves behind the number that begins here.
    mutating func scanNumber() throws(JSONError) {
        let start = offset
        if byte == UInt8(ascii: "-") { offset += 1 }
        let leadingZero = byte == UInt8(ascii: "0")
        let digits = scanDigits()
        guard digits > 0 else {
            throw malformedNumber(from: start, "A minus sign must be followed by digits.")
        }
        guard !leadingZero || digits == 1 else {
            throw malformedNumber(from: start, "A number must not begin with a zero.")
        }
        if byte == UInt8(ascii: ".") {
            offset += 1
            guard scanDigits() > 0 else {
                throw malformedNumber(from: start, "A decimal point must be followed by digits.")
            }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            offset += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
            guard scanDigits() > 0 else {
                throw malformedNumber(from: start, "The exponent of this number has no digits.")
            }
        }
        guard !isWordCharacter(byte), byte != UInt8(ascii: ".") else {
            throw malformedNumber(from: start, "This begins like a number but is none.")
        }
    }

    private mutating func scanDigits() -> Int {
        let start = offset
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        return offset - start
    }

    private mutating func malformedNumber(from start: Int, _ reason: String) -> JSONError {
        .syntax(
            reason: reason,
            hint: "Write numbers like 7, 0.5 or -3, and text between quotation marks (\").",
            at: position(of: start))
    }
}

/// The text between the quotation marks of a string that was scanned without fault.
///
/// Done here and not by json-c 0.16, which turns valid pairs of `\u` escapes into U+FFFD where the
/// low 16 bits of the character look like half of a pair, as those of U+2DD5D do.
func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var rest = bytes
    /// Takes the four digits of a `\u` escape.
    func unit() -> UInt32 {
        let digits = String(decoding: rest.prefix(4), as: UTF8.self)
        rest = rest.dropFirst(4)
        guard let value = UInt32(digits, radix: 16) else {
            preconditionFailure("'\(digits)' was scanned as four hexadecimal digits")
        }
        return value
    }
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
            result.append(byte)
            continue
        }
        switch letter {
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var value = unit()
            if 0xD800...0xDBFF ~= value {
                rest = rest.dropFirst(2)
                value = 0x10000 + (value - 0xD800) << 10 + (unit() - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else {
                preconditionFailure("\(value) was scanned as a character")
            }
            result += Array(String(scalar).utf8)
        default: result.append(letter)
        }
    }
    return String(decoding: result, as: UTF8.self)
}
