// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// Results appear whole, under the request's folder, and never over something else.
@Suite struct PublishingTests {
    @Test(arguments: [
        ("sunset.json", "sunset"), ("alice/sunset.json", "alice/sunset"),
        ("a/b/c/x.JSON", "a/b/c/x"), ("a b/🎈.json", "a b/🎈"), ("a:b/-x..json", "a_b/x"),
        ("CON/nul.json", "_CON/_nul"), ("w\nx/y\u{202E}z.json", "wx/yz"),
        ("x.waiting.txt/y.waiting.txt.json", "x.waiting_txt/y.waiting_txt"),
        ("PAUSED.json", "_PAUSED"),
    ])
    func subfoldersAreMirrored(request: String, result: String) throws {
        try withService { service in
            try service.root.write("{as dropped}", "inbox/\(request)")
            let run = try service.run()
            #expect(run == Service.Run(published: [result], troubles: []))
            #expect(service.root.text("outbox/\(result)/film.mp4") == Service.film)
            #expect(service.root.text("outbox/\(result)/request.json") == "{as dropped}")
            #expect(!service.tree.contains { $0.hasPrefix("spool/") || $0.hasSuffix(".json\n") })
            #expect(service.root.text("inbox/\(request)") == nil)
        }
    }

    /// The path would be longer than the system takes.
    @Test func aFolderWhoseNamesGrowHasAResultAllTheSame() throws {
        try withService { service in
            var folder = Path(service.root.at("inbox"))
            for _ in 0..<31 {
                folder = folder.appending(Path(bytes: Array(repeating: 0xFF, count: 48)))
                try Directory.make(folder)
            }
            try WholeFile.write(Array("{}".utf8), to: folder.appending("long.json"))
            let run = try service.run()
            #expect(run.troubles == [])
            let result = try #require(run.published.first)
            #expect(result.hasSuffix("/long"))
            #expect(result.utf8.count <= OutboxName.folderLimit.bytes + 5)
            #expect(service.root.text("outbox/\(result)/film.mp4") == Service.film)
        }
    }

    @Test func aFailureHoldsTheRequestAsItWasDropped() throws {
        try withService { service in
            try service.root.write("{typo", "inbox/alice/x.json")
            let run = try service.run(outcome: .failed)
            #expect(run.published == ["alice/x.failed"])
            #expect(service.root.text("outbox/alice/x.failed/request.json") == "{typo")
        }
    }

    @Test func nothingIsEverReplaced() throws {
        try withService { service in
            for round in 1...3 {
                try service.root.write("{\(round)}", "inbox/alice/x.json")
                #expect(
                    try service.run().published == ["alice/x" + (round == 1 ? "" : "-\(round)")])
                try service.root.write("{\(round) failed}", "inbox/alice/x.json")
                let name = "alice/x" + (round == 1 ? "" : "-\(round)") + ".failed"
                #expect(try service.run(outcome: .failed).published == [name])
            }
            for round in 1...3 {
                let name = "outbox/alice/x" + (round == 1 ? "" : "-\(round)")
                #expect(service.root.text("\(name)/request.json") == "{\(round)}")
                #expect(service.root.text("\(name).failed/request.json") == "{\(round) failed}")
            }
        }
    }

    /// What is in the way belongs to somebody, be it ever so empty.
    @Test(arguments: ["file", "empty", "full", "dangling", "fifo"])
    func whateverIsInTheWayStays(kind: String) throws {
        try withService { service in
            let outbox = Folder(service.root.at("outbox"))
            switch kind {
            case "file": try outbox.write("yours", "x")
            case "empty": try outbox.make("x")
            case "full": try outbox.write("yours", "x/film.mp4")
            case "dangling": try outbox.link("x", to: "nowhere")
            default: try outbox.pipe("x")
            }
            let before = outbox.tree
            try service.root.write("{}", "inbox/x.json")
            #expect(try service.run().published == ["x-2"])
            #expect(Set(outbox.tree) == Set(before + ["x-2/", "x-2/film.mp4", "x-2/request.json"]))
        }
    }

    @Test func aFileInThePlaceOfAFolderIsSteppedAround() throws {
        try withService { service in
            try service.root.write("yours", "outbox/alice")
            for name in ["x", "y"] {
                try service.root.write("{}", "inbox/alice/\(name).json")
                #expect(try service.run().published == ["alice-2/\(name)"])
            }
            #expect(service.root.text("outbox/alice") == "yours")
        }
    }

    @Test func aFolderOnAnotherDiskIsSteppedAround() throws {
        try withTemporaryDirectory(inMemory: true) { other in
            try withService { service in
                try service.root.link("outbox/alice", to: other)
                // Where both are one disk, this shows nothing.
                let isElsewhere =
                    try FileStatus(of: Path(other))?.device
                    != FileStatus(of: Path(service.root.path))?.device
                guard isElsewhere else { return }
                for name in ["x", "deep/y", "deep/z"] {
                    try service.root.write("{}", "inbox/alice/\(name).json")
                    #expect(
                        try service.run() == Service.Run(published: ["alice-2/\(name)"]))
                    #expect(service.root.text("outbox/alice-2/\(name)/film.mp4") == Service.film)
                }
                #expect(Folder(other).tree == [])
                #expect(!service.tree.contains { $0.hasPrefix("spool/") || $0.contains("/.") })
            }
        }
    }

    @Test(.enabled(if: Mounts.arePermitted, "needs the right to mount"))
    func aFolderThatNobodyCanWriteToIsSteppedAround() throws {
        try withService { service in
            try service.root.make("outbox/alice")
            try Mounts.bindReadOnly(service.root.at("outbox/alice"))
            defer { try? Mounts.unmount(service.root.at("outbox/alice")) }
            try service.root.write("{}", "inbox/alice/x.json")
            #expect(try service.run().published == ["alice-2/x"])
        }
    }

    @Test(.enabled(if: geteuid() != 0, "the administrator may write everywhere"))
    func aFolderThatTheServiceMayNotWriteToIsSteppedAround() throws {
        try withService { service in
            try service.root.make("outbox/alice")
            chmod(service.root.at("outbox/alice"), 0o555)
            try service.root.write("{}", "inbox/alice/deep/x.json")
            #expect(try service.run().published == ["alice-2/deep/x"])
            chmod(service.root.at("outbox/alice"), 0o755)
        }
    }

    @Test func namesThatBecomeAlikeAreKeptApart() throws {
        try withService { service in
            for name in ["a:b", "a?b", "-a_b"] {
                try service.root.write(name, "inbox/\(name).json")
            }
            #expect(try service.run().published == ["a_b", "a_b-2", "a_b-3"])
            let texts = ["a_b", "a_b-2", "a_b-3"].map {
                service.root.text("outbox/\($0)/request.json")
            }
            #expect(texts == ["-a_b", "a:b", "a?b"])
        }
    }

    /// On the machine that the outbox is synchronised to, these may be one name.
    @Test func namesThatDifferInCaseOrFormAloneAreKeptApart() throws {
        try withService { service in
            let names = [
                "Sunset.json", "sunset.json", "SUNSET.JSON", "\u{E9}.json", "e\u{301}.json",
            ]
            for name in names { try service.root.write("{\(name)}", "inbox/a/\(name)") }
            #expect(
                try service.run().published.sorted()
                    == [
                        "a/SUNSET", "a/Sunset-2", "a/e\u{301}", "a/sunset-3", "a/\u{E9}-2",
                    ].sorted())
            // Another folder, and one that differs in case alone.
            try service.root.write("{1}", "inbox/b/sunset.json")
            try service.root.write("{2}", "inbox/B/sunset.json")
            try service.root.write("{3}", "inbox/B/other.json")
            #expect(
                try service.run().published.sorted() == ["B/other", "B/sunset", "b-2/sunset"])
            try service.root.write("{4}", "inbox/b/third.json")
            #expect(try service.run().published == ["b-2/third"])
        }
    }

    @Test func longNamesKeepToTheLimitOfSyncTools() throws {
        try withService { service in
            let long = String(repeating: "🎈", count: 60)
            for seed in 0..<3 {
                try service.root.write("{\(seed)}", "inbox/\(long)/\(long).json")
                let published = try service.run(outcome: .failed).published
                let names = published.flatMap { Path($0).components }
                #expect(names.count == 2)
                #expect(names.allSatisfy { $0.count <= 160 })
            }
        }
    }

    @Test func aNameThatIsNoTextIsPublished() throws {
        try withService { service in
            let name = Path(bytes: [0x66, 0xFC, 0x72] + Array(".json".utf8))
            let path = Path(service.root.at("inbox")).appending(name)
            try WholeFile.write(Array("{}".utf8), to: path)
            #expect(try service.run().published == ["f%FCr"])
            #expect(service.root.text("outbox/f%FCr/request.json") == "{}")
        }
    }

    /// The job waits in the spool, with all it has, until the way is free.
    @Test func whatCannotBePublishedIsKept() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path("x.json"))))
            let claim = try spool.open(id)
            let workplace = try Workplace(folder: claim.folder)
            try workplace.write(Service.film, as: "film.mp4")
            try workplace.conclude(.done)
            try service.root.move("outbox", to: "elsewhere")
            do {
                _ = try spool.publish(claim, .done)
                Issue.record("published to nowhere")
            } catch let error as SpoolError {
                guard case .file = error else { throw error }
            }
            _ = consume spool
            #expect(try service.run().published == ["x"])
            #expect(service.root.text("outbox/x/film.mp4") == Service.film)
            #expect(service.root.text("outbox/x/request.json") == "{}")
        }
    }
}
