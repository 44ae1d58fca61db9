// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport
import Testing

/// An inbox that is moved, removed, replaced or covered by another file system.
@Suite struct AbsenceTests {
    /// Requests that wait, and one that is not yet whole.
    static func withWaiting(_ body: (InboxTests.Bench) throws -> Void) throws {
        try DepartureTests.withRequests(["alice/x.json", "y.json"]) { bench in
            try bench.folder.write("{", "alice/half.json")
            #expect(try bench.arrivals() == [])
            try body(bench)
        }
    }

    static func expectAway(_ bench: InboxTests.Bench, after milliseconds: Int) throws {
        #expect(try bench.arrivals(after: milliseconds) == [])
        #expect(bench.isAway)
        #expect(bench.departures == [])
        #expect(bench.deadline == bench.after(milliseconds + 3000))
    }

    @Test func anInboxThatIsMovedAwayAndBack() throws {
        try Self.withWaiting { bench in
            try bench.root.move("inbox", to: "elsewhere")
            try Self.expectAway(bench, after: 100)
            // What changes meanwhile is not seen, and nothing is concluded from it.
            try bench.root.write(InboxTests.whole, "elsewhere/z.json")
            try Self.expectAway(bench, after: 200)
            #expect(bench.search(after: 300) == [])
            #expect(bench.isAway)
            #expect(bench.departures == [])
            try bench.root.move("elsewhere", to: "inbox")
            #expect(try bench.hasEvents())
            #expect(try bench.arrivals(after: 400) == ["alice/x.json", "y.json", "z.json"])
            #expect(!bench.isAway)
            #expect(bench.departures == [])
            // Watched anew in all its depth, and the half request settles anew.
            try bench.folder.write(InboxTests.whole, "alice/w.json")
            #expect(try bench.arrivals(after: 500) == ["alice/w.json"])
            #expect(bench.deadline == bench.after(2400))
            #expect(try bench.arrivals(after: 2400) == ["alice/half.json"])
        }
    }

    @Test func whatWasTakenOutMeanwhileDepartsWhenItIsBack() throws {
        try Self.withWaiting { bench in
            try bench.root.move("inbox", to: "elsewhere")
            try Self.expectAway(bench, after: 100)
            try Directory.remove(Path(bench.root.at("elsewhere/y.json")))
            try bench.root.move("elsewhere", to: "inbox")
            #expect(try bench.arrivals(after: 200) == ["alice/x.json"])
            #expect(bench.departures == ["y.json"])
        }
    }

    /// Between two looks: the events tell.
    @Test func anInboxThatWasAwayForAMoment() throws {
        try Self.withWaiting { bench in
            try bench.root.move("inbox", to: "elsewhere")
            try bench.root.write(InboxTests.whole, "elsewhere/bob/z.json")
            try bench.root.move("elsewhere", to: "inbox")
            #expect(try bench.arrivals() == ["alice/x.json", "bob/z.json", "y.json"])
            #expect(!bench.isAway)
            #expect(bench.departures == [])
        }
    }

    /// The new folder may well have the inode number of the old one.
    @Test(arguments: ["between two looks", "seen"])
    func anInboxThatIsRemovedAndMadeAnew(how: String) throws {
        try Self.withWaiting { bench in
            try Directory.removeTree(Path(bench.folder.path))
            if how == "seen" { try Self.expectAway(bench, after: 100) }
            try bench.root.write(InboxTests.whole, "inbox/alice/z.json")
            #expect(try bench.arrivals(after: 200) == ["alice/z.json"])
            #expect(!bench.isAway)
            #expect(bench.departures == ["alice/x.json", "y.json"])
            try bench.folder.write(InboxTests.whole, "alice/w.json")
            #expect(try bench.arrivals(after: 300) == ["alice/w.json"])
        }
    }

    @Test func anInboxThatIsReplacedByAnother() throws {
        try Self.withWaiting { bench in
            try bench.root.write(InboxTests.whole, "other/alice/z.json")
            try bench.root.move("inbox", to: "elsewhere")
            try bench.root.move("other", to: "inbox")
            #expect(try bench.arrivals() == ["alice/z.json"])
            #expect(bench.departures == ["alice/x.json", "y.json"])
            // The old one is nobody's inbox any more.
            try bench.root.write(InboxTests.whole, "elsewhere/alice/v.json")
            #expect(try bench.arrivals() == [])
            try bench.folder.write(InboxTests.whole, "alice/w.json")
            #expect(try bench.arrivals() == ["alice/w.json"])
        }
    }

    @Test func aFileInThePlaceOfTheInbox() throws {
        try Self.withWaiting { bench in
            try bench.root.move("inbox", to: "elsewhere")
            try bench.root.write("no folder", "inbox")
            try Self.expectAway(bench, after: 100)
            try Directory.remove(Path(bench.folder.path))
            try bench.root.move("elsewhere", to: "inbox")
            #expect(try bench.arrivals(after: 200) == ["alice/x.json", "y.json"])
        }
    }

    /// The folder around it moves: no event names the inbox, but its place is empty.
    @Test func aRootThatIsMovedAwayAndBack() throws {
        try withTemporaryFolder { folder in
            let root = try folder.make("root")
            let spool = try Spool(root: root.path)
            let inbox = try Inbox(of: spool, pause: InboxTests.pause) { !$0.isEmpty }
            let bench = InboxTests.Bench(folder: Folder(root.at("inbox")), inbox: inbox)
            try bench.folder.write(InboxTests.whole, "x.json")
            #expect(bench.search() == ["x.json"])
            try folder.move("root", to: "elsewhere")
            try Self.expectAway(bench, after: 100)
            try folder.move("elsewhere", to: "root")
            #expect(try bench.arrivals(after: 200) == ["x.json"])
            #expect(bench.departures == [])
            _ = consume spool
        }
    }

    @Test func aRequestThatGathersWaitsForTheInbox() throws {
        try GatheringTests.withBench(["a.png"]) { bench in
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.png"]))
            let root = Folder(String(bench.folder.path.dropLast("/inbox/alice".count)))
            try root.move("inbox", to: "elsewhere")
            #expect(try bench.look(after: 59) == .waiting(missing: []))
            #expect(try bench.look(after: 120) == .waiting(missing: []))
            #expect(bench.gathering.next == bench.after(123))
            try root.move("elsewhere", to: "inbox")
            // Its time begins anew.
            #expect(try bench.look(after: 124) == .waiting(missing: ["a.png"]))
            #expect(try bench.look(after: 182) == .waiting(missing: ["a.png"]))
            #expect(try bench.look(after: 184) == .ready)
        }
    }
}
