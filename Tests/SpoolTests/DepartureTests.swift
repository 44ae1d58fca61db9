// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport
import Testing

/// Requests that leave the inbox before their turn.
@Suite struct DepartureTests {
    /// An inbox whose requests have arrived and wait.
    static func withRequests(
        _ names: [String], _ body: (InboxTests.Bench) throws -> Void
    ) throws {
        try InboxTests.withInbox { bench in
            for name in names { try bench.folder.write(InboxTests.whole, name) }
            #expect(try bench.arrivals().sorted() == names.sorted())
            #expect(bench.departures == [])
            try body(bench)
        }
    }

    @Test(arguments: ["removed", "renamed", "hidden", "moved out"])
    func aRequestThatGoes(how: String) throws {
        try Self.withRequests(["alice/x.json", "alice/y.json"]) { bench in
            switch how {
            case "removed": try Directory.remove(Path(bench.folder.at("alice/x.json")))
            case "renamed": try bench.folder.move("alice/x.json", to: "alice/x.txt")
            case "hidden": try bench.folder.move("alice/x.json", to: "alice/.x.json")
            default: try bench.folder.move("alice/x.json", to: "../x.json")
            }
            #expect(try bench.arrivals() == [])
            #expect(bench.departures == ["alice/x.json"])
            // Told once.
            #expect(try bench.arrivals() == [])
            #expect(bench.departures == [])
            #expect(bench.search() == ["alice/y.json"])
            #expect(bench.departures == [])
        }
    }

    @Test func aRequestThatIsRenamedDepartsAndArrives() throws {
        try Self.withRequests(["x.json"]) { bench in
            try bench.folder.move("x.json", to: "y.json")
            #expect(try bench.arrivals() == ["y.json"])
            #expect(bench.departures == ["x.json"])
        }
    }

    @Test(arguments: ["removed", "moved out", "renamed", "hidden"])
    func aFolderThatGoesTakesAllItsRequests(how: String) throws {
        let names = ["alice/deep/x.json", "alice/y.json", "alicia/z.json"]
        try Self.withRequests(names) { bench in
            switch how {
            case "removed": try Directory.removeTree(Path(bench.folder.at("alice")))
            case "moved out": try bench.folder.move("alice", to: "../outside")
            case "renamed": try bench.folder.move("alice", to: "bob")
            default: try bench.folder.move("alice", to: ".alice")
            }
            let arrivals = try bench.arrivals()
            #expect(arrivals == (how == "renamed" ? ["bob/deep/x.json", "bob/y.json"] : []))
            #expect(bench.departures == ["alice/deep/x.json", "alice/y.json"])
        }
    }

    /// An editor that saves by renaming, and one that removes and writes anew.
    @Test(arguments: ["over", "anew"])
    func aRequestThatIsReplacedDoesNotDepart(how: String) throws {
        try Self.withRequests(["x.json"]) { bench in
            if how == "over" {
                try bench.folder.write(InboxTests.whole + " }", ".x.json.new")
                try bench.folder.move(".x.json.new", to: "x.json")
            } else {
                try Directory.remove(Path(bench.folder.at("x.json")))
                try bench.folder.write(InboxTests.whole + " }", "x.json")
            }
            #expect(try bench.arrivals() == ["x.json"])
            #expect(bench.departures == [])
        }
    }

    @Test func aSearchNoticesWhatNoEventTold() throws {
        try Self.withRequests(["x.json", "alice/y.json"]) { bench in
            try Directory.remove(Path(bench.folder.at("x.json")))
            try Directory.removeTree(Path(bench.folder.at("alice")))
            #expect(bench.search() == [])
            #expect(bench.departures == ["alice/y.json", "x.json"])
        }
    }

    @Test func whatNeverArrivedDoesNotDepart() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write("{", "x.json")
            #expect(try bench.arrivals() == [])
            try Directory.remove(Path(bench.folder.at("x.json")))
            #expect(try bench.arrivals() == [])
            #expect(bench.departures == [])
            #expect(!bench.isSettling)
        }
    }

    @Test func aRequestThatIsEditedArrivesAgainWhenItIsWhole() throws {
        try Self.withRequests(["x.json"]) { bench in
            let arrival = Arrival(Path("x.json"))
            #expect(bench.inbox.revisit(arrival, at: bench.start) == [arrival])
            try bench.folder.write("{", "x.json")
            #expect(bench.inbox.revisit(arrival, at: bench.start) == [])
            #expect(bench.isSettling)
            try bench.folder.write(InboxTests.whole, "x.json")
            #expect(try bench.arrivals() == ["x.json"])
            #expect(bench.departures == [])
        }
    }

    /// It was taken for broken once: it is not waited for again when its turn comes.
    @Test func aBrokenRequestThatArrivedIsReadyAsItIs() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write("{", "x.json")
            #expect(try bench.arrivals() == [])
            #expect(try bench.arrivals(after: 2000) == ["x.json"])
            let arrival = Arrival(Path("x.json"))
            #expect(bench.inbox.revisit(arrival, at: bench.after(9000)) == [arrival])
        }
    }

    /// Thousands of requests in many folders, all taken away at once.
    @Test func manyDepartTogether() throws {
        try InboxTests.withInbox { bench in
            for index in 0..<3_000 {
                try bench.folder.write(InboxTests.whole, "\(index % 50)/\(index).json")
            }
            #expect(try bench.arrivals().count == 3_000)
            for index in 0..<50 { try Directory.removeTree(Path(bench.folder.at("\(index)"))) }
            var departed = 0
            repeat {
                #expect(try bench.arrivals() == [])
                departed += bench.departures.count
            } while bench.isSettling
            #expect(departed == 3_000)
        }
    }
}
