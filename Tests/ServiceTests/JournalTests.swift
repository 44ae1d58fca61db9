// SPDX-License-Identifier: Apache-2.0

import Glibc
import Service
import Testing

/// Events as the journal and as a terminal get them.
@Suite struct JournalTests {
    static let kind = "0123456789abcdef0123456789abcdef"

    @Test func everyFieldIsAnAssignment() {
        let entry = JournalEntry(
            "accepted 'a.json'", .notice, kind: Self.kind,
            fields: [("RUSHES_REQUEST", "a=b.json"), ("RUSHES_EMPTY", ""), ("R2", "x")])
        #expect(
            entry.assignments(identifier: "rushes")
                == [
                    "MESSAGE=accepted 'a.json'", "PRIORITY=5", "MESSAGE_ID=\(Self.kind)",
                    "SYSLOG_IDENTIFIER=rushes", "RUSHES_REQUEST=a=b.json", "R2=x",
                ])
    }

    @Test(
        arguments: [
            (.error, 3), (.warning, 4), (.notice, 5), (.information, 6), (.debugging, 7),
        ] as [(JournalEntry.Priority, Int)])
    func prioritiesAreThoseOfSyslog(priority: JournalEntry.Priority, number: Int) {
        let lines = JournalEntry("x", priority, kind: Self.kind).assignments(identifier: "x")
        #expect(lines.contains("PRIORITY=\(number)"))
    }

    /// A request's name is somebody else's text: it neither begins a field nor moves a cursor.
    @Test(arguments: [
        ("a\nPRIORITY=0", "a\\u{a}PRIORITY=0"), ("\u{1B}[2J", "\\u{1b}[2J"),
        ("a\u{0}b", "a\\u{0}b"), ("a\tb\r\nc", "a\\u{9}b\\u{d}\\u{a}c"), ("\u{9B}m", "\\u{9b}m"),
        ("\u{7F}", "\\u{7f}"), ("żółw 🎈 %s", "żółw 🎈 %s"),
        ("film\u{202E}gpj", "film\\u{202e}gpj"), ("a\u{2029}b", "a\\u{2029}b"),
    ])
    func controlCharactersAreShown(text: String, shown: String) {
        let entry = JournalEntry(text, .notice, kind: Self.kind, fields: [("RUSHES_NAME", text)])
        #expect(entry.line == shown)
        let lines = entry.assignments(identifier: "rushes")
        #expect(lines.first == "MESSAGE=\(shown)")
        #expect(lines.last == "RUSHES_NAME=\(shown)")
    }

    @Test(arguments: ["A", "RUSHES_JOB", "X9_", String(repeating: "A", count: 64)])
    func fieldNames(name: String) {
        let entry = JournalEntry("x", .notice, kind: Self.kind, fields: [(name, "1")])
        #expect(entry.assignments(identifier: "x").last == "\(name)=1")
    }

    /// The journal would drop such a field without a word: it is the caller's bug.
    @Test(arguments: ["", "_A", "9A", "a", "A B", "A=B", "Ä", String(repeating: "A", count: 65)])
    func noFieldNames(name: String) async {
        await #expect(processExitsWith: .failure) { [name] in
            let entry = JournalEntry("x", .notice, kind: "x", fields: [(name, "1")])
            _ = entry.assignments(identifier: "x")
        }
    }

    @Test(arguments: ["", "0:0", "nonsense", "9:9:9"])
    func withoutAJournalEventsArePlainLines(stream: String) async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) { [stream] in
            setenv("JOURNAL_STREAM", stream, 1)
            let journal = Journal(identifier: "rushes")
            journal.write(JournalEntry("accepted 'a\nb'", .notice, kind: "x"))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("rushes: accepted 'a\\u{a}b'\n"))
    }

    @Test func aClosedErrorOutputIsNoReasonToStop() async {
        await #expect(processExitsWith: .success) {
            close(STDERR_FILENO)
            let journal = Journal(identifier: "rushes")
            journal.write(JournalEntry("nobody reads this", .error, kind: "x"))
        }
    }
}
