// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// The value as JSON text, the same on every machine and in every locale.
    ///
    /// Doubles are written with the fewest digits that read back as the same double, and without
    /// a fraction when they are whole. The output is valid UTF-8; control characters are escaped.
    ///
    /// `pretty` means two spaces of indentation, one entry a line, short arrays of plain values on
    /// one line, and a line feed at the end; without it, all is one line without spaces.
    package func serialized(pretty: Bool = true) -> String {
        var text = ""
        write(to: &text, indentation: pretty ? 0 : nil)
        if pretty { text += "\n" }
        return text
    }

    private func write(to text: inout String, indentation: Int?) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .double(let value): text += Self.digits(of: value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            let onOneLine = values.count <= 8 && values.allSatisfy(\.isShort)
            Self.write(
                values, between: "[", "]", to: &text, indentation: indentation,
                onOneLine: onOneLine
            ) { value, text, inner in value.write(to: &text, indentation: inner) }
        case .object(let members):
            Self.write(
                members, between: "{", "}", to: &text, indentation: indentation,
                onOneLine: members.isEmpty
            ) { member, text, inner in
                Self.write(member.0, to: &text)
                text += inner == nil ? ":" : ": "
                member.1.write(to: &text, indentation: inner)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], between opening: String, _ closing: String, to text: inout String,
        indentation: Int?, onOneLine: Bool,
        element write: (Element, inout String, Int?) -> Void
    ) {
        text += opening
        for (index, element) in elements.enumerated() {
            if index > 0 { text += "," }
            if let indentation, !onOneLine {
                text += "\n" + String(repeating: " ", count: indentation + 2)
            } else if indentation != nil, index > 0 {
                text += " "
            }
            write(element, &text, indentation.map { $0 + 2 })
        }
        if let indentation, !onOneLine {
            text += "\n" + String(repeating: " ", count: indentation)
        }
        text += closing
    }

    /// Whether the value fits in a row of others on one line.
    private var isShort: Bool {
        switch self {
        case .null, .bool, .integer, .unsigned, .double: true
        case .string(let value): value.utf8.count <= 24
        case .array, .object: false
        }
    }

    private static func digits(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        // Below 2^53 every whole double is exactly that integer. -0.0 keeps its sign.
        if value.magnitude < 0x1p53, value == value.rounded(), value != 0 || value.sign == .plus {
            return String(Int64(value))
        }
        return value.description
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            // The C1 controls move terminals, and the two separators end a line in JavaScript.
            case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{2029}":
                let hexadecimal = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
