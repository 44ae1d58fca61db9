// SPDX-License-Identifier: Apache-2.0

extension Unicode.Scalar {
    /// Whether Python's `str.isspace`, `str.strip` and the `\s` of its `re` take it for a space:
    /// Unicode's White_Space and the four separators 1C to 1F (CPython 3.11,
    /// Objects/unicodetype_db.h).
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// Whether the `\w` of Python's `re` matches it: letters, everything numeric, the underscore.
    var isPythonWord: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            true
        default: self == "_"
        }
    }

    var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }

    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

/// Replaces every run of whitespace by one space and drops it at both ends, as
/// `re.sub(r"\s+", " ", text).strip()` does.
func collapsingWhitespace(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.split(whereSeparator: \.isPythonSpace)
        .reduce(into: []) { result, word in
            if !result.isEmpty { result.append(" ") }
            result.append(contentsOf: word)
        }
}
