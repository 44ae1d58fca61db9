// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import TestSupport
import Testing

@Suite("Serving a folder")
struct ServingTests {
    @Test func `a request becomes a whole result under the same subfolder`() throws {
        try withRoot { root in
            let request = smallRequest()
            try root.drop("alice/dream of 🎈.json", request)
            try root.drop("upper.JSON", smallRequest())
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["alice", "upper"])
            #expect(
                root.names(in: "outbox/alice/dream of 🎈") == [
                    "contact-sheet.jpg", "dream of 🎈.mp4", "poster.jpg", "preview.webp",
                    "request.json", "result.json",
                ])
            #expect(try root.text("outbox/alice/dream of 🎈/request.json") == request)
            let result = try root.text("outbox/alice/dream of 🎈/result.json")
            #expect(result.contains(#""status": "done""#))
            #expect(!root.has("inbox/alice/dream of 🎈.json"))
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test(arguments: [
        "request.json", "result.json", "poster.jpg", "contact-sheet.jpg", "preview.webp",
    ])
    func `frames of a request that is called like a file of its result`(name: String) throws {
        try withRoot { root in
            try root.drop(
                "\(name).json", String(smallRequest().dropLast()) + #", "format": "png"}"#)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox/\(name)/\(name)-frames").count == 5)
            #expect(
                root.names(in: "outbox/\(name)")
                    == [
                        "contact-sheet.jpg", "poster.jpg", "preview.webp", "request.json",
                        "result.json", "\(name)-frames",
                    ].sorted())
        }
    }

    @Test func `an animated picture that is called like the preview is its own`() throws {
        try withRoot { root in
            try root.drop(
                "preview.json", String(smallRequest().dropLast()) + #", "format": "webp"}"#)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(
                root.names(in: "outbox/preview") == [
                    "contact-sheet.jpg", "poster.jpg", "preview.webp", "request.json",
                    "result.json",
                ])
            let result = try root.text("outbox/preview/result.json")
            #expect(result.split(separator: "preview.webp").count == 2)
        }
    }

    @Test func `what had no effect stands in the log and in the result`() throws {
        try withRoot { root in
            try root.drop(
                "quick.json",
                String(smallRequest().dropLast())
                    + #", "preview": true, "deliver": {"size": "64x64"}}"#)
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            let warning = #""deliver" does nothing in a preview."#
            #expect(end.complaints.contains("'quick.json': \(warning)"), "\(end.complaints)")
            let result = try root.text("outbox/quick/result.json")
            #expect(result.contains(#"\"deliver\" does nothing in a preview."#))
        }
    }

    @Test func `what is taken in the outbox is never replaced`() throws {
        try withRoot { root in
            for seed in 1...3 {
                try root.drop("same.json", smallRequest(seed: seed))
                #expect(try Program.serve(root, "--once").end().status == 0)
            }
            #expect(root.names(in: "outbox") == ["same", "same-2", "same-3"])
            #expect(try root.text("outbox/same/request.json") == smallRequest(seed: 1))
            #expect(try root.text("outbox/same-3/request.json") == smallRequest(seed: 3))
        }
    }

    @Test func `requests that arrive while it runs, in folders made while it runs`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { root.has("inbox") && root.has("spool/lock") })
            try root.drop("one.json", smallRequest())
            try root.drop("new/deeper/two.json", smallRequest())
            #expect(root.waits { root.has("outbox/one/result.json") })
            #expect(root.waits { root.has("outbox/new/deeper/two/result.json") })
        }
    }

    @Test func `a second service for the same root is refused`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { root.has("spool/lock") && root.has("outbox") })
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 75)
            #expect(end.complaints.contains("\(service.identifier)"))
        }
    }

    @Test func `names that sync tools use meanwhile are left alone`() throws {
        try withRoot { root in
            let names = [
                ".syncthing.a.json.tmp", "a.json.part", "~a.json",
                "a.sync-conflict-20261123-101010-ABCDEFG.json", "notes.txt",
            ]
            for name in names { try root.drop(name, smallRequest()) }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "inbox") == names.sorted())
            #expect(root.names(in: "outbox").isEmpty)
        }
    }
}

/// A request that must be refused: what is dropped, and what the person must be told.
struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let sentence: String

    init(_ name: String, _ text: String, _ sentence: String) {
        (testDescription, bytes, self.sentence) = (name, Array(text.utf8), sentence)
    }

    static let all = [
        Wrong("broken JSON", #"{"mode": "text-to-video",, }"#, "a comma too many"),
        Wrong("half a file", #"{"mode": "text-to-video", "pro"#, "line 1"),
        Wrong("wrong type", #"{"mode": "text-to-video", "prompt": 7}"#, "must be"),
        Wrong(
            "unknown key", #"{"mode": "text-to-video", "prompt": "x", "sed": 1}"#,
            #"Did you mean "seed"?"#),
        Wrong("unknown mode", #"{"mode": "text-to-vidoe", "prompt": "x"}"#, "text-to-video"),
        Wrong(
            "a training step too many",
            #"{"mode": 8, "examples": ["a.png"], "name": "i", "trigger": "x", "steps": 20001}"#,
            "must be a whole number from 1 to 20000"),
        Wrong("no object", "[1, 2]", "{"),
        Wrong("nothing", "", "The file is empty"),
        Wrong("2 MB of [", String(repeating: "[", count: 2_000_000), "larger than 256 KiB"),
        Wrong("100 KB of [", String(repeating: "[", count: 100_000), "brackets"),
        Wrong(
            "a size the model cannot do",
            #"{"mode": "text-to-video", "prompt": "x", "model": "narrow", "size": "40x32"}"#,
            #"Write "size": "48x32""#),
        Wrong(
            "a model that is not there",
            #"{"mode": "text-to-video", "prompt": "x", "model": "narow"}"#, "narrow"),
    ]
}

@Suite("Requests that are refused")
struct RefusedTests {
    @Test(arguments: Wrong.all)
    func `lie in a failed folder with an explanation, and nothing is published`(
        wrong: Wrong
    ) throws {
        try withRoot { root in
            try root.drop("my film.json", wrong.bytes)
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["my film.failed"])
            #expect(
                root.names(in: "outbox/my film.failed") == [
                    "error.txt", "request.json", "result.json",
                ])
            #expect(try root.bytes("outbox/my film.failed/request.json") == wrong.bytes)
            let explanation = try root.text("outbox/my film.failed/error.txt")
            #expect(explanation.contains(wrong.sentence), "\(explanation)")
            #expect(explanation.contains("my film.json"))
            let result = try root.text("outbox/my film.failed/result.json")
            #expect(result.contains(#""status": "failed""#))
            #expect(root.names(in: "inbox").isEmpty)
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test(arguments: ["folder", "link", "pipe"])
    func `things that are no files`(kind: String) throws {
        try withRoot { root in
            let path = "\(root.path)/inbox/odd.json"
            try FileManager.default.createDirectory(
                atPath: kind == "folder" ? path : "\(root.path)/inbox",
                withIntermediateDirectories: true)
            if kind == "link" { symlink("/etc/passwd", path) }
            if kind == "pipe" { mkfifo(path, 0o600) }
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["odd.failed"])
            #expect(try root.text("outbox/odd.failed/error.txt").contains("not a file"))
            // What may be in a folder is nobody else's, and it is refused once.
            #expect(root.names(in: "inbox") == (kind == "folder" ? ["odd.json"] : []))
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["odd.failed"])
        }
    }
}
