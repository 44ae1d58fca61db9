// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Daemon

/// `rushes logs`; what the journal really has is looked at by Tests/Booted.
@Suite("The journal of one job")
struct JobLogTests {
    private func words(_ name: String, follows: Bool = false) -> [String] {
        JobLog.words(name, .init(follows: follows, explains: false, asJSON: false))
    }

    @Test func aNameIsAJobARequestOrAResult() {
        #expect(
            words("a/sunset") == [
                "--output=short-iso", "RUSHES_JOB=a/sunset", "+", "RUSHES_REQUEST=a/sunset", "+",
                "RUSHES_REQUEST=a/sunset.json", "+", "RUSHES_RESULT=a/sunset",
            ])
        #expect(
            words("x.json").filter { $0.hasPrefix("RUSHES_REQUEST") } == ["RUSHES_REQUEST=x.json"])
        #expect(words("x.failed").contains("RUSHES_REQUEST=x.json"))
    }

    /// A name that looks like an option, or like a field, is neither.
    @Test(arguments: ["--vacuum-size=1", "_PID=1", "+"])
    func namesAreOnlyValues(name: String) {
        for word in words(name).dropFirst() { #expect(word == "+" || word.hasPrefix("RUSHES_")) }
    }

    @Test func theProgramBecomesJournalctl() throws {
        try withTemporaryDirectory { folder in
            try Folder(folder).write("#!/bin/sh\necho \"$@\"\nexit 7\n", "journalctl")
            chmod("\(folder)/journalctl", 0o755)
            let end = try Program(
                running: "/usr/bin/env",
                ["PATH=\(folder)", Program.path, "logs", "x.json", "-f", "-x"]
            ).end()
            #expect(end.status == 7)
            #expect(
                end.output == "--output=short-iso --follow --lines=all --catalog "
                    + "RUSHES_JOB=x.json + RUSHES_REQUEST=x.json + RUSHES_RESULT=x.json\n")
        }
    }

    @Test func withoutAJournalItSaysSo() throws {
        try withTemporaryDirectory { folder in
            let end = try Program(
                running: "/usr/bin/env", ["PATH=\(folder)", Program.path, "logs", "x"]
            ).end()
            #expect(end.status == 78)
            #expect(end.complaints.contains("journalctl"), "\(end)")
        }
        #expect(try Program(["logs"]).end().status == 64)
        #expect(try Program(["logs", ""]).end().status == 64)
    }
}
