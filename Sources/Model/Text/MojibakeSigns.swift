// SPDX-License-Identifier: Apache-2.0

/// Sequences of characters that are far more likely misread UTF-8 than meant.
///
/// The rules are those of ftfy 6.3.1 (ftfy/badness.py, BADNESS_RE): each is a row of character
/// sets, and one place where a whole row fits is enough.
enum MojibakeSigns {
    /// What one place of a rule accepts.
    private enum Place {
        case of(CharacterSet)
        case letterOrDigit
        case anythingButNewline
        case noLetter
        case space
        case optionalSpace
        case start
    }

    /// Whether `text` looks misread.
    static func appear(in text: [Unicode.Scalar]) -> Bool {
        text.indices.contains { start in
            rules.contains { matches($0[...], text, at: start) }
        }
    }

    private static func matches(
        _ rule: ArraySlice<Place>, _ text: [Unicode.Scalar], at position: Int
    ) -> Bool {
        guard let place = rule.first else { return true }
        let rest = rule.dropFirst()
        switch place {
        case .start: return position == 0 && matches(rest, text, at: position)
        case .optionalSpace:
            let isSpace = position < text.count && text[position].isPythonSpace
            return isSpace && matches(rest, text, at: position + 1)
                || matches(rest, text, at: position)
        default: break
        }
        guard position < text.count else { return false }
        let scalar = text[position]
        let fits =
            switch place {
            case .of(let set): set.contains(scalar)
            case .letterOrDigit: scalar.isPythonWord
            case .anythingButNewline: scalar != "\n"
            case .noLetter: !scalar.isASCIILetter
            case .space: scalar.isPythonSpace
            case .start, .optionalSpace: false
            }
        return fits && matches(rest, text, at: position + 1)
    }

    private static func any(_ sets: CharacterSet...) -> Place {
        .of(sets.dropFirst().reduce(sets[0]) { $0.union($1) })
    }

    private static func one(_ characters: String, _ more: CharacterSet...) -> Place {
        .of(more.reduce(CharacterSet(characters)) { $0.union($1) })
    }

    private static let rules: [[Place]] = categoryRules + encodingRules

    private static let common = CharacterSet(hexadecimal: MojibakeTable.common)
    private static let control = CharacterSet(hexadecimal: MojibakeTable.control)
    private static let bad = CharacterSet(hexadecimal: MojibakeTable.bad)
    private static let law = CharacterSet(hexadecimal: MojibakeTable.law)
    private static let currency = CharacterSet(hexadecimal: MojibakeTable.currency)
    private static let opening = CharacterSet(hexadecimal: MojibakeTable.opening)
    private static let closing = CharacterSet(hexadecimal: MojibakeTable.closing)
    private static let numeric = CharacterSet(hexadecimal: MojibakeTable.numeric)
    private static let kaomoji = CharacterSet(hexadecimal: MojibakeTable.kaomoji)
    private static let upper = CharacterSet(hexadecimal: MojibakeTable.upperAccented)
    private static let lower = CharacterSet(hexadecimal: MojibakeTable.lowerAccented)
    private static let upperCommon = CharacterSet(hexadecimal: MojibakeTable.upperCommon)
    private static let lowerCommon = CharacterSet(hexadecimal: MojibakeTable.lowerCommon)
    private static let box = CharacterSet(hexadecimal: MojibakeTable.box)
    private static let small = CharacterSet(hexadecimal: "61-7A")
    private static let letters = CharacterSet(hexadecimal: "41-5A 61-7A")

    /// What may not stand beside a character that hardly occurs outside of mojibake.
    private static let suspicious = any(
        lower, upper, box, opening, closing, currency, numeric, law)

    /// Neighbours that are unlikely by their kind.
    private static let categoryRules: [[Place]] = [
        [any(control)],
        [any(bad, lower, upper, box, opening, closing, currency, numeric, law), any(bad)],
        [any(letters), any(lowerCommon, upperCommon), any(bad)],
        [any(bad), suspicious],
        [any(lower, lowerCommon, box, closing, currency, numeric), any(upper)],
        [any(box, closing, currency, numeric), any(lower)],
        [any(lower, box, closing), any(currency)],
        [.space, any(upper), any(currency)],
        [any(upper, box), any(numeric, law)],
        [any(lower, upper, box, currency, closing), any(opening), any(numeric)],
        [any(lower, upper, currency, numeric, box, law), any(closing), any(opening)],
        [any(currency, numeric, box), any(opening)],
        [any(small), any(upper), any(opening, currency)],
        [any(box), any(kaomoji)],
        [any(lower, upper, currency, numeric, opening, closing, law), any(box)],
        [any(box), any(closing)],
        [any(lower, upper), any(opening, closing), .letterOrDigit],
        [one("Œœ"), .noLetter],
        [any(upper), one("°")],
    ]

    private static let arabic = one("ŸŠ®°µ»", common, currency, bad, numeric, opening)

    /// What well-known characters become in one particular code page.
    private static let encodingRules: [[Place]] = [
        // Windows-1252.
        [one("ÂÃÎÐ"), one("€œŠš¢£Ÿž\u{A0}\u{AD}®©°·»–—´", opening, closing)],
        [one("×"), one("²³")],
        [one("ØÙ"), arabic, one("ØÙ"), arabic],
        [one("à"), one("²µ¹¼½¾")],
        // Mac Roman.
        [one("√"), one("±∂†≠®™´≤≥¥µø")],
        [one("≈"), one("°¢")],
        [one("‚"), one("Ä"), one("ìîïòôúùû†°¢π")],
        [one("‚"), one("âó"), one("àä°ê")],
        // Windows-1251, in the end on top of Latin-1.
        [one("в"), one("Ђ")],
        [one("ВГРС"), one("°µ", control, bad, opening, closing, currency), one("ВГРС")],
        [
            one("Г"), one("ў"), one("В"), one("Ђ"), one("В"), .anythingButNewline,
            one(" ", letters),
        ],
        // Windows-1252: "à", "á" and the no-break space itself.
        [one("Ã"), one("\u{A0}¡")],
        [any(small), .optionalSpace, one("ÃÂ"), one(" ")],
        [.start, one("ÃÂ"), one(" ")],
        [one(".,?!", small, closing), one("Â"), one(" ", opening, closing)],
        // Windows-1253.
        [one("β"), one("€"), one("™\u{A0}Ά\u{AD}®°")],
        [one("ΒΓΞΟ"), one("°", control, bad, opening, closing, currency), one("ΒΓΞΟ")],
        // Windows-1257.
        [one("ā"), one("€")],
    ]
}
