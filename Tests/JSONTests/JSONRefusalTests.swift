// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// Texts that are not JSON, in the manner of the n_ cases of JSONTestSuite, with the sentence that
/// their writer reads.
@Suite struct JSONRefusalTests {
    struct Case: CustomTestStringConvertible {
        let bytes: [UInt8]
        let message: String
        var testDescription: String { String(decoding: bytes, as: UTF8.self).debugDescription }

        init(_ text: String, _ message: String) { self.init(Array(text.utf8), message) }

        init(_ bytes: [UInt8], _ message: String) {
            self.bytes = bytes
            self.message = message
        }
    }

    static let ends = "The file ends too early: the { on line 1, column 1 is never closed."
    static let openText = "The text that begins here has no closing quotation mark (\")."
    static let zero = "A number must not begin with a zero."
    static let zeros = "The file holds only zero bytes: its upload broke off, or its disk lost it."
    static let half = "This \\u escape is only one half of a character."

    static let structure: [Case] = [
        Case("", "The file is empty."),
        Case(" \r\n\t", "The file is empty."),
        Case([0xEF, 0xBB, 0xBF], "The file is empty."),
        Case("{", "line 1, column 2: " + ends),
        Case(#"{"a""#, "line 1, column 5: " + ends),
        Case(#"{"a":"#, "line 1, column 6: " + ends),
        Case(#"{"a":1"#, "line 1, column 7: " + ends),
        Case(#"{"a":1,"#, "line 1, column 8: " + ends),
        Case("[\n1", "line 2, column 2: " + ends.replacing("{", with: "[")),
        Case(
            "{}{}",
            "line 1, column 3: The request is complete before this, and nothing may follow it."),
        Case(
            "{} x",
            "line 1, column 4: The request is complete before this, and nothing may follow it."),
        Case("}", "line 1, column 1: A value is missing before this }."),
        Case("[1,]", "line 1, column 4: A value is missing before this ]."),
        Case("[,1]", "line 1, column 2: A value is missing before this comma."),
        Case("[1,,2]", "line 1, column 4: A value is missing before this comma."),
        Case("[1 2]", "line 1, column 4: A comma is missing before this."),
        Case("[1}", "line 1, column 3: This } does not fit the bracket that is open."),
        Case("[1;2]", "line 1, column 3: A comma is wanted here, not ;"),
        Case(#"{"a":1]"#, "line 1, column 7: This ] does not fit the bracket that is open."),
        Case(#"{"a":1,}"#, "line 1, column 8: The comma before this } is one too many."),
        Case(#"{,"a":1}"#, "line 1, column 2: There is a comma too many."),
        Case(#"{"a":1,,"b":2}"#, "line 1, column 8: There is a comma too many."),
        Case("{\"a\": 1\n \"b\": 2}", "line 2, column 2: A comma is missing before this."),
        Case(#"{"a" 1}"#, "line 1, column 6: A colon (:) is missing after \"a\"."),
        Case(#"{"a"="b"}"#, "line 1, column 5: A colon (:) is missing after \"a\"."),
        Case(#"{"a"}"#, "line 1, column 5: A colon (:) is missing after \"a\"."),
        Case("{mode: 4}", "line 1, column 2: A key must stand between quotation marks (\")."),
        Case("{1: 4}", "line 1, column 2: A key must stand between quotation marks (\")."),
        Case("{'a': 1}", "line 1, column 2: Text stands between single quotation marks (')."),
        Case("{“a”: 1}", "line 1, column 2: This quotation mark (“) is a typographic one."),
        Case("['a']", "line 1, column 2: Text stands between single quotation marks (')."),
        Case("[„a“]", "line 1, column 2: This quotation mark („) is a typographic one."),
        Case("// x\n{}", "line 1, column 1: Comments are not allowed here."),
        Case(
            "{} // x",
            "line 1, column 4: The request is complete before this, and nothing may follow it."),
        Case("[1 /* x */]", "line 1, column 4: Comments are not allowed here."),
        Case("[1 # x\n]", "line 1, column 4: Comments are not allowed here."),
        Case("{/**/}", "line 1, column 2: Comments are not allowed here."),
        Case("[*]", "line 1, column 2: There is a character here that does not belong: *"),
        Case("[\u{C}]", "line 1, column 2: There is a character here that does not belong: U+000C"),
        Case("mode: 4", "line 1, column 1: Text must stand between quotation marks (\")."),
    ]

    static let words: [Case] = [
        Case("[NaN]", "line 1, column 2: NaN is not a number that can be used."),
        Case("[nan]", "line 1, column 2: nan is not a number that can be used."),
        Case("[Infinity]", "line 1, column 2: Infinity is not a number that can be used."),
        Case("[-Infinity]", "line 1, column 2: A minus sign must be followed by digits."),
        Case("[-NaN]", "line 1, column 2: A minus sign must be followed by digits."),
        Case("[True]", "line 1, column 2: True must be written in small letters."),
        Case("[NULL]", "line 1, column 2: NULL must be written in small letters."),
        Case("[None]", "line 1, column 2: None is not a JSON value."),
        Case("[tru]", "line 1, column 2: Text must stand between quotation marks (\")."),
        Case("[truee]", "line 1, column 2: Text must stand between quotation marks (\")."),
        Case("[null0]", "line 1, column 2: Text must stand between quotation marks (\")."),
        Case("nul", "line 1, column 1: Text must stand between quotation marks (\")."),
    ]

    static let numbers: [Case] = [
        Case("[01]", "line 1, column 2: " + zero),
        Case("[-01]", "line 1, column 2: " + zero),
        Case("[00]", "line 1, column 2: " + zero),
        Case("[-]", "line 1, column 2: A minus sign must be followed by digits."),
        Case("[--1]", "line 1, column 2: A minus sign must be followed by digits."),
        Case("[1.]", "line 1, column 2: A decimal point must be followed by digits."),
        Case("[1.e2]", "line 1, column 2: A decimal point must be followed by digits."),
        Case("[1e]", "line 1, column 2: The exponent of this number has no digits."),
        Case("[1e+]", "line 1, column 2: The exponent of this number has no digits."),
        Case("[1.2.3]", "line 1, column 2: This begins like a number but is none."),
        Case("[0x10]", "line 1, column 2: This begins like a number but is none."),
        Case("[1-2]", "line 1, column 2: This begins like a number but is none."),
        Case("[1_000]", "line 1, column 2: This begins like a number but is none."),
        Case("[2s]", "line 1, column 2: This begins like a number but is none."),
        Case("[１]", "line 1, column 2: Text must stand between quotation marks (\")."),
        Case("[.5]", "line 1, column 2: A number must begin with a digit or a minus sign."),
        Case("[+5]", "line 1, column 2: A number must begin with a digit or a minus sign."),
        Case("[1e999]", "line 1, column 2: The number 1e999 is too large."),
        Case("[-1e999]", "line 1, column 2: The number -1e999 is too large."),
        Case(
            "[18446744073709551616]",
            "line 1, column 2: The number 18446744073709551616 is too large."),
        Case(
            "[-9223372036854775809]",
            "line 1, column 2: The number -9223372036854775809 is too large."),
        Case(
            "[99999999999999999999999999999999999999999999999999]",
            "line 1, column 2: The number 9999999999999999999999999999999999999999… is too large."),
    ]

    static let strings: [Case] = [
        Case(#"["a"#, "line 1, column 2: " + openText),
        Case("[\"a\n\"]", "line 1, column 2: " + openText),
        Case("[\"a\r\n\"]", "line 1, column 2: " + openText),
        Case(
            #"["a\"#, "line 1, column 4: A backslash (\\) inside a text has a meaning of its own."),
        Case(
            #"["C:\temp\x"]"#,
            "line 1, column 10: A backslash (\\) inside a text has a meaning of its own."),
        Case("[\"a\tb\"]", "line 1, column 4: There is a tab inside a text."),
        Case("[\"a\u{1}b\"]", "line 1, column 4: There is a control character in a text."),
        Case(
            #"["\u12"]"#,
            "line 1, column 3: \\u must be followed by four digits or letters from a to f."),
        Case(
            #"["\u12G4"]"#,
            "line 1, column 3: \\u must be followed by four digits or letters from a to f."),
        Case(
            #"["\u１２３４"]"#,
            "line 1, column 3: \\u must be followed by four digits or letters from a to f."),
        Case(#"["\ud800"]"#, "line 1, column 3: " + half),
        Case(#"["\udc00"]"#, "line 1, column 3: " + half),
        Case(#"["\ud800x"]"#, "line 1, column 3: " + half),
        Case(#"["\ud800\n"]"#, "line 1, column 3: " + half),
        Case(#"["\ud800\ud800"]"#, "line 1, column 3: " + half),
        Case(#"["\udc00\ud800"]"#, "line 1, column 3: " + half),
        Case(#"{"\ud800":1}"#, "line 1, column 3: " + half),
        Case(
            #"["\U0041"]"#,
            "line 1, column 3: A backslash (\\) inside a text has a meaning of its own."),
    ]

    static let bytes: [Case] = [
        Case([0xFF, 0xFE, 0x7B, 0, 0x7D, 0], "The file is saved as UTF-16, but it must be UTF-8."),
        Case([0xFE, 0xFF, 0, 0x7B, 0, 0x7D], "The file is saved as UTF-16, but it must be UTF-8."),
        Case([0x7B, 0, 0x7D, 0], "The file is saved as UTF-16, but it must be UTF-8."),
        Case([0, 0x7B, 0, 0x7D], "The file is saved as UTF-16, but it must be UTF-8."),
        Case(
            [0xFF, 0xFE, 0, 0, 0x7B, 0, 0, 0], "The file is saved as UTF-32, but it must be UTF-8."),
        Case([0, 0, 0, 0x7B], "The file is saved as UTF-32, but it must be UTF-8."),
        Case([0x7B, 0, 0, 0], "The file is saved as UTF-32, but it must be UTF-8."),
        Case([0], zeros), Case([0, 0], zeros), Case([UInt8](repeating: 0, count: 1000), zeros),
        Case(
            [0, 0, 0, 0, 0x7B],
            "line 1, column 1: There is a NUL byte in the text, which no editor writes."),
        Case(
            Array("{\"a\":\"".utf8) + [0xE9] + Array("\"}".utf8),
            "line 1, column 7: There are bytes here that are not UTF-8 text."),
        // An overlong slash, a surrogate in UTF-8, a code point beyond Unicode, a stray end.
        Case(
            [0x22, 0xC0, 0xAF, 0x22],
            "line 1, column 2: There are bytes here that are not UTF-8 text."),
        Case(
            [0x22, 0xED, 0xA0, 0x80, 0x22],
            "line 1, column 2: There are bytes here that are not UTF-8 text."),
        Case(
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22],
            "line 1, column 2: There are bytes here that are not UTF-8 text."),
        Case(
            [0x22, 0x61, 0xE2, 0x82],
            "line 1, column 3: There are bytes here that are not UTF-8 text."),
        Case(
            Array("{\"a\"\n:1".utf8) + [0] + Array("}".utf8),
            "line 2, column 3: There is a NUL byte in the text, which no editor writes."),
        Case(
            Array("{}".utf8) + [0],
            "line 1, column 3: There is a NUL byte in the text, which no editor writes."),
        Case(
            "\u{FEFF}\u{FEFF}{}", "line 1, column 1: Text must stand between quotation marks (\")."),
        Case("[\u{A0}1]", "line 1, column 2: Text must stand between quotation marks (\")."),
    ]

    @Test(arguments: structure + words + numbers + strings + bytes)
    func refuses(_ example: Case) {
        let error = #expect(throws: JSONError.self) {
            try JSONNode(parsing: example.bytes, limits: .request)
        }
        #expect(error?.description == example.message)
        #expect(error?.hint.isEmpty == false)
    }

    @Test func refusesWhatIsTooLargeBeforeReadingIt() {
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 2_000_000)
        #expect(throws: JSONError.tooLarge(bytes: 2_000_000, limit: 256 << 10)) {
            try JSONNode(parsing: brackets, limits: .request)
        }
        #expect(throws: JSONError.self) {
            try JSONNode(parsing: brackets, limits: .configuration)
        }
    }

    @Test(arguments: ["[", "{\"a\":"])
    func refusesWhatIsTooDeep(bracket: String) {
        let text = String(repeating: bracket, count: 17)
        let place = JSONPosition(line: 1, column: 16 * bracket.count + 1)
        #expect(throws: JSONError.tooDeep(at: place, limit: 16)) {
            try JSONNode(parsing: Array(text.utf8), limits: .request)
        }
    }

    @Test func acceptsExactlyTheLimits() throws {
        var limits = JSONLimits.request
        limits.bytes = 7
        limits.depth = 2
        #expect(try JSONNode(parsing: Array("[[1.5]]".utf8), limits: limits).array?.count == 1)
        #expect(throws: JSONError.tooLarge(bytes: 8, limit: 7)) {
            try JSONNode(parsing: Array("[[1.55]]".utf8), limits: limits)
        }
        #expect(throws: JSONError.tooDeep(at: JSONPosition(line: 1, column: 3), limit: 2)) {
            try JSONNode(parsing: Array("[[[]]]".utf8), limits: limits)
        }
    }

    @Test func refusesDuplicateKeysOfConfigurations() {
        let text = "{\"a\": 1,\n \"\\u0061\": 2}"
        let error = JSONError.duplicateKey(
            "a", at: JSONPosition(line: 2, column: 2), first: JSONPosition(line: 1, column: 2))
        #expect(throws: error) {
            try JSONNode(parsing: Array(text.utf8), limits: .configuration)
        }
    }
}
