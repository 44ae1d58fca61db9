// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// The text of `error.txt`.
@Suite struct ReportTests {
    static func report(_ text: String) -> String {
        do throws(RequestError) {
            _ = try Request(parsing: Array(text.utf8))
            return ""
        } catch {
            return error.report(fileName: "sunset.json")
        }
    }

    @Test func tellsAllThatIsNeeded() {
        let text = "{\n  \"mode\": \"text-to-video\",\n  \"promt\": \"a cat\",\n\t\"steps\": 0\n}\n"
        let expected = """
            No video was made from "sunset.json".

            The request has 2 problems.

            1. In line 3, column 3: There is no key "promt".
                     "promt": "a cat",
                     ^
               Did you mean "prompt"?

            2. In line 4, column 11: "steps" must be a whole number from 1 to 200, but it is 0.
                    "steps": 0
                             ^
               Write for example 20.

            A request that works looks like this:

                {
                  "mode": "text-to-video",
                  "prompt": "a red balloon drifts over the harbour at sunset"
                }

            To try again: open request.json in this folder with a plain text editor, correct it,
            save it as "sunset.json", and move it into the inbox, together with the pictures and videos
            that it names. Nothing is lost: all that you dropped lies in this folder.

            """
        #expect(Self.report(text) == expected)
    }

    @Test func showsWhereTheTextBreaks() {
        let report = Self.report("\u{FEFF}{\r\n  \"mode\": “text-to-video”\r\n}")
        #expect(
            report.contains("1. In line 2, column 11: This quotation mark (“) is a typographic"))
        #expect(report.contains("\n         \"mode\": “text-to-video”\n                 ^\n"))
    }

    @Test func cutsLongLinesAroundThePlace() throws {
        let long = String(repeating: "ä", count: 3000)
        let report = Self.report(
            "{\"mode\": 1, \"prompt\": \"\(long)\", \"steps\": 0, \"x\": \"\(long)\"}")
        let lines = report.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 120 })
        let mark = lines.firstIndex { $0.allSatisfy { $0 == " " || $0 == "^" } }
        let index = try #require(mark)
        let column = lines[index].count - 1
        #expect(Array(lines[index - 1])[column] == "0")
    }

    static let files: [String: [UInt8]] = [
        "nothing": [], "UTF-16": [0xFF, 0xFE, 0x7B, 0], "a zero byte": [0x7B, 0],
        "a bell": Array("{\"a\": \"\u{7}\"".utf8), "half a letter": [0x22, 0xC0],
        "2 MB of [": Array(repeating: 0x5B, count: 2_000_000),
    ]

    @Test(arguments: files.keys.sorted())
    func survivesEveryFile(name: String) throws {
        let bytes = try #require(Self.files[name])
        let error = #expect(throws: RequestError.self) { try Request(parsing: bytes) }
        let report = error?.report(fileName: "a\u{1B}b.json") ?? ""
        #expect(report.contains("No video was made from \"a\\u001bb.json\""))
        #expect(report.utf8.count < 4096)
        #expect(!report.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }

    @Test(arguments: [
        ("a.png", "a.png"), ("a\u{202E}gnp", "a\\u202egnp"), ("\u{1B}[m\n", "\\u001b[m\\u000a"),
        ("\u{200F}\u{2028}\u{2069}", "\\u200f\\u2028\\u2069"), ("żółw 🎈 \"x\"", "żółw 🎈 \"x\""),
        (String(repeating: "ä", count: 300), String(repeating: "ä", count: 300)),
    ])
    func namesAreShownAsTheyAre(name: String, shown: String) {
        #expect(Problem.shown(name) == shown)
    }

    @Test func otherFailuresSpeakTheSameWay() {
        let failure = Failure(
            code: "no-model", message: "There is no model \"wan\".", hint: "Ask whoever runs it.")
        let expected = """
            No video was made from "sunset.json".

            There is no model "wan".
            Ask whoever runs it.

            Nothing is lost: all that you dropped lies in this folder.
            To try again, rename request.json to "sunset.json" and move it into the inbox, together
            with the pictures and videos that it names.

            """
        #expect(failure.report(fileName: "sunset.json") == expected)
    }

    @Test func whatWouldBeRefusedAgainIsNotToBeMovedBack() {
        var failure = Failure(code: Failure.badRequest, message: "It is too large.")
        failure.retry = .never
        let report = failure.report(fileName: "x.json")
        #expect(report.contains("lies in this folder as request.json"))
        #expect(!report.contains("try again"))
    }

    @Test(
        arguments: [
            ("panels[1].at", 3, 25), ("panels[1]", 3, 4), ("panels[1].image", 3, 14),
            ("panels[7].at", 2, 12), ("panels[-1]", 2, 12), ("mode", 1, 10), ("mask.at", nil, nil),
            ("", nil, nil), ("[0]", nil, nil), ("mode.name", 1, 10),
        ] as [(String, Int?, Int?)])
    func laterProblemsFindTheirPlace(field: String, line: Int?, column: Int?) {
        let source = """
            {"mode": 5,
             "panels": [{"image": "a", "at": 0},
               {"image": "b", "at": 9}]}
            """
        let failure = Failure(
            code: Failure.badRequest, message: "",
            problems: [Problem(field: field, message: "", hint: "")])
        let problem = failure.located(in: Array(source.utf8)).problems[0]
        #expect(problem.line == line && problem.column == column)
        #expect(failure.located(in: Array("{".utf8)) == failure)
    }
}
