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
