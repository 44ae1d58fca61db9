// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

@testable import Spool

/// Folders from which no event can be trusted to come.
@Suite struct PollingTests {
    static func withPolledInbox(_ body: (InboxTests.Bench) throws -> Void) throws {
        try InboxTests.withInbox(polled: true) { try body($0) }
    }

    @Test func aPolledInboxIsSearchedByTheClock() throws {
        try Self.withPolledInbox { bench in
            #expect(bench.pollingReasons.count == 1)
            #expect(bench.deadline == bench.after(5000))
            try bench.folder.write(InboxTests.whole, "alice/x.json")
            #expect(try !bench.hasEvents())
            #expect(try bench.arrivals(after: 4999) == [])
            #expect(try bench.arrivals(after: 5000) == ["alice/x.json"])
            try Directory.remove(Path(bench.folder.at("alice/x.json")))
            #expect(try bench.arrivals(after: 9999) == [])
            #expect(bench.departures == [])
            #expect(try bench.arrivals(after: 10_000) == [])
            #expect(bench.departures == ["alice/x.json"])
        }
    }

    @Test func aPolledFileThatGrowsSettles() throws {
        try Self.withPolledInbox { bench in
            try bench.folder.write("{", "x.json")
            #expect(try bench.arrivals(after: 5000) == [])
            try bench.folder.write("oops", "x.json", continuing: true)
            #expect(try bench.arrivals(after: 7000) == [])
            #expect(try bench.arrivals(after: 8999) == [])
            #expect(try bench.arrivals(after: 9000) == ["x.json"])
        }
    }

    @Test func whereNothingHappensItIsSearchedLessAndLessOften() throws {
        try Self.withPolledInbox { bench in
            try bench.folder.write(InboxTests.whole, "x.json")
            var time = 5000
            #expect(try bench.arrivals(after: time) == ["x.json"])
            for pause in [5000, 7500, 11_250, 16_875, 25_312, 30_000, 30_000] {
                #expect(bench.deadline.map { bench.milliseconds(to: $0) } == time + pause)
                time += pause + 1
                // It is still there, and answered again, as by every search.
                #expect(try bench.arrivals(after: time) == ["x.json"])
            }
            try bench.folder.write("", "other.png")
            time += 30_000
            #expect(try bench.arrivals(after: time) == ["x.json"])
            #expect(bench.deadline.map { bench.milliseconds(to: $0) } == time + 5000)
        }
    }

    @Test func aPolledInboxThatIsAwayIsAskedFor() throws {
        try Self.withPolledInbox { bench in
            try bench.folder.write(InboxTests.whole, "x.json")
            #expect(try bench.arrivals(after: 5000) == ["x.json"])
            try bench.root.move("inbox", to: "elsewhere")
            #expect(try bench.arrivals(after: 10_000) == [])
            #expect(bench.isAway)
            #expect(bench.departures == [])
            #expect(bench.deadline == bench.after(13_000))
            try bench.root.move("elsewhere", to: "inbox")
            #expect(try bench.arrivals(after: 13_000) == ["x.json"])
            #expect(bench.departures == [])
        }
    }

    @Test func eventsAreTriedAndTrustedHere() throws {
        try InboxTests.withInbox { bench in
            #expect(bench.pollingReasons == [])
            #expect(bench.deadline == nil)
            #expect(bench.folder.tree == [])
        }
    }

    /// A file that a crash between making and removing it left.
    @Test func theFileOfAnEarlierTrialIsNoTrouble() throws {
        try InboxTests.withInbox(searched: false) { folder in
            try folder.write("", ".rushes-watch")
        } _: { bench in
            #expect(bench.search() == [])
            #expect(bench.pollingReasons == [])
            #expect(bench.folder.tree == [])
        }
    }

    @Test func anEventThatNeverComesIsNoticedAndOthersAreKept() throws {
        try withTemporaryFolder { folder in
            var watch = try Watch(root: Path(folder.path))
            try watch.add(Path(""))
            try folder.write("", "x.json")
            #expect(try !watch.hears(Path(".never"), within: .milliseconds(20)))
            #expect(try watch.hearsItself())
            let hints = try watch.hints()
            #expect(hints.first == .file(Path("x.json")))
            #expect(!hints.contains(.file(Path(".rushes-watch"))))
        }
    }

    @Test func withoutAWatchedRootNothingIsHeard() throws {
        try withTemporaryFolder { folder in
            var watch = try Watch(root: Path(folder.path))
            #expect(try !watch.hearsItself(within: .milliseconds(20)))
            #expect(folder.tree == [])
        }
    }

    // MARK: Limits

    /// Every call that makes or adds a watch is refused in turn, as at the limits.
    @Test(arguments: [ENOSPC, EMFILE]) func whatCannotBeWatchedIsPolled(reason: Int32) throws {
        var refused: Set<String> = []
        for number in 1..<80 {
            try InboxTests.withInbox(searched: false) { folder in
                for name in ["a/x.json", "b/c/y.json"] {
                    try folder.write(InboxTests.whole, name)
                }
            } _: { bench in
                let plan = FaultPlan(failing: number..<number + 1, errno: reason)
                let found = FaultPlan.$current.withValue(plan) { bench.search() }
                guard let first = plan.first, ["start", "watch"].contains(first.operation) else {
                    return
                }
                refused.insert(first.operation)
                #expect(found == ["a/x.json", "b/c/y.json"], "\(first)")
                // The folder around the inbox is watched for speed alone, and the start is tried
                // again at once.
                guard first.operation == "watch", first.path != bench.root.path else { return }
                #expect(bench.pollingReasons.count == 1, "\(first)")
                // What arrives anywhere is found, by an event or by the clock.
                for name in ["z.json", "a/z.json", "b/z.json", "b/c/z.json"] {
                    try bench.folder.write(InboxTests.whole, name)
                }
                let early = try bench.arrivals(after: 1)
                let late = try bench.arrivals(after: 5000)
                #expect(
                    Set(early + late).isSuperset(of: [
                        "z.json", "a/z.json", "b/z.json", "b/c/z.json",
                    ]),
                    "\(first)")
                // Asked again by every whole search.
                _ = bench.search(after: 6000)
                #expect(bench.pollingReasons == [], "\(first)")
            }
        }
        #expect(refused == ["start", "watch"])
    }

    /// Orders are read by the clock then, and the service starts all the same.
    @Test(arguments: [(1, EMFILE), (1, ENOSPC), (2, ENOSPC)])
    func ordersThatCannotBeWatchedArePolled(call: Int, reason: Int32) throws {
        try withTemporaryFolder { folder in
            let spool = try Spool(root: folder.path)
            let orders = spool.orders
            var watch = orders.watch()
            let watched = (watch.descriptor, watch.deadline, watch.pollingReason)
            #expect(watched.0 >= 0 && watched.1 == nil && watched.2 == nil)
            let plan = FaultPlan(failing: call..<call + 1, errno: reason)
            FaultPlan.$current.withValue(plan) { watch = orders.watch() }
            let (descriptor, reason) = (watch.descriptor, watch.pollingReason ?? "")
            #expect(descriptor == -1)
            #expect(reason.contains("'rushes cancel' ask for is read every 5"))
            let first = watch.deadline
            watch.drain()
            let second = watch.deadline
            let pause = SuspendingClock.now.duration(to: try #require(second))
            #expect(try #require(first) <= #require(second))
            #expect(pause <= .seconds(5))
            _ = consume spool
        }
    }

    // MARK: The rules

    @Test func theOutermostFoldersAreSearched() {
        var polling = Polling()
        polling.begin(at: .now)
        for name in ["a/b", "a-b", "a", "c/d/e", "c"] { polling.set(Path(name), .asked) }
        #expect(polling.outermost.map(\.description) == ["a", "a-b", "c"])
        polling.forget(Path("a"))
        #expect(polling.outermost.map(\.description) == ["a-b", "c"])
        polling.set(Path(""), .asked)
        #expect(polling.outermost == [Path("")])
        polling.set(Path(""), nil)
        polling.set(Path("c"), nil)
        #expect(polling.outermost.map(\.description) == ["a-b", "c/d/e"])
    }

    @Test func everyReasonIsGivenOnce() {
        var polling = Polling()
        polling.set(Path("a"), .fileSystem(.nfs, folder: Path("a")))
        polling.set(Path("b"), .fileSystem(.nfs, folder: Path("b")))
        polling.set(Path("c"), .fileSystem(.fuse, folder: Path("c")))
        polling.set(Path("d"), .watchLimit("8192"))
        polling.set(Path("e"), .watchLimit("8192"))
        #expect(polling.reasons.count == 3)
        #expect(polling.reasons[0].description.hasPrefix("'a' is on NFS, "))
        #expect(polling.reasons[2].description.contains("fs.inotify.max_user_watches is 8192"))
    }

    @Test(arguments: [ENOSPC, EMFILE, ENOMEM])
    func whatTheSystemRefusesIsNamed(reason: Int32) {
        let error = FileError(
            operation: reason == EMFILE ? "start" : "watch", path: "inotify", errno: reason)
        let text = PollingReason.unwatched(error).description
        switch reason {
        case ENOSPC: #expect(text.contains("fs.inotify.max_user_watches is "))
        case EMFILE: #expect(text.contains("fs.inotify.max_user_instances is "))
        default: #expect(text.hasPrefix("cannot watch 'inotify'"))
        }
    }

    @Test(arguments: [
        (0x6969, RemoteFileSystem.nfs), (0xFF53_4D42, .smb), (0x6573_5546, .fuse),
        (0x794C_7630, .overlay), (0x0102_1997, .plan9), (0x786F_4256, .virtualBox),
    ])
    func fileSystemsThatAreNotTrusted(magic: Int, kind: RemoteFileSystem) {
        #expect(RemoteFileSystem(magic: UInt32(magic)) == kind)
    }

    @Test(arguments: [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x2FC1_2FC1, 0xF2F5_2010])
    func fileSystemsThatAre(magic: UInt32) {
        #expect(RemoteFileSystem(magic: magic) == nil)
    }
}
