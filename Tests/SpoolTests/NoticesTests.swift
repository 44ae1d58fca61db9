// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

@testable import Spool

/// Texts in the outbox that say why there is no result yet.
@Suite struct NoticesTests {
    private static let request = Arrival(Path("alice/a clip.json"))
    private static let place = "outbox/alice/a clip.waiting.txt"

    @Test func isPutUpReplacedAndTakenAway() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            try spool.post("one", for: Self.request)
            #expect(service.root.text(Self.place) == "one")
            try spool.post("two", for: Self.request)
            #expect(service.root.text(Self.place) == "two")
            try spool.withdraw(Self.request)
            try spool.withdraw(Self.request)
            #expect(service.tree == ["outbox/alice/"])
        }
    }

    @Test func whereTheFolderIsBarredItStandsAboveIt() throws {
        try withService { service in
            try service.root.write("yours", "outbox/alice")
            var spool = try Spool(root: service.root.path)
            let place = "outbox/alice - a clip.waiting.txt"
            try spool.post("one", for: Self.request)
            #expect(service.root.text(place) == "one")
            try spool.withdraw(Self.request)
            #expect(service.tree == ["outbox/alice"])
            try spool.post("two", for: Self.request)
            #expect(service.root.text(place) == "two")
            _ = consume spool
            _ = try Spool(root: service.root.path)
            #expect(service.tree == ["outbox/alice"])
        }
    }

    @Test func anOutboxThatIsAwayIsNotMadeAnew() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            try service.root.move("outbox", to: "elsewhere")
            do throws(SpoolError) {
                try spool.post("one", for: .named("AWAY"))
                Issue.record("posted to nowhere")
            } catch {
                #expect(!service.root.tree.contains("outbox/"))
            }
        }
    }

    /// What has a text's name is not always one.
    @Test(arguments: ["a folder", "another text"])
    func whatIsSomebodyElsesStays(what: String) throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            let other = what == "a folder" ? "\(Self.place)/film.mp4" : Self.place
            try service.root.write("yours", other)
            let numbered = "outbox/alice/a clip-2.waiting.txt"
            try spool.post("one", for: Self.request)
            #expect(service.root.text(numbered) == "one")
            _ = consume spool
            spool = try Spool(root: service.root.path)
            #expect(service.root.text(other) == "yours" && service.root.text(numbered) == nil)
            // Exchanged while it stands there.
            try spool.post("one", for: Self.request)
            try service.root.write("yours", numbered)
            try spool.withdraw(Self.request)
            #expect(service.root.text(numbered) == "yours")
            _ = consume spool
        }
    }

    @Test func requestsOfOneNameHaveATextEach() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            let twin = Arrival(Path("alice/a clip\n.json"))
            try spool.post("one", for: Self.request)
            try spool.post("two", for: twin)
            try spool.withdraw(Self.request)
            #expect(service.root.text("outbox/alice/a clip-2.waiting.txt") == "two")
            try spool.withdraw(twin)
            #expect(service.tree == ["outbox/alice/"])
        }
    }

    @Test func aLinkInTheOutboxLeadsNowhere() throws {
        try withService { service in
            try service.root.make("elsewhere")
            try service.root.link("outbox/alice", to: "../elsewhere")
            var spool = try Spool(root: service.root.path)
            try spool.post("one", for: Self.request)
            #expect(service.root.text("outbox/alice - a clip.waiting.txt") == "one")
            try service.root.write("{}", "inbox/alice/x.json")
            _ = consume spool
            #expect(try service.run().published == ["alice-2/x"])
            #expect(try Directory.names(in: Path(service.root.at("elsewhere"))) == [])
        }
    }

    @Test func theNextStartTakesAwayWhatNoLongerHolds() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            try spool.post("one", for: Self.request)
            _ = consume spool
            _ = try Spool(root: service.root.path)
            #expect(service.tree == ["outbox/alice/"])
        }
    }

    /// Whatever a crash left in the folder of records, the service starts and touches nothing else.
    @Test(arguments: [
        "This text was about to be\nmoved into the outbox.\n", String(repeating: "x", count: 5000),
        "", "../inbox/x.json", "/etc/hostname", "alice/film", "a/../../inbox/b.waiting.txt",
    ])
    func whatIsNoRecordIsRemoved(text: String) throws {
        try withService { service in
            try service.root.write("kept", "inbox/b.waiting.txt")
            try service.root.write("kept", "outbox/alice/film")
            for name in ["0123456789abcdef0123456789abcdef", "ab.text", ".ab.new"] {
                try service.root.write(text, "spool/notices/\(name)")
            }
            _ = try Spool(root: service.root.path)
            #expect(
                service.tree == ["inbox/b.waiting.txt", "outbox/alice/", "outbox/alice/film"])
        }
    }

    /// Every call in its turn fails, as on a full disk: the next start leaves no text behind.
    @Test func aFaultLeavesNothingForLong() throws {
        try withService { service in
            for number in 1... {
                let plan = FaultPlan(failing: number..<number + 1, errno: 28)
                var spool = try Spool(root: service.root.path)
                FaultPlan.$current.withValue(plan) {
                    do throws(SpoolError) { try spool.post("one", for: Self.request) } catch {
                        // What is left of it is looked at below.
                    }
                }
                _ = consume spool
                _ = try Spool(root: service.root.path)
                #expect(!service.tree.contains { $0.hasSuffix(".txt") || $0.contains("notices/") })
                guard plan.first != nil else { return }
            }
        }
    }
}
