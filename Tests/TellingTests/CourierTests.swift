// SPDX-License-Identifier: Apache-2.0

import Service
import TestSupport
import Testing

@testable import Telling

/// Messages on their way, with programs of the test's own.
@Suite struct CourierTests {
    private static let news = News(
        folder: "alice", request: "alice/a.json", name: "a", status: .failed, reason: "it broke",
        result: "alice/a.failed", job: "1")

    /// A courier whose `sendmail` is a script.
    private func withCourier(
        _ script: String, _ body: (Courier, Folder) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            // Copied by a process of its own: a program that somebody has open for writing, if only as
            // the child of another test, cannot be begun.
            try folder.write("#!/bin/sh\n\(script)\n", "text")
            let program = folder.at("sendmail")
            _ = try shell("cp \(folder.at("text")) \(program); chmod 700 \(program)")
            try folder.write(
                #"{"mail": "a@example.org", "sendmail": "\#(folder.at("sendmail"))"}"#, "tell.json")
            _ = try shell("chmod 600 \(folder.at("tell.json"))")
            let courier = try Courier(
                try Addressees(path: folder.at("tell.json")), showsOnDesktop: false,
                folder: folder.at("messages"))
            try body(courier, folder)
        }
    }

    /// Attends until nothing is left; as if the pauses between tries were over.
    private func finish(_ courier: Courier) throws -> [String] {
        var troubles: [String] = []
        while !courier.isIdle {
            troubles += courier.attend(at: .now.advanced(by: .seconds(20)))
            _ = try wait(
                for: courier.descriptors, until: .now.advanced(by: .milliseconds(100)))
        }
        return troubles
    }

    @Test func `a message arrives once, and nothing of it is left`() throws {
        try withCourier("cat >> $0.got; echo \"$@\" >> $0.words") { courier, folder in
            #expect(courier.tell(Self.news) == nil)
            #expect(try finish(courier).isEmpty)
            let mail = try #require(folder.text("sendmail.got"))
            #expect(mail.hasPrefix("To: a@example.org\nSubject: =?UTF-8?B?"))
            #expect(folder.text("sendmail.words") == "-i a@example.org\n")
            #expect(folder.tree.filter { $0.hasPrefix("messages/") } == ["messages/"])
        }
    }

    @Test func `one that fails is tried three times, and then said to have failed`() throws {
        try withCourier("echo x >> $0.tries; exit 75") { courier, folder in
            #expect(courier.tell(Self.news) == nil)
            let troubles = try finish(courier)
            #expect(folder.text("sendmail.tries") == "x\nx\nx\n")
            #expect(troubles.count == 1)
            #expect(troubles[0].contains("exit status 75"))
        }
    }

    @Test func `one that hangs is ended`() throws {
        try withCourier("exec sleep 600") { courier, _ in
            #expect(courier.tell(Self.news) == nil)
            var troubles: [String] = []
            var now = SuspendingClock.now
            while !courier.isIdle {
                now = now.advanced(by: .seconds(Letter.patience + 1))
                troubles += courier.attend(at: now)
                _ = try wait(
                    for: courier.descriptors, until: .now.advanced(by: .milliseconds(50)))
            }
            #expect(troubles.count == 1)
            #expect(troubles[0].contains("signal 9"))
        }
    }

    @Test func `more than can wait are given up, and it is said`() throws {
        try withCourier("exit 0") { courier, _ in
            for _ in 0..<Courier.waitingLimit { #expect(courier.tell(Self.news) == nil) }
            #expect(courier.tell(Self.news) != nil)
        }
    }

    @Test func `without the program it is said, and nothing waits`() throws {
        try withCourier("exit 0") { courier, folder in
            _ = try shell("rm \(folder.at("sendmail"))")
            #expect(courier.tell(Self.news) == nil)
            #expect(try finish(courier).count == 1)
        }
    }

    @Test func `figures can be read by everybody, and are replaced at once`() throws {
        try withTemporaryFolder { folder in
            var metrics = Metrics()
            metrics.done = 3
            #expect(metrics.write(to: folder.at("rushes.prom")) == nil)
            let text = try #require(folder.text("rushes.prom"))
            #expect(text.contains("rushes_jobs_total{outcome=\"done\"} 3\n"))
            #expect(try shell("stat -c %a \(folder.at("rushes.prom"))") == "644\n")
            #expect(folder.tree == ["rushes.prom"])
            #expect(metrics.write(to: "/absent/rushes.prom") != nil)
            // Every value has its help and its type, and nothing else stands there.
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                let name = line.prefix { $0 != " " && $0 != "{" }
                #expect(text.contains("# TYPE \(name) "))
            }
        }
    }
}
