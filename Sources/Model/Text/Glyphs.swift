// SPDX-License-Identifier: Apache-2.0

/// Characters that stand for others: ligatures, other widths, curly quotes, line breaks.
///
/// What is replaced and what is left alone follows ftfy 6.3.1 (ftfy/fixes.py and chardata.py).
enum Glyphs {
    /// Takes Latin ligatures apart, gives characters their usual width, straightens quotation marks
    /// and turns every line break into a newline.
    static func simplify(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            if let letters = ligatures[scalar] {
                result.append(contentsOf: letters.unicodeScalars.map(plain))
            } else if let usual = usualWidth(scalar) {
                result.append(contentsOf: usual.map(plain))
            } else if scalar != "\r" || index + 1 == text.count || text[index + 1] != "\n" {
                result.append(plain(scalar))
            }
        }
        return result
    }

    private static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar {
        case "\u{2BC}", "\u{2018}"..."\u{201B}": "'"
        case "\u{201C}"..."\u{201F}": "\""
        case "\r", "\u{85}", "\u{2028}", "\u{2029}": "\n"
        default: scalar
        }
    }

    private static let ligatures: [Unicode.Scalar: String] = [
        "Ĳ": "IJ", "ĳ": "ij", "ŉ": "\u{2BC}n",
        "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž",
        "Ǉ": "LJ", "ǈ": "Lj", "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj",
        "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ſt", "ﬆ": "st",
    ]

    private static let usualWidths: [[Unicode.Scalar]] =
        WidthTable.words.split(separator: " ").map { word in
            word == "-" ? [] : word.split(separator: "+").map(hexadecimalScalar)
        }

    private static func usualWidth(_ scalar: Unicode.Scalar) -> [Unicode.Scalar]? {
        if scalar == "\u{3000}" { return [" "] }
        guard scalar.value >= 0xFF01 else { return nil }
        let index = Int(scalar.value - 0xFF01)
        guard index < usualWidths.count, !usualWidths[index].isEmpty else { return nil }
        return usualWidths[index]
    }

    /// Drops the escape sequences that colour text in a terminal: ESC, `[`, digits and semicolons,
    /// one letter.
    static func removingTerminalEscapes(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            if let end = endOfTerminalEscape(text, at: position) {
                position = end
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    private static func endOfTerminalEscape(_ text: [Unicode.Scalar], at start: Int) -> Int? {
        guard text[start] == "\u{1B}", start + 1 < text.count, text[start + 1] == "[" else {
            return nil
        }
        var position = start + 2
        while position < text.count,
            text[position] == ";" || text[position].properties.generalCategory == .decimalNumber
        {
            position += 1
        }
        guard position < text.count, text[position].isASCIILetter else { return nil }
        return position + 1
    }

    /// Whether this is a control character without a visible effect that nobody means to write.
    static func isInvisibleControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
        default: false
        }
    }
}
