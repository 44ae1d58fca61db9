// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

@testable import Spool

/// What a look from outside finds out, without changing anything.
@Suite struct SurveyTests {
    static let whole = InboxTests.whole

    /// A root folder that a service has made and left.
    static func withRoot(_ body: (Folder) throws -> Void) throws {
        try withService { service in try body(service.root) }
    }

    static func standing(_ name: String, in root: Folder) throws -> Survey.Standing {
        try Survey(root: root.path).standing(of: name)
    }

    @Test func aRequestIsFoundUnderAllItsNames() throws {
        try Self.withRoot { root in
            try root.write(Self.whole, "inbox/alice/x.json")
            try root.link("short", to: "inbox/alice")
            let expected = Survey.Standing.request(
                Arrival(Path("alice/x.json")), Array(Self.whole.utf8),
                Survey.FileState(isBeingWritten: false))
            for name in [root.at("inbox/alice/x.json"), "alice/x.json", root.at("short/x.json")] {
                #expect(try Self.standing(name, in: root) == expected)
            }
            #expect(root.tree.contains("inbox/alice/x.json"))
        }
    }

    @Test func whatIsElsewhereIsOutside() throws {
        try Self.withRoot { root in
            try root.write(Self.whole, "outbox/x.json")
            try root.write(Self.whole, "other/x.json")
            try root.link("inbox/link", to: "../other")
            for name in ["outbox/x.json", "other/x.json", "inbox/link/x.json", "inbox"] {
                #expect(try Self.standing(root.at(name), in: root) == .outside, "\(name)")
            }
        }
    }

    @Test(arguments: [
        (".x.json", InboxName.Reason.beginning(".")), ("x.png", .suffix),
        ("x.json.part", .ending(".part")), ("x.Conflict.json", .conflict),
    ])
    func aNameThatIsPassedOver(name: String, reason: InboxName.Reason) throws {
        try Self.withRoot { root in
            try root.write(Self.whole, "inbox/\(name)")
            #expect(try Self.standing(name, in: root) == .passedOver(part: name, reason))
        }
    }

    @Test func aFolderThatIsPassedOver() throws {
        try Self.withRoot { root in
            try root.write(Self.whole, "inbox/.stfolder/x.json")
            try root.write(Self.whole, "inbox/a/@eaDir/x.json")
            #expect(
                try Self.standing(".stfolder/x.json", in: root)
                    == .passedOver(part: ".stfolder", .beginning(".")))
            #expect(
                try Self.standing("a/@eaDir/x.json", in: root)
                    == .passedOver(part: "@eaDir", .housekeeping))
            let deep = Array(repeating: "d", count: 33).joined(separator: "/")
            try root.write(Self.whole, "inbox/\(deep)/x.json")
            #expect(try Self.standing("\(deep)/x.json", in: root) == .tooDeep)
        }
    }

    @Test func whatIsNoPlainFileIsRefused() throws {
        try Self.withRoot { root in
            try root.link("inbox/link.json", to: "/etc/passwd")
            try root.pipe("inbox/pipe.json")
            try root.make("inbox/folder.json")
            try root.write(
                String(repeating: " ", count: RequestFile.limit + 1), "inbox/large.json")
            #expect(try Self.standing("link.json", in: root) == .unusable(.link))
            #expect(try Self.standing("pipe.json", in: root) == .unusable(.notAFile))
            #expect(try Self.standing("folder.json", in: root) == .unusable(.folder))
            #expect(try Self.standing("large.json", in: root) == .unusable(.tooLarge))
        }
    }

    @Test func aFileThatIsNotYetThere() throws {
        try Self.withRoot { root in
            try root.write("", "inbox/x.json")
            #expect(try Self.standing("x.json", in: root) == .empty)
            #expect(
                try Self.standing("y.json", in: root) == .missing(Arrival(Path("y.json"))))
            #expect(
                try Self.standing("a/b/y.json", in: root)
                    == .missing(Arrival(Path("a/b/y.json"))))
            let file = open(root.at("inbox/z.json"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
            write(file, "{", 1)
            #expect(
                try Self.standing("z.json", in: root)
                    == .request(
                        Arrival(Path("z.json")), [0x7B],
                        Survey.FileState(isBeingWritten: true)))
            close(file)
        }
    }

    /// Root reads everything; the owner of the spool's folders is who will read.
    @Test(.enabled(if: geteuid() == 0, "needs the right to give files away"))
    func whatTheServiceMayNotRead() throws {
        try Self.withRoot { root in
            chown(root.at("spool/jobs"), 12_345, 12_345)
            try root.write(Self.whole, "inbox/open.json")
            try root.write(Self.whole, "inbox/closed.json")
            try root.write(Self.whole, "inbox/group.json")
            try root.write(Self.whole, "inbox/cellar/x.json")
            chmod(root.at("inbox/open.json"), 0o604)
            chmod(root.at("inbox/closed.json"), 0o660)
            chmod(root.at("inbox/group.json"), 0o640)
            chown(root.at("inbox/group.json"), 0, 12_345)
            chmod(root.at("inbox/cellar"), 0o700)
            for name in ["open.json", "group.json"] {
                guard case .request = try Self.standing(name, in: root) else {
                    Issue.record("\(name) can be read")
                    continue
                }
            }
            #expect(
                try Self.standing("closed.json", in: root)
                    == .forbidden(part: "closed.json", user: 12_345))
            #expect(
                try Self.standing("cellar/x.json", in: root)
                    == .forbidden(part: "cellar", user: 12_345))
        }
    }

    @Test func jobsAndResultsOfARequest() throws {
        try Self.withRoot { root in
            try root.write(Self.whole, "inbox/a/x.json")
            let arrival = Arrival(Path("a/x.json"))
            let id: String
            do {
                var spool = try Spool(root: root.path)
                id = try #require(try spool.claim(arrival))
                let claim = try spool.open(id)
                try claim.record(Attempts(starts: 2, crashes: 0))
                _ = consume spool
            }
            let survey = try Survey(root: root.path)
            #expect(
                try survey.jobs(of: arrival)
                    == [Survey.Job(id: id, request: "a/x.json", starts: 2, hasEnded: false)])
            #expect(try survey.jobs(of: Arrival(Path("x.json"))) == [])
            #expect(survey.results(of: arrival).isEmpty)
            for name in ["x", "x-2.failed", "x-ray", "x-", "xx", "x.failed.old", "x-3"] {
                try root.make("outbox/a/\(name)")
            }
            let results = survey.results(of: arrival)
            #expect(results.map(\.name) == ["a/x", "a/x-2.failed", "a/x-3"])
            #expect(results.map(\.outcome) == [.done, .failed, .done])
        }
    }

    @Test func filesThatARequestNames() throws {
        try Self.withRoot { root in
            try root.write("a", "inbox/a.png")
            try root.write("", "inbox/empty.png")
            try root.write("d", "inbox/d.mov")
            try root.write("", "inbox/d.mov.aria2")
            let file = open(root.at("inbox/w.mov"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
            write(file, "half", 4)
            defer { close(file) }
            let states = try Survey(root: root.path).media(
                of: Arrival(Path("x.json")),
                names: ["a.png", "empty.png", "d.mov", "w.mov", "../x", "."])
            #expect(states.prefix(4).map(\.state) == [.there, .empty, .download, .written])
            #expect(states[4].state == .fault(.outside))
            #expect(states[5].state == .fault(.folder))
        }
    }

    @Test func whatThereIsToWaitFor() throws {
        try Self.withRoot { root in
            let survey = try Survey(root: root.path)
            #expect(try survey.pause() == nil)
            #expect(survey.status() == nil)
            #expect(!survey.isServed)
            #expect(survey.requestCount() == 0)
            try root.write("{}", "spool/status.json")
            #expect(survey.status() == Array("{}".utf8))
            try Orders(root: root.path).setPaused()
            #expect(try survey.pause() == .command)
            try root.write("", "inbox/PAUSE")
            #expect(try survey.pause() == .file("PAUSE"))
            for name in ["x.json", "a/b/y.JSON", ".z.json", "@eaDir/x.json", "x.png"] {
                try root.write(Self.whole, "inbox/\(name)")
            }
            #expect(survey.requestCount() == 2)
            let spool = try Spool(root: root.path)
            #expect(survey.isServed)
            _ = consume spool
        }
    }

    @Test func withoutAnInboxThereIsNothingToSay() throws {
        try withTemporaryFolder { root in
            #expect(throws: SpoolError.self) { try Survey(root: root.path) }
            try root.write("", "inbox")
            #expect(throws: SpoolError.self) { try Survey(root: root.path) }
            #expect(root.tree == ["inbox"])
        }
    }
}
