// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test func writesForPeople() {
        let value: JSONValue = [
            "name": "sunset", "list": [1, 2.5, nil], "empty": [], "nothing": [:],
            "files": [["bytes": 12]],
        ]
        let expected = """
            {
              "name": "sunset",
              "list": [1, 2.5, null],
              "empty": [],
              "nothing": {},
              "files": [
                {
                  "bytes": 12
                }
              ]
            }

            """
        #expect(value.serialized() == expected)
    }

    @Test func writesOneLine() {
        let value: JSONValue = ["a": [1, "b"], "c": [:], "d": [["e": true]]]
        #expect(value.serialized(pretty: false) == #"{"a":[1,"b"],"c":{},"d":[{"e":true}]}"#)
    }

    @Test(arguments: [
        ("\"\\/", #""\"\\/""#), ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#),
        ("\0\u{1F}\u{7F}\u{85}\u{9F}", #""\u0000\u001f\u007f\u0085\u009f""#),
        ("é🎈\u{A0}", "\"é🎈\u{A0}\""), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
        ("e\u{301}", "\"e\u{301}\""), ("\r\n", #""\r\n""#),
    ])
    func escapes(string: String, expected: String) throws {
        #expect(JSONValue.string(string).serialized(pretty: false) == expected)
        let node = try JSONNode(parsing: Array(expected.utf8), limits: .request)
        #expect(node.string.map { Array($0.utf8) } == Array(string.utf8))
    }

    @Test(arguments: [
        (0.1, "0.1"), (16, "16"), (-2, "-2"), (23.976, "23.976"), (-0.0, "-0.0"), (0, "0"),
        (1e300, "1e+300"), (Double.leastNonzeroMagnitude, "5e-324"),
        (0.1 + 0.2, "0.30000000000000004"),
        (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992.0"),
        (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
    ])
    func writesDoubles(number: Double, expected: String) {
        #expect(JSONValue.double(number).serialized(pretty: false) == expected)
    }

    @Test func writesEveryIntegerExactly() {
        #expect(JSONValue.unsigned(.max).serialized(pretty: false) == "18446744073709551615")
        #expect(JSONValue.integer(.min).serialized(pretty: false) == "-9223372036854775808")
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func doublesComeBackAsTheyWere(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<2_000 {
            let double = Double(bitPattern: generator.next())
            guard double.isFinite else { continue }
            let text = "[" + JSONValue.double(double).serialized(pretty: false) + "]"
            let node = try JSONNode(parsing: Array(text.utf8), limits: .request)
            #expect(node.array?.first?.double?.bitPattern == double.bitPattern)
        }
    }
}

/// Random numbers that a failing test can repeat (Steele, Lea and Flood, "SplitMix", 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
