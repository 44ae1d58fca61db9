// SPDX-License-Identifier: Apache-2.0

/// One pass over a text that builds nodes with positions, and explains what is not JSON.
///
/// Its grammar is RFC 8259 to the letter. Numbers get their value from json-c, so there is one
/// opinion about what they mean.
struct Walk: ~Copyable {
    let text: JSONText
    let limits: JSONLimits
    var offset = 0
    /// The brackets that are open, with the place of each, for "the text ends too early".
    var open: [(bracket: UInt8, position: JSONPosition)] = []
    private var locator = Locator()
    private let tokener: Tokener

    init(text: JSONText, limits: JSONLimits) {
        self.text = text
        self.limits = limits
        self.tokener = Tokener(depth: limits.depth)
    }

    /// The byte at the current offset; NUL at the end.
    var byte: UInt8 { text.terminated[offset] }

    mutating func position(of offset: Int) -> JSONPosition {
        locator.position(of: offset, in: text.terminated)
    }

    /// Reads the whole text: one value, and nothing behind it.
    mutating func document() throws(JSONError) -> JSONNode {
        let node = try value()
        skipSpace()
        guard offset == text.count else { throw explainTrailing() }
        return node
    }

    private mutating func value() throws(JSONError) -> JSONNode {
        skipSpace()
        let place = position(of: offset)
        switch byte {
        case UInt8(ascii: "{"):
            return JSONNode(.object(try object(at: place)), at: place)
        case UInt8(ascii: "["):
            return JSONNode(.array(try array(at: place)), at: place)
        case UInt8(ascii: "\""):
            return JSONNode(.string(try string()), at: place)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONNode(try number(), at: place)
        case UInt8(ascii: "t") where accept("true"):
            return JSONNode(.bool(true), at: place)
        case UInt8(ascii: "f") where accept("false"):
            return JSONNode(.bool(false), at: place)
        case UInt8(ascii: "n") where accept("null"):
            return JSONNode(.null, at: place)
        default:
            throw explainValue()
        }
    }

    private mutating func object(at place: JSONPosition) throws(JSONError) -> [JSONMember] {
        try enter(place)
        var members: [JSONMember] = []
        var seen: [String: JSONPosition] = [:]
        skipSpace()
        if byte == UInt8(ascii: "}") {
            leave()
            return members
        }
        while true {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw explainKey(isFirst: members.isEmpty) }
            let keyPlace = position(of: offset)
            let key = try string()
            if limits.duplicateKeys == .refused {
                if let first = seen.updateValue(keyPlace, forKey: key) {
                    throw .duplicateKey(key, at: keyPlace, first: first)
                }
            }
            skipSpace()
            guard byte == UInt8(ascii: ":") else { throw explainColon(after: key) }
            offset += 1
            members.append(JSONMember(key: key, keyPosition: keyPlace, value: try value()))
            skipSpace()
            if byte == UInt8(ascii: "}") {
                leave()
                return members
            }
            guard byte == UInt8(ascii: ",") else { throw explainComma(closing: "}") }
            offset += 1
        }
    }

    private mutating func array(at place: JSONPosition) throws(JSONError) -> [JSONNode] {
        try enter(place)
        var nodes: [JSONNode] = []
        skipSpace()
        if byte == UInt8(ascii: "]") {
            leave()
            return nodes
        }
        while true {
            nodes.append(try value())
            skipSpace()
            if byte == UInt8(ascii: "]") {
                leave()
                return nodes
            }
            guard byte == UInt8(ascii: ",") else { throw explainComma(closing: "]") }
            offset += 1
        }
    }

    private mutating func enter(_ place: JSONPosition) throws(JSONError) {
        guard open.count < limits.depth else { throw .tooDeep(at: place, limit: limits.depth) }
        open.append((byte, place))
        offset += 1
    }

    private mutating func leave() {
        open.removeLast()
        offset += 1
    }

    private mutating func string() throws(JSONError) -> String {
        let start = offset
        let hasEscapes = try scanString()
        guard hasEscapes else {
            return String(decoding: text.terminated[(start + 1)..<(offset - 1)], as: UTF8.self)
        }
        return unescaped(text.terminated[(start + 1)..<(offset - 1)])
    }

    private mutating func number() throws(JSONError) -> JSONNode.Content {
        let start = offset
        try scanNumber()
        let digits = text.terminated[start..<offset]
        guard let content = tokener.number(in: start..<offset, of: text) else {
            throw explainMagnitude(from: start)
        }
        if holds(content, digits) { return content }
        if limits.roundsLargeIntegers, let value = Double(String(decoding: digits, as: UTF8.self)),
            value.isFinite
        {
            return .double(value)
        }
        throw explainMagnitude(from: start)
    }

    /// Whether json-c kept the number: it saturates large integers and makes 1e999 infinite.
    private func holds(_ content: JSONNode.Content, _ digits: ArraySlice<UInt8>) -> Bool {
        switch content {
        case .double(let value): value.isFinite
        case .integer(0): true
        case .integer(let value): String(value).utf8.elementsEqual(digits)
        case .unsigned(let value): String(value).utf8.elementsEqual(digits)
        default: false
        }
    }

    mutating func skipSpace() {
        while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    /// Moves behind `word` if it stands here and ends here.
    private mutating func accept(_ word: StaticString) -> Bool {
        var end = offset
        for letter in word.description.utf8 {
            guard text.terminated[end] == letter else { return false }
            end += 1
        }
        guard !isWordCharacter(text.terminated[end]) else { return false }
        offset = end
        return true
    }
}

/// Whether an unquoted word would go on with this byte.
func isWordCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
        true
    default: false
    }
}
