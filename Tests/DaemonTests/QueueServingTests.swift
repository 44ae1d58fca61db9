// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The queue as its users see it: requests that wait in the inbox, and what people do with them.
@Suite("Serving a queue", .serialized)
struct QueueServingTests {
    /// A request that is refused at once: quick, and it says in which order things were done.
    private static func wrong(priority: Int = 0) -> String {
        #"{"mode": "text-to-vidio", "prompt": "x", "priority": \#(priority)}"#
    }

    /// The requests in the order in which they were accepted.
    private func accepted(_ log: String) -> [String] {
        log.split(separator: "\n").compactMap { line in
            line.hasPrefix("rushes: accepted '") ? String(line.dropFirst(18).dropLast()) : nil
        }
    }

    @Test func priorityThenFoldersInTurnThenArrival() throws {
        try withRoot { root in
            for name in ["a/1", "a/2", "a/3", "b/1"] {
                try root.drop("\(name).json", Self.wrong())
                usleep(20_000)
            }
            let good = #"{"mode": "text-to-video", "prompt": "x", "model": "none", "priority": 3}"#
            try root.drop("b/urgent.json", good)
            let (status, _, log) = try Program.serve(root, "--once").end()
            #expect(status == 0)
            // The priority of a wrong request is not known: it waits like any other.
            #expect(
                accepted(log)
                    == ["b/urgent.json", "a/1.json", "b/1.json", "a/2.json", "a/3.json"])
        }
    }

    @Test func deletingCancelsAndPauseHolds() throws {
        try withRoot { root in
            try Data().write(to: URL(fileURLWithPath: "\(root.made().path)/inbox/PAUSE"))
            let service = try Program.serve(root)
            #expect(root.waits { root.has("outbox/PAUSED.waiting.txt") })
            #expect(try root.text("outbox/PAUSED.waiting.txt").contains("\"PAUSE\""))
            try root.drop("gone.json", Self.wrong())
            try root.drop("stays.json", Self.wrong())
            #expect(
                root.waits {
                    (try? root.text("spool/status.json"))?.contains(#""waiting": 2"#) == true
                })
            let said = try Program(["status", "--root", root.path]).end()
            #expect(said.status == 0 && said.output.contains("gone.json"), "\(said)")
            #expect(said.output.contains("paused by the file 'PAUSE'"))
            unlink("\(root.path)/inbox/gone.json")
            unlink("\(root.path)/inbox/PAUSE")
            #expect(root.waits { root.has("outbox/stays.failed/error.txt") })
            #expect(root.waits { !root.has("outbox/PAUSED.waiting.txt") })
            service.signal(SIGTERM)
            let (status, _, log) = service.end()
            #expect(status == 0)
            #expect(accepted(log) == ["stays.json"])
            #expect(log.contains("'gone.json' was removed from the inbox before its turn"))
            #expect(root.names(in: "outbox") == ["stays.failed"])
            #expect(root.names(in: "spool/jobs") == [])
        }
    }

    @Test func aPauseByCommandOutlivesTheService() throws {
        try withRoot { root in
            _ = try Program.serve(root, "--once").end()
            #expect(try Program(["pause", "--root", root.path]).end().status == 0)
            try root.drop("x.json", Self.wrong())
            let (status, _, _) = try Program.serve(root, "--once").end()
            #expect(status == 75)
            #expect(root.has("inbox/x.json"))
            #expect(try Program(["resume", "--root", root.path]).end().status == 0)
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["x.failed"])
        }
    }

    @Test(arguments: [true, false])
    func cancellingGivesBackWhatWasDropped(running: Bool) throws {
        try withRoot { root in
            let service = try Program.serve(root)
            #expect(root.waits { root.has("spool/orders") })
            if !running {
                #expect(try Program(["pause", "--root", root.path]).end().status == 0)
                #expect(root.waits { root.has("outbox/PAUSED.waiting.txt") })
            }
            try root.drop(
                "a/long.json",
                smallRequest(steps: 200, frames: 81).dropLast() + #", "variations": 16}"#)
            #expect(
                root.waits {
                    let status = (try? root.text("spool/status.json")) ?? ""
                    return status.contains(running ? #""stage": "denoise""# : #""waiting": 1"#)
                })
            let unknown = try Program(["cancel", "--root", root.path, "nothing.json"]).end()
            #expect(unknown.status == 66 && unknown.complaints.contains("nothing.json"))
            let answer = try Program(["cancel", "--root", root.path, "a/long.json"]).end()
            #expect(answer.status == 0, "\(answer)")
            #expect(root.waits { root.has("outbox/a/long.failed/error.txt") })
            #expect(try root.text("outbox/a/long.failed/error.txt").contains("was cancelled"))
            #expect(try root.text("outbox/a/long.failed/request.json").contains("a ball"))
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
            #expect(root.names(in: "outbox/a") == ["long.failed"])
            #expect(root.names(in: "spool/jobs") == [] && root.names(in: "spool/orders").count < 2)
        }
    }

    /// What an earlier try brought along lies in the inbox still.
    @Test func aSecondRetryOfOneNameSaysWhatToDo() throws {
        try withRoot { root in
            for name in ["inbox/a/x.failed/a.png", "outbox/a/x.failed/request.json", "spool/lock"] {
                try Folder(root.path).write("", name)
            }
            let answer = try Program(["retry", "--root", root.path, "a/x.failed"]).end()
            #expect(answer.status == 66, "\(answer)")
            #expect(answer.complaints.contains("/inbox/a/x.failed' is in the inbox still"))
            #expect(answer.complaints.contains("remove what is left there"))
            #expect(root.has("outbox/a/x.failed/request.json"))
            try FileManager.default.removeItem(atPath: "\(root.path)/inbox/a/x.failed")
            let again = try Program(["retry", "--root", root.path, "a/x.failed"]).end()
            #expect(again.status == 0, "\(again)")
        }
    }

    /// All of a failed folder, or what is in it, moved back by hand or by `retry`.
    @Test(arguments: ["folder", "contents", "command"])
    func whatIsMovedBackIsTriedAgainUnderItsName(how: String) throws {
        try withRoot { root in
            try root.drop("a/clip 🎈.json", Self.wrong())
            #expect(try Program.serve(root, "--once").end().status == 0)
            let failed = "outbox/a/clip 🎈.failed"
            #expect(root.has("\(failed)/error.txt"))
            let manager = FileManager.default
            switch how {
            case "folder":
                try manager.moveItem(
                    atPath: "\(root.path)/\(failed)", toPath: "\(root.path)/inbox/a/clip 🎈.failed")
            case "contents":
                for name in root.names(in: failed) {
                    try manager.moveItem(
                        atPath: "\(root.path)/\(failed)/\(name)",
                        toPath: "\(root.path)/inbox/a/\(name)")
                }
                try manager.removeItem(atPath: "\(root.path)/\(failed)")
            default:
                let answer = try Program(["retry", "--root", root.path, "a/clip 🎈.failed"]).end()
                #expect(answer.status == 0, "\(answer)")
            }
            #expect(!root.has(failed))
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox/a") == ["clip 🎈.failed"])
            #expect(root.names(in: "inbox/a") == [], "nothing of the first try is left")
            let ledger = try root.text("spool/ledger")
            #expect(ledger.components(separatedBy: " failed ").count == 3, "tried twice")
        }
    }

    /// As a sync tool brings them, while the service runs.
    @Test func whatIsMovedBackInAnyOrderIsTriedAgainUnderItsName() throws {
        try withRoot { root in
            try root.drop("clip.json", Self.wrong())
            let service = try Program.serve(root)
            #expect(root.waits { root.has("outbox/clip.failed/result.json") })
            for name in ["request.json", "error.txt", "result.json"] {
                rename("\(root.path)/outbox/clip.failed/\(name)", "\(root.path)/inbox/\(name)")
                usleep(200_000)
            }
            rmdir("\(root.path)/outbox/clip.failed")
            #expect(root.waits { root.has("outbox/clip.failed/result.json") })
            #expect(root.waits { root.names(in: "inbox") == [] })
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
            #expect(root.names(in: "outbox") == ["clip.failed"])
        }
    }

    @Test func whereRequestsAreLeftWhatCameBackIsTriedOnce() throws {
        try withRoot { root in
            try root.drop("clip.json", Self.wrong())
            let serve = { try Program.serve(root, "--once", "--claim", "leave").end().status }
            #expect(try serve() == 0)
            let manager = FileManager.default
            try manager.moveItem(
                atPath: "\(root.path)/outbox/clip.failed", toPath: "\(root.path)/inbox/clip.failed")
            for _ in 1...3 { #expect(try serve() == 0) }
            #expect(root.names(in: "outbox") == ["clip.failed"])
            #expect(root.names(in: "inbox/clip.failed").contains("request.json"))
            let ledger = try root.text("spool/ledger")
            #expect(ledger.components(separatedBy: " failed ").count == 3, "tried twice")
        }
    }

    @Test func whereRequestsAreLeftEachIsDoneOnce() throws {
        try withRoot { root in
            for name in ["a", "b"] { try root.drop("\(name).json", Self.wrong()) }
            for _ in 1...3 {
                #expect(try Program.serve(root, "--once", "--claim", "leave").end().status == 0)
                // As a one-way tool does: once more, with the same bytes.
                try Data(Self.wrong().utf8).write(
                    to: URL(fileURLWithPath: "\(root.path)/inbox/c.json"))
            }
            #expect(root.names(in: "inbox") == ["a.json", "b.json", "c.json"])
            #expect(root.names(in: "outbox") == ["a.failed", "b.failed", "c.failed"])
            #expect(root.names(in: "spool/jobs") == [])
        }
    }

    /// What can be neither read nor taken away is answered all the same, and once.
    @Test func whereRequestsAreLeftWhatIsNoFileIsRefusedOnce() throws {
        try withRoot { root in
            let inbox = "\(root.path)/inbox"
            mkdir("\(inbox)/folder.json", 0o755)
            try root.drop("folder.json/note.txt", "mine")
            mkfifo("\(inbox)/pipe.json", 0o644)
            symlink("/etc/passwd", "\(inbox)/link.json")
            try root.drop("first.txt", "{}")
            link("\(inbox)/first.txt", "\(inbox)/twice.json")
            let dropped = root.names(in: "inbox")
            for _ in 1...3 {
                #expect(try Program.serve(root, "--once", "--claim", "leave").end().status == 0)
            }
            #expect(root.names(in: "inbox") == dropped)
            #expect(try root.text("inbox/folder.json/note.txt") == "mine")
            let reasons = [
                "folder": "This is a folder", "link": "This is a symbolic link",
                "pipe": "This is a device or a pipe", "twice": "This is a hard link",
            ]
            #expect(root.names(in: "outbox") == reasons.keys.sorted().map { "\($0).failed" })
            for (name, reason) in reasons {
                let report = try root.text("outbox/\(name).failed/error.txt")
                #expect(report.contains(reason))
                #expect(!report.contains("lies in this folder"))
                #expect(root.names(in: "outbox/\(name).failed") == ["error.txt", "result.json"])
            }
            #expect(root.names(in: "spool/jobs") == [])
        }
    }

    @Test func aRequestThatWaitsForLongSaysForWhat() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            try root.drop(
                "a/move.json",
                #"{"mode": "image-to-video", "image": "sea.png", "model": "narrow"}"#)
            #expect(root.waits { root.has("outbox/a/move.waiting.txt") })
            #expect(try root.text("outbox/a/move.waiting.txt").contains("sea.png"))
            let said = try Program(["status", "--root", root.path]).end()
            #expect(said.output.contains("a/move.json  for sea.png"), "\(said)")
            unlink("\(root.path)/inbox/a/move.json")
            #expect(root.waits { !root.has("outbox/a/move.waiting.txt") })
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    /// A text that no longer holds is gone after a crash, too.
    @Test func aKilledServiceLeavesNoText() throws {
        try withRoot { root in
            try Data().write(to: URL(fileURLWithPath: "\(root.made().path)/inbox/pause.txt"))
            let service = try Program.serve(root)
            #expect(root.waits { root.has("outbox/PAUSED.waiting.txt") })
            service.kill()
            unlink("\(root.path)/inbox/pause.txt")
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == [])
        }
    }

    @Test func submittingChecksAndDropsWithItsFiles() throws {
        try withRoot { root in
            _ = try Program.serve(root, "--once").end()
            try withTemporaryDirectory { folder in
                let request = "\(folder)/my clip.json"
                try #"{"mode": "image-to-video", "image": "sub/sea.png", "model": "narrow"}"#
                    .write(toFile: request, atomically: true, encoding: .utf8)
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/sub", withIntermediateDirectories: true)
                try Data("picture".utf8).write(to: URL(fileURLWithPath: "\(folder)/sub/sea.png"))
                let words = ["submit", "--root", root.path, "--folder", "alice", request]
                #expect(try Program(words).end().status == 0)
                #expect(root.names(in: "inbox/alice") == ["my clip.json", "sub"])
                #expect(try root.text("inbox/alice/sub/sea.png") == "picture")
                // The same again is no trouble; another one of that name is.
                #expect(try Program(words).end().status == 0)
                try Data("other".utf8).write(to: URL(fileURLWithPath: "\(folder)/sub/sea.png"))
                let taken = try Program(words).end()
                #expect(taken.status == 66 && taken.complaints.contains("sea.png"))
                #expect(try root.text("inbox/alice/sub/sea.png") == "picture")
                try #"{"mode": "text"}"#.write(
                    toFile: request, atomically: true, encoding: .utf8)
                #expect(try Program(words).end().status == 65)
            }
        }
    }

    @Test func commandsNameWhatTheyDoNotFind() throws {
        try withRoot { root in
            for words in [["status"], ["pause"], ["resume"], ["cancel", "x"], ["retry", "x"]] {
                let answer = try Program(words + ["--root", root.path + "/none"]).end()
                #expect(answer.status == 66 && answer.complaints.contains("none"), "\(answer)")
            }
            _ = try Program.serve(root, "--once").end()
            let answer = try Program(["retry", "x", "--root", root.path]).end()
            #expect(answer.status == 66 && answer.complaints.contains(".failed"))
        }
    }
}

extension Root {
    /// The same with an inbox, before any service made it.
    fileprivate func made() throws -> Root {
        try FileManager.default.createDirectory(
            atPath: "\(path)/inbox", withIntermediateDirectories: true)
        return self
    }
}
