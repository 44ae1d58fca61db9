// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// A request that waits for its files; time is passed in, so that nothing here waits.
@Suite struct GatheringTests {
    static let pause = Duration.seconds(2)
    static let limit = Duration.seconds(60)

    /// A request `alice/x.json` that names files beside it.
    final class Bench {
        var inbox: Inbox
        let folder: Folder
        let start = SuspendingClock.now
        var gathering: Gathering

        init(_ inbox: consuming Inbox, _ folder: Folder, names: [String]) throws {
            let gathering = Gathering(
                Arrival(Path("alice/x.json")), in: inbox, limit: GatheringTests.limit, at: start)
            self.gathering = try #require(gathering)
            self.gathering.names = names
            self.inbox = inbox
            self.folder = folder
        }

        func after(_ seconds: Double) -> Settling.Instant {
            start.advanced(by: .seconds(seconds))
        }

        func look(after seconds: Double) throws -> Gathering.Verdict {
            try gathering.look(in: inbox, at: after(seconds))
        }
    }

    static func withBench(_ names: [String], _ body: (Bench) throws -> Void) throws {
        try withTemporaryFolder { root in
            let spool = try Spool(root: root.path)
            try root.write("{}", "inbox/alice/x.json")
            var inbox = try Inbox(of: spool, pause: pause) { _ in true }
            #expect(inbox.search(at: .now).count == 1)
            try body(try Bench(inbox, Folder(root.at("inbox/alice")), names: names))
            _ = consume spool
        }
    }

    /// The names go into the log and into the outbox as they are given here.
    @Test func missingNamesAreShownAsTheyAre() throws {
        try Self.withBench(["a\u{202E}gnp.b"]) { bench in
            let verdict = try bench.look(after: 0)
            #expect(verdict == .waiting(missing: ["a\\u{202e}gnp.b"]))
        }
    }

    @Test func filesThatStayTheSameAreReady() throws {
        try Self.withBench(["a.png", "b/c.mp4"]) { bench in
            try bench.folder.write("a", "a.png")
            try bench.folder.write("c", "b/c.mp4")
            #expect(try bench.look(after: 0) == .waiting(missing: []))
            #expect(bench.gathering.next == bench.after(0.5))
            #expect(try bench.look(after: 1.9) == .waiting(missing: []))
            #expect(try bench.look(after: 2) == .ready)
            #expect(!bench.gathering.isLast)
        }
    }

    @Test func aGrowingFileIsWaitedFor() throws {
        try Self.withBench(["a.mov"]) { bench in
            for second in 0..<100 {
                try bench.folder.write("frame", "a.mov", continuing: true)
                // After a while it is named.
                let missing = second < 10 ? [] : ["a.mov"]
                #expect(try bench.look(after: Double(second)) == .waiting(missing: missing))
            }
            #expect(try bench.look(after: 101) == .ready)
            #expect(!bench.gathering.isLast)
        }
    }

    @Test func oneThatNeverStopsGrowingIsNotWaitedForForEver() throws {
        try Self.withBench(["a.mov"]) { bench in
            for minute in 0..<24 * 60 {
                try bench.folder.write("frame", "a.mov", continuing: true)
                let verdict = try bench.look(after: Double(minute) * 60)
                #expect(verdict == .waiting(missing: minute == 0 ? [] : ["a.mov"]))
            }
            try bench.folder.write("frame", "a.mov", continuing: true)
            #expect(try bench.look(after: 86_400) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    /// An upload that rests for minutes now and then goes on as long as its writer brings something.
    @Test func aSlowWriterIsWaitedForWhileItBringsSomething() throws {
        try Self.withBench(["a.mov"]) { bench in
            try bench.folder.write("half", "a.mov")
            let writer = open(bench.folder.at("a.mov"), O_WRONLY | O_APPEND | O_CLOEXEC)
            for minute in 0..<180 {
                if minute % 20 == 0 { write(writer, "more", 4) }
                let verdict = try bench.look(after: Double(minute) * 60)
                #expect(verdict == .waiting(missing: minute == 0 ? [] : ["a.mov"]))
            }
            #expect(!bench.gathering.isLast)
            // An hour after the last of it, at the minute 160, the longest wait is over.
            #expect(try bench.look(after: 220 * 60) == .ready)
            close(writer)
        }
    }

    /// A file that only changes, and does not grow, is waited for an hour.
    @Test func aFileThatIsTouchedForEverIsNotWaitedForForEver() throws {
        try Self.withBench(["a.mov"]) { bench in
            for minute in 0..<60 {
                try bench.folder.write(String(repeating: "x", count: 100 - minute), "a.mov")
                let verdict = try bench.look(after: Double(minute) * 60)
                #expect(verdict == .waiting(missing: minute == 0 ? [] : ["a.mov"]))
            }
            try bench.folder.write("x", "a.mov")
            #expect(try bench.look(after: 3600) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    /// What has been missing for long is looked for less often, until something changes.
    @Test func looksBecomeRarer() throws {
        try Self.withBench(["a.png", "b.png"]) { bench in
            for (second, pause) in [(0, 0.5), (10, 0.5), (20, 1), (40, 2), (50, 2)] {
                #expect(
                    try bench.look(after: Double(second)) == .waiting(missing: ["a.png", "b.png"]))
                #expect(bench.gathering.next == bench.after(Double(second) + pause))
            }
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 52) == .waiting(missing: ["b.png", "a.png"]))
            #expect(bench.gathering.next == bench.after(52.5))
        }
    }

    @Test func aMissingFileIsWaitedForUntilTheLimit() throws {
        try Self.withBench(["a.png", "b.png"]) { bench in
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 0) == .waiting(missing: ["b.png"]))
            #expect(try bench.look(after: 59.9) == .waiting(missing: ["b.png"]))
            #expect(bench.gathering.next == bench.after(60))
            #expect(try bench.look(after: 60) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    @Test func everyArrivalBeginsTheWaitAnew() throws {
        try Self.withBench(["a.png", "b.png"]) { bench in
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.png", "b.png"]))
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 50) == .waiting(missing: ["b.png", "a.png"]))
            #expect(try bench.look(after: 109) == .waiting(missing: ["b.png"]))
            try bench.folder.write("b", "b.png")
            #expect(try bench.look(after: 109.5) == .waiting(missing: ["b.png"]))
            #expect(try bench.look(after: 111.5) == .ready)
            #expect(!bench.gathering.isLast)
        }
    }

    /// The Finder makes an empty file first and fills it later.
    @Test func anEmptyFileIsMissing() throws {
        try Self.withBench(["a.png"]) { bench in
            try bench.folder.write("", "a.png")
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.png"]))
            #expect(try bench.look(after: 30) == .waiting(missing: ["a.png"]))
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 31) == .waiting(missing: ["a.png"]))
            #expect(try bench.look(after: 33) == .ready)
        }
    }

    @Test func aFileThatIsReplacedSettlesAnew() throws {
        try Self.withBench(["a.png", "b.png"]) { bench in
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 0) == .waiting(missing: ["b.png"]))
            #expect(try bench.look(after: 3) == .waiting(missing: ["b.png"]))
            try bench.folder.write("b", "b.png")
            try bench.folder.write("other", "new")
            try bench.folder.move("new", to: "a.png")
            #expect(try bench.look(after: 4) == .waiting(missing: []))
            #expect(try bench.look(after: 5.9) == .waiting(missing: []))
            #expect(try bench.look(after: 6) == .ready)
        }
    }

    /// Closed for a moment every now and then, or at rest for longer than the pause: a writer is a
    /// writer.
    @Test func aFileThatSomebodyHoldsOpenIsNotTaken() throws {
        try Self.withBench(["a.mov"]) { bench in
            try bench.folder.write("half", "a.mov")
            let writer = open(bench.folder.at("a.mov"), O_WRONLY | O_APPEND | O_CLOEXEC)
            for second in stride(from: 0, to: 600, by: 3) {
                let missing = second < 10 ? [] : ["a.mov"]
                #expect(try bench.look(after: Double(second)) == .waiting(missing: missing))
            }
            write(writer, " whole", 6)
            close(writer)
            #expect(try bench.look(after: 600) == .waiting(missing: ["a.mov"]))
            #expect(try bench.look(after: 601.9) == .waiting(missing: ["a.mov"]))
            #expect(try bench.look(after: 602) == .ready)
            #expect(!bench.gathering.isLast)
        }
    }

    /// `rsync --inplace` over an older version, and a writer that maps the file: neither size nor
    /// time tells.
    @Test(arguments: ["in place", "mapped"])
    func aFileThatIsOverwrittenIsNotTaken(how: String) throws {
        try Self.withBench(["a.mov"]) { bench in
            try bench.folder.write("older version", "a.mov")
            var writer = open(bench.folder.at("a.mov"), O_RDWR | O_CLOEXEC)
            let map = mmap(nil, 13, PROT_READ | PROT_WRITE, MAP_SHARED, writer, 0)
            if how == "mapped" {
                close(writer)
                writer = -1
            } else {
                munmap(map, 13)
            }
            #expect(try bench.look(after: 0) == .waiting(missing: []))
            #expect(try bench.look(after: 2) == .waiting(missing: []))
            #expect(try bench.look(after: 30) == .waiting(missing: ["a.mov"]))
            if how == "mapped" { munmap(map, 13) } else { close(writer) }
            #expect(try bench.look(after: 31) == .waiting(missing: ["a.mov"]))
            #expect(try bench.look(after: 33) == .ready)
        }
    }

    /// aria2 gives the file its full size at once and keeps its notes beside it.
    @Test(arguments: [".aria2", ".st"])
    func aFileThatIsDownloadedIsNotTaken(suffix: String) throws {
        try Self.withBench(["a.mov"]) { bench in
            try bench.folder.makeHole("a.mov", bytes: 1 << 20)
            try bench.folder.write("notes", "a.mov" + suffix)
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.mov"]))
            // Every piece begins the wait anew.
            for second in stride(from: 50, to: 500, by: 50) {
                try bench.folder.write("piece", "a.mov", continuing: true)
                #expect(try bench.look(after: Double(second)) == .waiting(missing: ["a.mov"]))
            }
            try Directory.remove(Path(bench.folder.at("a.mov" + suffix)))
            #expect(try bench.look(after: 501) == .waiting(missing: ["a.mov"]))
            #expect(try bench.look(after: 503) == .ready)
            #expect(!bench.gathering.isLast)
        }
    }

    /// It is refused then, because half a file is none.
    @Test func aDownloadThatStoppedIsNotWaitedForForEver() throws {
        try Self.withBench(["a.mov"]) { bench in
            try bench.folder.write("half", "a.mov")
            try bench.folder.write("notes", "a.mov.aria2")
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.mov"]))
            #expect(try bench.look(after: 60) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    /// The time that the sender gave it is of no interest.
    @Test func aFileFromThePastRestsLikeAnyOther() throws {
        try Self.withBench(["a.png"]) { bench in
            try bench.folder.write("a", "a.png")
            var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
            utimes(bench.folder.at("a.png"), &times)
            #expect(try bench.look(after: 0) == .waiting(missing: []))
            #expect(try bench.look(after: 1.9) == .waiting(missing: []))
            #expect(try bench.look(after: 2) == .ready)
        }
    }

    /// What waiting does not help is not waited for.
    @Test(arguments: ["folder", "link", "pipe"])
    func aFaultThatStaysIsNotWaitedFor(kind: String) throws {
        try Self.withBench(["a.png"]) { bench in
            switch kind {
            case "folder": try bench.folder.make("a.png")
            case "link": try bench.folder.link("a.png", to: "/etc/passwd")
            default: try bench.folder.pipe("a.png")
            }
            #expect(try bench.look(after: 0) == .ready)
        }
    }

    @Test(arguments: ["changed", "gone"])
    func aRequestThatChangesBeginsAnew(how: String) throws {
        try Self.withBench(["a.png"]) { bench in
            #expect(try bench.look(after: 0) == .waiting(missing: ["a.png"]))
            if how == "changed" {
                try bench.folder.write("{ }", "x.json")
            } else {
                try bench.folder.move("x.json", to: "y.txt")
            }
            #expect(try bench.look(after: 1) == .changed)
            let again = bench.inbox.revisit(bench.gathering.arrival, at: bench.after(1))
            #expect(again.map(\.description) == (how == "changed" ? ["alice/x.json"] : []))
        }
    }

    /// It waited for its turn for hours, and is edited in the very last moment.
    @Test func aFileThatChangesLongAfterItWasThereIsWaitedForAnew() throws {
        try Self.withBench(["a.png"]) { bench in
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 0) == .waiting(missing: []))
            #expect(try bench.look(after: 2) == .ready)
            try bench.folder.write("other", "a.png")
            #expect(try bench.look(after: 9000) == .waiting(missing: []))
            #expect(try bench.look(after: 9002) == .ready)
            try Directory.remove(Path(bench.folder.at("a.png")))
            #expect(try bench.look(after: 19_000) == .waiting(missing: ["a.png"]))
            #expect(try bench.look(after: 19_059) == .waiting(missing: ["a.png"]))
            #expect(!bench.gathering.isLast)
            #expect(try bench.look(after: 19_060) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    /// Somebody begins to write when its turn comes after hours, and never ends.
    @Test func aWriterThatComesLateIsWaitedForAnHour() throws {
        try Self.withBench(["a.png"]) { bench in
            try bench.folder.write("a", "a.png")
            #expect(try bench.look(after: 0) == .waiting(missing: []))
            #expect(try bench.look(after: 2) == .ready)
            let writer = open(bench.folder.at("a.png"), O_WRONLY | O_CLOEXEC)
            defer { close(writer) }
            // The copying noticed it.
            bench.gathering.postpone(from: bench.after(9000))
            for second in stride(from: 9001.0, to: 12_600, by: 100) {
                let missing = second < 9010 ? [] : ["a.png"]
                #expect(try bench.look(after: second) == .waiting(missing: missing))
            }
            #expect(!bench.gathering.isLast)
            // The longest wait for a writer is over, and the copying notices it again.
            #expect(try bench.look(after: 12_700) == .ready)
            bench.gathering.postpone(from: bench.after(12_700))
            #expect(try bench.look(after: 12_701) == .ready)
            #expect(bench.gathering.isLast)
        }
    }

    @Test func aPostponedOneIsLookedAtLater() throws {
        try Self.withBench(["a.png"]) { bench in
            bench.gathering.postpone(from: bench.after(5))
            #expect(bench.gathering.next == bench.after(6))
        }
    }

    @Test func aRequestThatIsGoneDoesNotWait() throws {
        try withTemporaryFolder { root in
            let spool = try Spool(root: root.path)
            let inbox = try Inbox(of: spool, pause: Self.pause) { _ in true }
            let gathering = Gathering(
                Arrival(Path("x.json")), in: inbox, limit: Self.limit, at: .now)
            #expect(gathering == nil)
            _ = consume spool
        }
    }
}
