// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

@testable import Spool

/// Which files are requests by lying where they do.
@Suite struct DropNameTests {
    @Test(arguments: [
        "_modes/03-image-to-video/cat.jpg", "alice/_modes/1/prompt.txt", "_MODES/x/a b.mp4",
        "a/b/_modes/again/x/y/film.webm", "_modes/04/żółw 🦊.mp4", "_modes/3/no ending",
    ])
    func drops(path: String) {
        #expect(InboxName.isDrop(Path(path)))
        #expect(InboxName.isOffered(Path(path)))
        #expect(!InboxName.isRequest(Path(path)))
    }

    @Test(arguments: [
        "_modes/cat.jpg", "cat.jpg", "_modes/03/README.txt", "_modes/03/readme.TXT",
        "_modes/03/defaults.json", "_modes/03/cat.failed/cat.jpg", "_modes/03/.cat.jpg",
        "_modes/03/cat.jpg.part", "_modes/03/~cat.jpg", "_modes/03/cat.jpg.tmp",
        "_modes/03/cat (conflicted copy).jpg", "_modes/03/.syncthing.cat.jpg.tmp",
        "_modes/03/cat.sync-conflict-20260102-030405-ABCDEFG.jpg", "_modes/.stversions/03/cat.jpg",
        "_templates/_modes/03/cat.jpg", "_modes/03/Thumbs.db", "_modes/@eaDir/cat.jpg",
        "modes/3/c.jpg",
    ])
    func noDrops(path: String) {
        #expect(!InboxName.isDrop(Path(path)))
    }

    @Test func `requests lie there, too; defaults and templates are none`() {
        #expect(InboxName.isRequest(Path("_modes/03/cat.failed/request.json")))
        #expect(InboxName.isRequest(Path("_modes/03/cat.json")))
        for path in [
            "defaults.json", "a/DEFAULTS.json", "_templates/a.json", "a/_Templates/b.json",
        ] {
            #expect(!InboxName.isRequest(Path(path)), "\(path)")
        }
        #expect(InboxName.reason(againstRequest: Array("defaults.json".utf8)) == .defaults)
        #expect(InboxName.reason(againstFolder: Array("_templates".utf8)) == .templates)
    }

    @Test(arguments: [
        ("_modes/3/cat.jpg", "_modes/3/cat.json"), ("_modes/3/a.b.png", "_modes/3/a.b.json"),
        ("_modes/3/cat", "_modes/3/cat.json"),
    ])
    func standsForARequest(path: String, request: String) {
        #expect(Arrival(Path(path)).request.path == Path(request))
    }
}

/// How such a file becomes a job.
@Suite struct DropAcceptingTests {
    static let place = Arrival(Path("_modes/03/cat.jpg"))
    static let request = Array(#"{"mode": 3, "image": "cat.jpg"}"#.utf8)

    private func accept(
        _ spool: inout Spool, meanwhile: () throws -> Void = {}
    ) throws -> Acceptance {
        let offer = Offer(
            Self.place, .success(Self.request), names: ["cat.jpg"], form: .drop)
        let staging = try #require(try spool.stage(offer))
        let collected = try staging.collect(lastTry: true)
        try meanwhile()
        return try spool.accept(collected)
    }

    @Test
    func `its bytes are in the job, its name is the request's, and it is gone from the inbox`()
        throws
    {
        try withService { service in
            try service.root.write("meow", "inbox/_modes/03/cat.jpg")
            var spool = try Spool(root: service.root.path)
            guard case .job(let id) = try accept(&spool) else { throw Unexpected() }
            #expect(service.root.text("inbox/_modes/03/cat.jpg") == nil)
            let claim = try spool.open(id)
            #expect(claim.request == "_modes/03/cat.json")
            let workplace = try Workplace(folder: claim.folder)
            #expect(try workplace.read() == .success(Self.request))
            try workplace.conclude(.failed)
            _ = try spool.publish(claim, .failed)
            #expect(service.root.text("outbox/_modes/03/cat.failed/cat.jpg") == "meow")
            #expect(service.root.text("outbox/_modes/03/cat.failed/request.json") != nil)
        }
    }

    @Test func `the same again is no second job while its result is there`() throws {
        try withService { service in
            try service.root.write("meow", "inbox/_modes/03/cat.jpg")
            var spool = try Spool(root: service.root.path)
            guard case .job(let id) = try accept(&spool) else { throw Unexpected() }
            // As if the service had been killed before it took the file away.
            try service.root.write("meow", "inbox/_modes/03/cat.jpg")
            guard case .duplicate(let entry) = try accept(&spool) else { throw Unexpected() }
            #expect(entry.job == id)
            #expect(service.root.text("inbox/_modes/03/cat.jpg") == nil)
            try service.root.write("another", "inbox/_modes/03/cat.jpg")
            guard case .job = try accept(&spool) else { throw Unexpected() }
        }
    }

    @Test func `one that is replaced in the last moment stays`() throws {
        try withService { service in
            try service.root.write("meow", "inbox/_modes/03/cat.jpg")
            var spool = try Spool(root: service.root.path)
            do throws(SpoolError) {
                var result: Acceptance?
                do {
                    result = try accept(&spool) {
                        try service.root.write("another cat", "inbox/_modes/03/cat.jpg")
                    }
                } catch let error as SpoolError {
                    throw error
                } catch {
                    Issue.record(error)
                }
                Issue.record("accepted as \(String(describing: result))")
            } catch {
                #expect(error == .notNow(request: "_modes/03/cat.jpg"))
            }
            #expect(service.root.text("inbox/_modes/03/cat.jpg") == "another cat")
            #expect(service.root.tree.filter { $0.hasPrefix("spool/jobs/") } == ["spool/jobs/"])
        }
    }

    @Test func `one that cannot be copied stays, and is refused once`() throws {
        try withService { service in
            try service.root.write("meow", "inbox/_modes/03/cat.jpg")
            var spool = try Spool(root: service.root.path)
            let offer = Offer(
                Self.place, .success(Self.request), names: ["cat\u{FFFD}.jpg"], form: .drop)
            for turn in 0..<2 {
                let staging = try #require(try spool.stage(offer))
                let result = try spool.accept(try staging.collect(lastTry: true))
                switch result {
                case .job(let id) where turn == 0:
                    let claim = try spool.open(id)
                    let workplace = try Workplace(folder: claim.folder)
                    try workplace.conclude(.failed)
                    _ = try spool.publish(claim, .failed)
                case .duplicate where turn == 1: break
                default: Issue.record("\(result)")
                }
                #expect(service.root.text("inbox/_modes/03/cat.jpg") == "meow")
            }
        }
    }

    @Test func `an objection goes along with the job, in every letter`() throws {
        try withService { service in
            try service.root.write("{}", "inbox/a.json")
            var spool = try Spool(root: service.root.path)
            let objection = Objection("żółw is 100 % wrong\nand so on", hint: "write \"x\"\n")
            let offer = Offer(
                .named("a.json"), .success(Array("{}".utf8)), objection: objection)
            let staging = try #require(try spool.stage(offer))
            guard case .job(let id) = try spool.accept(try staging.collect(lastTry: true)) else {
                throw Unexpected()
            }
            let workplace = try Workplace(folder: try spool.open(id).folder)
            #expect(try workplace.objection() == objection)
        }
    }

    @Test func `what was added to a request is in the job, and the power may go before it is`()
        throws
    {
        try withService { service in
            try service.root.write("{}", "inbox/a.json")
            var spool = try Spool(root: service.root.path)
            let whole = Array(#"{"seed": 1}"#.utf8)
            let offer = Offer(
                .named("a.json"), .success(whole), form: .completed(from: Array("{}".utf8)))
            let staging = try #require(try spool.stage(offer))
            guard case .job(let id) = try spool.accept(try staging.collect(lastTry: true)) else {
                throw Unexpected()
            }
            #expect(service.root.text("spool/jobs/\(id)/request.json") == #"{"seed": 1}"#)
            #expect(service.root.text("inbox/a.json") == nil)
            // Moved, and nothing added yet.
            try service.root.write("{}", "spool/jobs/\(id)/request.json")
            _ = try spool.recover()
            #expect(service.root.text("inbox/a.json") == "{}")
            #expect(service.root.text("spool/jobs/\(id)/request.json") == nil)
        }
    }

    @Test func `a new inbox is furnished once, and nothing in it replaced`() throws {
        try withService { service in
            try service.root.write("mine", "inbox/_modes/README.txt")
            let spool = try Spool(root: service.root.path)
            let files = [("_modes/README.txt", "ours"), ("_modes/3/README.txt", "three")]
            try spool.furnish(files.map { (path: $0.0, text: $0.1) })
            #expect(service.root.text("inbox/_modes/README.txt") == "mine")
            #expect(service.root.text("inbox/_modes/3/README.txt") == "three")
            _ = try shell("rm -r \(service.root.at("inbox/_modes"))")
            try spool.furnish(files.map { (path: $0.0, text: $0.1) })
            #expect(service.root.text("inbox/_modes/3/README.txt") == nil)
        }
    }

    @Test func `progress replaces itself, and a start takes away what was left`() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            let request = Arrival(Path("alice/film.json"))
            for text in ["one", "two", "three"] {
                try spool.report(text, for: request)
                #expect(service.root.text("outbox/alice/film.progress.json") == text)
            }
            _ = consume spool
            spool = try Spool(root: service.root.path)
            #expect(service.root.text("outbox/alice/film.progress.json") == nil)
            try spool.report("one", for: request)
            try service.root.write("yours", "outbox/alice/film.progress.json")
            try spool.endReport(request)
            #expect(service.root.text("outbox/alice/film.progress.json") == "yours")
            #expect(OutboxName.safe(Array("a.progress.json".utf8)) == "a.progress_json")
        }
    }

    private struct Unexpected: Error {}
}
