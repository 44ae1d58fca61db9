// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// The files that a request names: into the job, and back after a failure.
@Suite struct MediaTests {
    /// Claims `inbox/alice/x.json` with files of these names, and shows the job.
    static func claim(
        _ names: [String], lastTry: Bool = true, prepare: (Folder) throws -> Void = { _ in },
        while goOn: () -> Bool = { true },
        _ body: (Service, Folder, [Medium]) throws -> Void
    ) throws {
        try withService { service in
            try service.root.write("{}", "inbox/alice/x.json")
            try prepare(Folder(service.root.at("inbox/alice")))
            var spool = try Spool(root: service.root.path)
            let id = try #require(
                try spool.claim(
                    Arrival(Path("alice/x.json")), media: names, lastTry: lastTry, while: goOn))
            let job = Folder(service.root.at("spool/jobs/\(id)"))
            let workplace = try Workplace(folder: job.path)
            let media = try workplace.media()
            _ = consume workplace
            _ = consume spool
            try body(service, job, media)
        }
    }

    static let names = [
        "harbour.jpg", "with space.png", "🎈/clip.mp4", "a/same.png", "b/same.png", "-dash", "%41",
        "a/.hidden",
    ]

    @Test func everyFileIsCopiedUnderASafeName() throws {
        try Self.claim(Self.names) { inbox in
            for name in Self.names { try inbox.write("content of \(name)", name) }
        } _: { service, job, media in
            #expect(media.map(\.name) == Self.names)
            let inside = Folder(job.at("in"))
            #expect(inside.tree == (0..<Self.names.count).map(String.init))
            for (index, medium) in media.enumerated() {
                #expect(medium.place == .success(inside.at("\(index)")))
                #expect(inside.text("\(index)") == "content of \(medium.name)")
                // Others may name the same file.
                #expect(service.root.text("inbox/alice/\(medium.name)") != nil)
            }
        }
    }

    @Test func theCopyIsPrivate() throws {
        try Self.claim(["a.png"]) {
            try $0.write("before", "a.png")
        } _: { service, job, _ in
            try service.root.write("after", "inbox/alice/a.png")
            #expect(job.text("in/0") == "before")
        }
    }

    @Test func aSuccessTakesNoFilesAlong() throws {
        try Self.claim(["a.png"]) {
            try $0.write("picture", "a.png")
        } _: { service, _, _ in
            let run = try service.run()
            #expect(run.published == ["alice/x"])
            #expect(
                service.tree == [
                    "inbox/alice/", "inbox/alice/a.png", "outbox/alice/", "outbox/alice/x/",
                    "outbox/alice/x/film.mp4", "outbox/alice/x/request.json",
                ])
        }
    }

    @Test func aFailureBringsTheFilesBack() throws {
        let more = Self.names + ["ERROR.txt", "Error.txt/deep", "nothing.png"]
        try Self.claim(more) { inbox in
            for name in more.dropLast() { try inbox.write("content of \(name)", name) }
        } _: { service, _, media in
            let run = try service.run(outcome: .failed)
            #expect(run.published == ["alice/x.failed"])
            let folder = Folder(service.root.at("outbox/alice/x.failed"))
            for name in Self.names { #expect(folder.text(name) == "content of \(name)") }
            for name in more.dropFirst(Self.names.count).dropLast() {
                #expect(folder.text("media/\(name)") == "content of \(name)")
            }
            #expect(folder.text("request.json") == "{}")
            #expect(!service.tree.contains { $0.hasPrefix("spool/") })
        }
    }

    /// So that another try is a move.
    @Test func whatCameBackCanBeDroppedAgain() throws {
        let names = ["a b/🎈.png", "c.mp4"]
        try Self.claim(names) { inbox in
            for name in names { try inbox.write("content of \(name)", name) }
        } _: { service, _, _ in
            try service.run(outcome: .failed)
            try service.root.move("outbox/alice/x.failed", to: "inbox/again")
            var spool = try Spool(root: service.root.path)
            let id = try #require(
                try spool.claim(Arrival(Path("again/request.json")), media: names))
            let workplace = try Workplace(folder: service.root.at("spool/jobs/\(id)"))
            let places = try workplace.media().map(\.place)
            #expect(places.allSatisfy { if case .success = $0 { true } else { false } })
            _ = consume workplace
            _ = consume spool
        }
    }

    // MARK: What cannot be taken

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let fault: MediaFault
        var testDescription: String { name }
    }

    static let bad = [
        Bad(name: "nothing.png", fault: .missing(part: "nothing.png", siblings: standing)),
        Bad(name: "no/where.png", fault: .missing(part: "no", siblings: standing)),
        Bad(name: "folder/x.png", fault: .missing(part: "folder/x.png", siblings: ["y.png"])),
        Bad(name: "good.png/x", fault: .missing(part: "good.png/x", siblings: [])),
        Bad(name: "dangling", fault: .missing(part: "dangling", siblings: [])),
        Bad(name: "out", fault: .outside),
        Bad(name: "far", fault: .outside),
        Bad(name: "away/secret", fault: .outside),
        Bad(name: "loop", fault: .link),
        Bad(name: "folder", fault: .folder),
        Bad(name: "pipe", fault: .special),
    ]
    static let standing = [
        "away", "dangling", "far", "folder", "good.png", "loop", "out", "pipe",
    ]

    static func fill(_ inbox: Folder) throws {
        try inbox.write("good", "good.png")
        try inbox.write("y", "folder/y.png")
        try inbox.write("temporary", "~good.png.tmp")
        try inbox.write("secret", "../../secret")
        try inbox.link("out", to: "../../secret")
        try inbox.link("far", to: "/etc/passwd")
        try inbox.link("away", to: "../..")
        try inbox.link("loop", to: "loop")
        try inbox.link("dangling", to: "nowhere")
        try inbox.pipe("pipe")
    }

    @Test(arguments: bad)
    func isWrittenDownWithItsFault(bad: Bad) throws {
        try Self.claim(["good.png", bad.name], prepare: Self.fill) { service, job, media in
            #expect(media.map(\.place) == [.success(job.at("in/0")), .failure(bad.fault)])
            #expect(Folder(job.at("in")).tree == ["0"])
            // It comes back without.
            try service.run(outcome: .failed)
            let folder = Folder(service.root.at("outbox/alice/x.failed"))
            #expect(folder.tree == ["film.mp4", "good.png", "request.json"])
        }
    }

    /// Beside a name that is no text, which cannot be written in a request.
    @Test func whatStandsBesideIsText() throws {
        try Self.claim(["b.png"]) { inbox in
            try inbox.write("", "ä.png")
            let odd = Path(inbox.path).appending(Path(bytes: [0x66, 0xFC, 0x72]))
            try WholeFile.write([], to: odd)
        } _: { _, _, media in
            let fault = MediaFault.missing(part: "b.png", siblings: ["ä.png"])
            #expect(media.map(\.place) == [.failure(fault)])
        }
    }

    /// Macs write a letter and its dots apart, phones together.
    @Test(arguments: [
        ("Fu\u{308}r/a\u{300}.png", "Für/à.png"), ("Für/à.png", "Fu\u{308}r/a\u{300}.png"),
    ])
    func lettersAreTheSameHoweverComposed(dropped: String, written: String) throws {
        try Self.claim([written]) {
            try $0.write("here", dropped)
        } _: { _, job, media in
            #expect(media.map(\.place) == [.success(job.at("in/0"))])
            #expect(job.text("in/0") == "here")
        }
    }

    @Test func aFileThatMayStillComeIsWaitedFor() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            var spool = try Spool(root: service.root.path)
            let before = service.tree
            do {
                _ = try spool.claim(
                    Arrival(Path("x.json")), media: ["a.png"], lastTry: false)
                Issue.record("claimed without its file")
            } catch let error as SpoolError {
                #expect(error == .notNow(request: "x.json"))
            }
            #expect(service.tree == before)
        }
    }

    @Test func longCopyingCanBeStopped() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            try service.root.makeHole("inbox/a.mov", bytes: FileCopy.piece + 1)
            var spool = try Spool(root: service.root.path)
            let before = service.tree
            do {
                _ = try spool.claim(Arrival(Path("x.json")), media: ["a.mov"]) { false }
                // A file system that shares blocks copies nothing that could be stopped.
            } catch let error as SpoolError {
                #expect(error == .notNow(request: "x.json"))
                #expect(service.tree == before)
            }
        }
    }

    @Test func theTotalIsLimited() throws {
        try Self.claim(["huge.mov"]) { inbox in
            // Refused before anything is copied.
            try inbox.makeHole("huge.mov", bytes: Int(MediaSource.fileLimit) + 1)
        } _: { _, job, media in
            #expect(media.map(\.place) == [.failure(.tooLarge)])
            #expect(Folder(job.at("in")).tree == [])
        }
    }
}
