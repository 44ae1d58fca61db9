// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// Texts that are JSON, in the manner of the y_ cases of JSONTestSuite; written for this project.
@Suite struct JSONAcceptanceTests {
    struct Case: CustomTestStringConvertible {
        let text: String
        let value: JSONValue
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ value: JSONValue) {
            self.text = text
            self.value = value
        }
    }

    static let cases: [Case] = [
        Case("{}", [:]),
        Case("[]", []),
        Case(" \t\r\n[ ] \n", []),
        Case("null", nil),
        Case("true", true),
        Case("false ", false),
        Case("0", 0),
        Case("-0", 0),
        Case("7", 7),
        Case("\n-3\n", -3),
        Case("[1,2]", [1, 2]),
        Case("[null,true,false]", [nil, true, false]),
        Case("9223372036854775807", .integer(.max)),
        Case("-9223372036854775808", .integer(.min)),
        Case("9223372036854775808", .unsigned(1 << 63)),
        Case("18446744073709551615", .unsigned(.max)),
        Case("7.0", .double(7)),
        Case("1e2", .double(100)),
        Case("1E+2", .double(100)),
        Case("1e-2", .double(0.01)),
        Case("-0.0", .double(0)),
        Case("123.456e-7", .double(123.456e-7)),
        Case("1e-999", .double(0)),
        Case("0.1", .double(0.1)),
        Case("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        Case("5e-324", .double(.leastNonzeroMagnitude)),
        Case(#""""#, ""),
        Case(#""a/b""#, "a/b"),
        Case(#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        Case(#""\u00e9\u20AC""#, "é€"),
        Case(#""\ud83c\udf88""#, "🎈"),
        Case(#""a\u0000b""#, "a\0b"),
        Case(#""\uFFFE\uFFFF""#, "\u{FFFE}\u{FFFF}"),
        Case(#""\u2028""#, "\u{2028}"),
        Case("\"Zürich 東京 🎈\"", "Zürich 東京 🎈"),
        Case("\"\u{7F}\"", "\u{7F}"),
        Case("\u{FEFF}{}", [:]),
        Case(#"{"":0}"#, ["": 0]),
        Case(#"{"a":{"b":[{}]}}"#, ["a": ["b": [[:]]]]),
        Case(#"{"b":1,"a":2}"#, ["b": 1, "a": 2]),
        Case(#"{"a":1,"a":[2]}"#, ["a": 1, "a": [2]]),
        Case(#"{"\u0061":1}"#, ["a": 1]),
        Case(#"{"a\u0000b":1}"#, ["a\0b": 1]),
        Case("[1.5,\"NaN\",-2]", [1.5, "NaN", -2]),
        Case("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", [[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]),
    ]

    @Test(arguments: cases)
    func accepts(_ example: Case) throws {
        let node = try JSONNode(parsing: Array(example.text.utf8), limits: .request)
        #expect(node.value == example.value)
    }

    @Test func keepsDuplicateKeysOfRequests() throws {
        let node = try JSONNode(parsing: Array(#"{"a":1,"b":2,"a":3}"#.utf8), limits: .request)
        #expect(node.members?.map(\.key) == ["a", "b", "a"])
        #expect(node["a"]?.int == 1)
    }

    /// Every character beyond the first plane, escaped as Python's `json.dumps` writes it.
    ///
    /// json-c 0.16 makes U+FFFD of those whose low 16 bits look like half of a pair.
    @Test func resolvesEveryPairOfEscapes() throws {
        for plane in UInt32(1)...16 {
            for low in stride(from: UInt32(0), through: 0xFFFF, by: 0x101) {
                let value = plane << 16 | low
                let units = String(try #require(Unicode.Scalar(value))).utf16
                let escapes = units.map { "\\u" + String($0, radix: 16) }.joined()
                let node = try JSONNode(parsing: Array("[\"a\(escapes)b\"]".utf8), limits: .request)
                let scalars = node.array?.first?.string?.unicodeScalars.map(\.value)
                #expect(scalars == [0x61, value, 0x62])
            }
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func findsPositions(lineEnd: String) throws {
        let lines = [#"{"#, #"  "ä": ["x","#, #"    1.5], "🎈": {"k" : true}"#, "}"]
        let text = lines.joined(separator: lineEnd)
        let node = try JSONNode(parsing: Array(text.utf8), limits: .request)
        let members = try #require(node.members)
        #expect(node.position == JSONPosition(line: 1, column: 1))
        #expect(members[0].keyPosition == JSONPosition(line: 2, column: 3))
        #expect(members[0].value.position == JSONPosition(line: 2, column: 8))
        #expect(members[0].value.array?[1].position == JSONPosition(line: 3, column: 5))
        #expect(members[1].keyPosition == JSONPosition(line: 3, column: 11))
        #expect(members[1].value["k"]?.position == JSONPosition(line: 3, column: 23))
    }

    @Test func readsNumbersAsTheirReadersWant() throws {
        let text = "[7.0, 1e2, 2.5, 18446744073709551615, -1, 1e30, 9007199254740993.0, \"7\"]"
        let nodes = try #require(
            try JSONNode(parsing: Array(text.utf8), limits: .request).array)
        #expect(nodes.map(\.int) == [7, 100, nil, nil, -1, nil, 9_007_199_254_740_992, nil])
        let unsigned: [UInt64?] = [7, 100, nil, .max, nil, nil, 1 << 53, nil]
        #expect(nodes.map(\.uint64) == unsigned)
        #expect(nodes[2].double == 2.5)
        #expect(nodes[3].double == 0x1p64)
        #expect(nodes[7].double == nil)
    }

    /// An unlimited tokenizer's `model_max_length`; in a request the same digits are refused.
    @Test(arguments: [
        ("1" + String(repeating: "0", count: 30), 1e30), ("18446744073709551616", 0x1p64),
        ("-9223372036854775809", -0x1p63),
    ])
    func roundsLargeIntegersOfConfigurations(digits: String, value: Double) throws {
        let node = try JSONNode(parsing: Array(digits.utf8), limits: .configuration)
        #expect(node.content == .double(value))
        #expect(node.int == nil && node.uint64 == nil)
        #expect(throws: JSONError.self) {
            try JSONNode(parsing: Array(digits.utf8), limits: .request)
        }
    }

    /// The header of a safetensors file with very many tensors, all on one line.
    @Test func readsLongHeaders() throws {
        let count = 50_000
        var text = "{\"__metadata__\":{\"format\":\"pt\"}"
        for index in 0..<count {
            text += ",\"blocks.\(index).weight\":{\"dtype\":\"F32\",\"shape\":[4,\(index)],"
            text += "\"data_offsets\":[\(index * 16),\(index * 16 + 16)]}"
        }
        text += "}   "
        let node = try JSONNode(parsing: Array(text.utf8), limits: .configuration)
        let members = try #require(node.members)
        #expect(members.count == count + 1)
        let last = try #require(members.last)
        #expect(last.key == "blocks.49999.weight")
        #expect(last.value["shape"]?.array?.map(\.int) == [4, 49_999])
        #expect(last.keyPosition.line == 1)
    }
}
