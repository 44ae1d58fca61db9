// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// The folder where requests are dropped.
///
/// Events of one process are there when its call returns,
/// and time is passed in, so that nothing here waits.
@Suite struct InboxTests {
    static let pause = Duration.seconds(2)
    static let whole = #"{"mode": 1}"#

    /// An inbox that was searched once, and the times after that.
    final class Bench {
        let folder: Folder
        var inbox: Inbox
        let start = SuspendingClock.now

        init(folder: Folder, inbox: consuming Inbox) {
            self.folder = folder
            self.inbox = inbox
        }

        /// The folder around the inbox.
        var root: Folder { Folder(String(folder.path.dropLast("/inbox".count))) }

        var deadline: Settling.Instant? { inbox.deadline }

        var troubles: [String] { inbox.troubles }

        var departures: [String] { inbox.departures.map(\.description).sorted() }

        var pollingReasons: [String] { inbox.pollingReasons }

        var isSettling: Bool { inbox.isSettling }

        var isAway: Bool { inbox.absence != nil }

        func settle(_ name: String) { inbox.settle(Arrival(Path(name))) }

        func hold(_ name: String) { inbox.hold(Arrival(Path(name))) }

        func hasEvents() throws -> Bool {
            try !Waiting.ready([inbox.descriptor], within: .zero).isEmpty
        }

        func after(_ milliseconds: Int) -> Settling.Instant {
            start.advanced(by: .milliseconds(milliseconds))
        }

        func milliseconds(to instant: Settling.Instant) -> Int {
            let (seconds, rest) = start.duration(to: instant).components
            return Int(seconds) * 1000 + Int(rest / 1_000_000_000_000_000)
        }

        func arrivals(after milliseconds: Int = 0) throws -> [String] {
            inbox.arrivals(at: after(milliseconds)).map(\.description)
        }

        func search(after milliseconds: Int = 0) -> [String] {
            inbox.search(at: after(milliseconds)).map(\.description)
        }
    }

    static func withInbox(
        searched: Bool = true, polled: Bool = false, emptyPause: Duration = .zero,
        prepare: (Folder) throws -> Void = { _ in },
        _ body: (Bench) throws -> Void
    ) throws {
        try withTemporaryFolder { root in
            let spool = try Spool(root: root.path)
            let folder = Folder(root.at("inbox"))
            try prepare(folder)
            let inbox = try Inbox(
                of: spool, pause: pause, emptyPause: emptyPause, polled: polled
            ) {
                $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}")
            }
            let bench = Bench(folder: folder, inbox: inbox)
            if searched { #expect(bench.search() == []) }
            try body(bench)
            _ = consume spool
        }
    }

    // MARK: Found by searching

    @Test func aSearchFindsWhatLiesThere() throws {
        try Self.withInbox(searched: false) { folder in
            for name in ["b.json", "a.json", "alice/x.json", "alice/deep/er/y.JSON"] {
                try folder.write(Self.whole, name)
            }
            for name in [
                ".hidden/x.json", "alice/.x.json", "x.png", "x.json.part", "#recycle/x.json",
            ] {
                try folder.write(Self.whole, name)
            }
        } _: { bench in
            let found = ["a.json", "alice/deep/er/y.JSON", "alice/x.json", "b.json"]
            #expect(bench.search() == found)
            #expect(bench.troubles == [])
            // Nobody claimed them: they are found again.
            #expect(bench.search() == found)
        }
    }

    @Test func foldersBeyondTheLimitAreLeftAlone() throws {
        let reached = Array(repeating: "d", count: Inbox.depthLimit).joined(separator: "/")
        try Self.withInbox(searched: false) { folder in
            try folder.write(Self.whole, "\(reached)/x.json")
            try folder.write(Self.whole, "\(reached)/d/x.json")
        } _: { bench in
            #expect(bench.search() == ["\(reached)/x.json"])
        }
    }

    @Test func linkedFoldersAreNotSearched() throws {
        try Self.withInbox(searched: false) { folder in
            try folder.write(Self.whole, "../elsewhere/x.json")
            try folder.link("link", to: "../elsewhere")
            try folder.link("loop", to: ".")
        } _: { bench in
            #expect(bench.search() == [])
            try bench.folder.write(Self.whole, "../elsewhere/y.json")
            #expect(try bench.arrivals() == [])
        }
    }

    @Test func anInboxThatIsALinkIsWatched() throws {
        try withTemporaryFolder { root in
            try root.make("shared")
            try root.link("inbox", to: "shared")
            let spool = try Spool(root: root.path)
            let inbox = try Inbox(of: spool, pause: Self.pause) { !$0.isEmpty }
            let bench = Bench(folder: Folder(root.at("shared")), inbox: inbox)
            #expect(bench.search() == [])
            try bench.folder.write(Self.whole, "x.json")
            #expect(try bench.arrivals() == ["x.json"])
            _ = consume spool
        }
    }

    // MARK: Found by events

    @Test func nothingHappensWithoutEvents() throws {
        try Self.withInbox { bench in
            let arrivals = try bench.arrivals()
            #expect(arrivals == [])
            #expect(bench.deadline == nil)
        }
    }

    @Test func aWholeFileArrivesOnce() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "x.json")
            #expect(try bench.hasEvents())
            #expect(try bench.arrivals() == ["x.json"])
            #expect(try bench.arrivals() == [])
            #expect(try !bench.hasEvents())
        }
    }

    @Test(arguments: ["x.json.part", ".x.json.Ab3xYz", ".syncthing.x.json.tmp", "x.json.filepart"])
    func aTemporaryNameIsIgnoredAndTheRenameIsNot(name: String) throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, name)
            #expect(try bench.arrivals() == [])
            #expect(bench.deadline == nil)
            try bench.folder.move(name, to: "x.json")
            #expect(try bench.arrivals() == ["x.json"])
        }
    }

    @Test func aHardLinkArrives() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "x.part")
            #expect(try bench.arrivals() == [])
            try bench.folder.hardLink("x.json", to: "x.part")
            // Not while it has two names, because it may be a link to somebody else's file.
            #expect(try bench.arrivals() == [])
            #expect(unlink(bench.folder.at("x.part")) == 0)
            #expect(try bench.arrivals(after: 2000) == ["x.json"])
        }
    }

    @Test func foldersMadeInOneGoAreSearched() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "a/b/c/x.json")
            #expect(try bench.arrivals() == ["a/b/c/x.json"])
            try bench.folder.write(Self.whole, "a/b/c/y.json")
            #expect(try bench.arrivals() == ["a/b/c/y.json"])
        }
    }

    @Test func aFolderMovedInIsSearchedAndWatched() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "../outside/deep/x.json")
            try bench.folder.move("../outside", to: "alice")
            #expect(try bench.arrivals() == ["alice/deep/x.json"])
            try bench.folder.write(Self.whole, "alice/deep/y.json")
            #expect(try bench.arrivals() == ["alice/deep/y.json"])
        }
    }

    @Test func aFolderThatChangesItsNameIsWatchedUnderTheNewOne() throws {
        try Self.withInbox { bench in
            try bench.folder.make("alice/deep")
            #expect(try bench.arrivals() == [])
            try bench.folder.move("alice", to: "bob")
            #expect(try bench.arrivals() == [])
            try bench.folder.write(Self.whole, "bob/deep/x.json")
            #expect(try bench.arrivals() == ["bob/deep/x.json"])
        }
    }

    @Test func aFolderMovedOutIsWatchedNoMore() throws {
        try Self.withInbox { bench in
            try bench.folder.make("alice/deep")
            #expect(try bench.arrivals() == [])
            try bench.folder.move("alice", to: "../outside")
            #expect(try bench.arrivals() == [])
            try bench.folder.write(Self.whole, "../outside/deep/x.json")
            #expect(try bench.arrivals() == [])
            // Another folder under the old name.
            try bench.folder.write(Self.whole, "alice/deep/x.json")
            #expect(try bench.arrivals() == ["alice/deep/x.json"])
        }
    }

    @Test func aFolderThatIsHiddenIsLeftAloneUntilItIsNot() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, ".incoming/x.json")
            try bench.folder.write(Self.whole, ".incoming/deep/y.json")
            #expect(try bench.arrivals() == [])
            try bench.folder.move(".incoming", to: "ready")
            #expect(try bench.arrivals() == ["ready/deep/y.json", "ready/x.json"])
        }
    }

    // MARK: Not all there yet

    @Test func aGrowingFileArrivesWhenItIsWhole() throws {
        try Self.withInbox { bench in
            for (time, text) in [(0, ""), (1900, #"{"mode""#), (3800, ": 1")] {
                try bench.folder.write(text, "x.json", continuing: true)
                #expect(try bench.arrivals(after: time) == [])
                #expect(bench.deadline == bench.after(time + 2000))
            }
            try bench.folder.write("}", "x.json", continuing: true)
            #expect(try bench.arrivals(after: 3900) == ["x.json"])
            #expect(bench.deadline == nil)
        }
    }

    /// The Finder makes an empty file first, closes it, and writes later.
    @Test func anEmptyFileThatIsWrittenLater() throws {
        try Self.withInbox { bench in
            try bench.folder.write("", "x.json")
            #expect(try bench.arrivals() == [])
            try bench.folder.write(Self.whole, "x.json")
            #expect(try bench.arrivals(after: 500) == ["x.json"])
            #expect(try bench.arrivals(after: 9000) == [])
        }
    }

    /// Each is claimed in the end as it is, so that its sender gets an answer.
    @Test(arguments: ["empty", "broken", "folder", "full", "fifo", "link", "dangling", "huge"])
    func whatNeverBecomesWholeArrivesAfterThePause(kind: String) throws {
        try Self.withInbox { bench in
            let folder = bench.folder
            try folder.write(Self.whole, "../outside")
            switch kind {
            case "empty": try folder.write("", "x.json")
            case "broken": try folder.write("{oops", "x.json")
            case "folder": try folder.make("x.json")
            case "full": try folder.write(Self.whole, "x.json/y.json")
            case "fifo": try folder.pipe("x.json")
            case "link": try folder.link("x.json", to: "../outside")
            case "dangling": try folder.link("x.json", to: "nowhere")
            default:
                let text = "{" + String(repeating: " ", count: RequestFile.limit) + "}"
                try folder.write(text, "x.json")
            }
            #expect(try bench.arrivals() == [])
            #expect(bench.deadline == bench.after(2000))
            #expect(try bench.arrivals(after: 1999) == [])
            #expect(try bench.arrivals(after: 2000) == ["x.json"])
            #expect(bench.deadline == nil)
        }
    }

    @Test func whatGoesAwayWhileItWaitsNeverArrives() throws {
        try Self.withInbox { bench in
            try bench.folder.write("{", "x.json")
            #expect(try bench.arrivals() == [])
            try bench.folder.move("x.json", to: "x.png")
            #expect(try bench.arrivals(after: 2000) == [])
            #expect(bench.deadline == nil)
        }
    }

    // MARK: Held

    @Test func whatCouldNotBeClaimedIsLeftAloneUntilItChanges() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "x.json")
            #expect(try bench.arrivals() == ["x.json"])
            bench.hold("x.json")
            // Closing it without a change is an event like any other.
            try bench.folder.write("", "x.json", continuing: true)
            #expect(try bench.arrivals(after: 9000) == [])
            try bench.folder.write(" " + Self.whole, "x.json")
            #expect(try bench.arrivals(after: 9000) == [])
            #expect(try bench.arrivals(after: 11_000) == ["x.json"])
            bench.hold("x.json")
            // It is as it was when it arrived.
            #expect(bench.search(after: 11_000) == ["x.json"])
        }
    }

    /// Between its arrival and the answer a sync tool may put a new version in its place.
    @Test func aNewVersionOfWhatWasAnsweredArrives() throws {
        try Self.withInbox { bench in
            try bench.folder.write(Self.whole, "x.json")
            #expect(try bench.arrivals() == ["x.json"])
            try bench.folder.write(Self.whole, "new")
            rename(bench.folder.at("new"), bench.folder.at("x.json"))
            bench.settle("x.json")
            #expect(try bench.arrivals() == ["x.json"])
            bench.settle("x.json")
            #expect(try bench.arrivals() == [] && bench.search(after: 1) == [])
        }
    }
}
