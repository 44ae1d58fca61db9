// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import TestSupport
import Testing

/// `rushes cancel` in the states that a request can be in besides waiting and running.
@Suite("Cancelling", .serialized)
struct CancellingTests {
    private func cancel(_ target: String, _ root: Root) throws {
        let answer = try Program(["cancel", "--root", root.path, target]).end()
        #expect(answer.status == 0 && answer.output.contains("is given up"), "\(answer)")
    }

    private func expectCancelled(_ name: String, _ root: Root) throws {
        #expect(root.has("outbox/\(name).failed/request.json"))
        #expect(try root.text("outbox/\(name).failed/error.txt").contains("was cancelled"))
        #expect(root.names(in: "spool/jobs") == [] && root.names(in: "spool/orders") == [])
    }

    /// A job folder as an earlier run of the service left it.
    private func leave(_ files: [String: String], in root: Root) throws {
        let folder = Folder(root.path)
        try folder.write("rushes claim 1\n1700000000000\nfilm.json\n", "\(Self.job)/claim")
        for (name, text) in files { try folder.write(text, "\(Self.job)/\(name)") }
    }

    private static let job = "spool/jobs/01jdxyz000-abc123"

    @Test func `while no service runs gives up what lies in the inbox`() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try root.drop("film.json", smallRequest())
            try root.drop("other.json", smallRequest(seed: 2))
            try cancel("film.json", root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film.failed", "other"])
            try expectCancelled("film", root)
        }
    }

    @Test func `gives up what settles only later`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            #expect(root.waits { root.has("spool/status.json") })
            try Data("{\"mode\"".utf8).write(
                to: URL(fileURLWithPath: "\(root.path)/inbox/film.json"))
            try cancel("film.json", root)
            #expect(root.waits { root.has("outbox/film.failed/error.txt") })
            #expect(root.waits { root.names(in: "spool/orders") == [] })
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
            try expectCancelled("film", root)
        }
    }

    @Test(arguments: ["film.json", "01jdxyz000-abc123"])
    func `gives up a job that was interrupted`(target: String) throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try leave(["request.json": smallRequest(), "attempts": "1 0\n"], in: root)
            try cancel(target, root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film.failed"])
            try expectCancelled("film", root)
        }
    }

    /// The service was killed between the order and the refusal.
    @Test func `is not forgotten when the refusal was not written`() throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try leave(
                ["request.json": smallRequest(), "attempts": "1 0 0\n", "cancelled": ""], in: root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film.failed"])
            try expectCancelled("film", root)
        }
    }

    /// The request lies among the results by then, and has no other copy.
    @Test(arguments: ["done", "failed"])
    func `what is about to be published is too late`(outcome: String) throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try leave(
                [
                    "out/request.json": smallRequest(), "out/result.json": "{}",
                    "out/sea.png": "picture", "outcome": "\(outcome)\n",
                ], in: root)
            try cancel("film.json", root)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let name = outcome == "done" ? "film" : "film.failed"
            #expect(root.names(in: "outbox") == [name])
            #expect(
                root.names(in: "outbox/\(name)") == ["request.json", "result.json", "sea.png"])
            #expect(try root.text("outbox/\(name)/request.json") == smallRequest())
            #expect(root.names(in: "spool/orders") == [])
        }
    }
}
