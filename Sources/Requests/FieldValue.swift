// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A value of the request on its way through validation: where it is, and what stands there.
struct FieldValue {
    /// Such as `panels[2].at`.
    var path: String
    var node: JSONNode

    init(_ path: String, _ node: JSONNode) {
        self.path = path
        self.node = node
    }

    /// The elements as values of their own, if this is an array.
    var elements: [FieldValue]? {
        node.array?.enumerated().map { FieldValue("\(path)[\($0)]", $1) }
    }

    /// The value as a sentence can repeat it.
    var shown: String {
        switch node.content {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer, .unsigned, .double: node.value.serialized(pretty: false)
        case .string(let text): Self.quoted(text)
        case .array(let nodes): nodes.isEmpty ? "an empty list" : "a list"
        case .object: "an object in braces"
        }
    }

    /// A text in quotation marks, without control characters and at most 40 characters of it.
    static func quoted(_ text: String) -> String {
        let short = text.count <= 40 ? text : text.prefix(40) + "…"
        return Problem.shown(JSONValue.string(short).serialized(pretty: false))
    }

    /// Whether a terminal or an editor would obey it instead of showing it: control characters, line
    /// separators, and what turns the direction of writing.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
