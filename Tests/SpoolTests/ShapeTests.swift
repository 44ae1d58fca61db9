// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// All the ways in which a file or a folder can come to stand in the inbox.
@Suite struct ShapeTests {
    static let whole = InboxTests.whole

    /// Writes without a name and gives one at the end: the close is reported for no name.
    @Test func aFileThatGetsItsNameAtTheEnd() throws {
        try InboxTests.withInbox { bench in
            // O_TMPFILE, which this libc's headers hide.
            let file = open(bench.folder.path, O_DIRECTORY | 0o20_000_000 | O_RDWR, 0o666)
            try #require(file >= 0)
            write(file, Self.whole, Self.whole.utf8.count)
            #expect(try bench.arrivals() == [])
            let linked = linkat(
                AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, bench.folder.at("x.json"),
                AT_SYMLINK_FOLLOW)
            try #require(linked == 0)
            #expect(try bench.arrivals() == ["x.json"])
            close(file)
            #expect(try bench.arrivals() == [])
        }
    }

    /// The same, and written to after it has its name: the last close names nobody.
    @Test func aFileThatIsWrittenAfterItGotItsName() throws {
        try InboxTests.withInbox { bench in
            let file = open(bench.folder.path, O_DIRECTORY | 0o20_000_000 | O_RDWR, 0o666)
            try #require(file >= 0)
            write(file, "{", 1)
            linkat(
                AT_FDCWD, "/proc/self/fd/\(file)", AT_FDCWD, bench.folder.at("x.json"),
                AT_SYMLINK_FOLLOW)
            #expect(try bench.arrivals() == [])
            write(file, "}", 1)
            close(file)
            #expect(try bench.arrivals(after: 2000) == ["x.json"])
        }
    }

    @Test func aRenameOverAnother() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write("{", "x.json")
            try bench.folder.write(Self.whole, ".x.json.Ab3xYz")
            #expect(try bench.arrivals() == [])
            try bench.folder.move(".x.json.Ab3xYz", to: "x.json")
            #expect(try bench.arrivals() == ["x.json"])
            #expect(bench.departures == [])
        }
    }

    /// Two names change places in one step.
    @Test func anExchangeOfNames() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write(Self.whole, "x.json")
            try bench.folder.write(Self.whole + " }", "y.txt")
            #expect(try bench.arrivals() == ["x.json"])
            try bench.folder.exchange("x.json", with: "y.txt")
            #expect(try bench.arrivals() == ["x.json"])
            #expect(bench.departures == [])
            #expect(bench.folder.text("x.json") == Self.whole + " }")
        }
    }

    @Test func anExchangeOfFolders() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write(Self.whole, "a/x.json")
            try bench.folder.write(Self.whole, ".b/y.json")
            #expect(try bench.arrivals() == ["a/x.json"])
            try bench.folder.exchange("a", with: ".b")
            #expect(try bench.arrivals() == ["a/y.json"])
            #expect(bench.departures == ["a/x.json"])
            // Both are watched, or not, under their new names.
            try bench.folder.write(Self.whole, "a/z.json")
            try bench.folder.write(Self.whole, ".b/z.json")
            #expect(try bench.arrivals() == ["a/z.json"])
        }
    }

    /// The Finder over SMB: made empty and closed, opened again and written.
    @Test func aPlaceThatIsKeptAndFilledMuchLater() throws {
        try InboxTests.withInbox(emptyPause: .seconds(60)) { bench in
            try bench.folder.write("", "x.json")
            #expect(try bench.arrivals() == [])
            #expect(try bench.arrivals(after: 30_000) == [])
            let file = open(bench.folder.at("x.json"), O_WRONLY | O_CLOEXEC)
            write(file, #"{"mode""#, 7)
            #expect(try bench.arrivals(after: 59_000) == [])
            // Held open, at rest for longer than any pause.
            #expect(try bench.arrivals(after: 60_000) == [])
            #expect(try bench.arrivals(after: 120_000) == [])
            write(file, ": 1}", 4)
            close(file)
            #expect(try bench.arrivals(after: 120_001) == ["x.json"])
        }
    }

    @Test func anEmptyFileIsAnsweredInTheEnd() throws {
        try InboxTests.withInbox(emptyPause: .seconds(60)) { bench in
            try bench.folder.write("", "x.json")
            #expect(try bench.arrivals() == [])
            #expect(bench.deadline == bench.after(60_000))
            #expect(try bench.arrivals(after: 59_999) == [])
            #expect(try bench.arrivals(after: 60_000) == ["x.json"])
        }
    }

    /// A mapping raises no event while it is written to, and one when it ends.
    @Test func aFileThatIsWrittenThroughAMapping() throws {
        try InboxTests.withInbox { bench in
            let text = Array(Self.whole.utf8)
            let file = open(bench.folder.at("x.json"), O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
            ftruncate(file, text.count)
            let map = try #require(
                mmap(nil, text.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0))
            close(file)
            #expect(try bench.arrivals() == [])
            #expect(try bench.arrivals(after: 2000) == [])
            #expect(try bench.arrivals(after: 4000) == [])
            map.copyMemory(from: text, byteCount: text.count)
            munmap(map, text.count)
            #expect(try bench.arrivals(after: 4001) == ["x.json"])
        }
    }

    @Test func halfAFileThatSomebodyHoldsOpenIsNotTakenForBroken() throws {
        try InboxTests.withInbox { (bench) throws in
            let file = open(bench.folder.at("x.json"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
            write(file, "{", 1)
            for second in 0..<30 { #expect(try bench.arrivals(after: second * 2000) == []) }
            write(file, "}", 1)
            close(file)
            #expect(try bench.arrivals(after: 60_001) == ["x.json"])
        }
    }

    @Test func treesThatAreMadeAndMovedAtOnce() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write(Self.whole, "a/b/c/d/e/x.json")
            try bench.folder.move("a/b", to: "f")
            try bench.folder.write(Self.whole, "f/c/y.json")
            try bench.folder.move("f/c/d", to: "a/d")
            try bench.folder.write(Self.whole, "a/d/e/z.json")
            #expect(
                try bench.arrivals().sorted() == ["a/d/e/x.json", "a/d/e/z.json", "f/c/y.json"])
            for name in ["a/d/e/1.json", "f/c/2.json", "f/3.json", "a/4.json"] {
                try bench.folder.write(Self.whole, name)
            }
            #expect(
                try bench.arrivals() == ["a/d/e/1.json", "f/c/2.json", "f/3.json", "a/4.json"])
        }
    }

    /// More events than the kernel keeps (fs.inotify.max_queued_events), with arrivals, departures
    /// and new folders among those that are lost.
    @Test func moreEventsThanTheKernelKeeps() throws {
        try InboxTests.withInbox { bench in
            try bench.folder.write(Self.whole, "early.json")
            try bench.folder.write(Self.whole, "gone.json")
            #expect(try bench.arrivals() == ["early.json", "gone.json"])
            let text = try WholeFile.read(
                Path("/proc/sys/fs/inotify/max_queued_events"), limit: 64)
            let limit = Int(String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self)) ?? 16_384
            try #require(limit <= 200_000, "the queue is too long to fill in a test")
            // Each raises two events or more.
            for _ in 0..<limit / 2 + 100 {
                try bench.folder.write("", "x.tmp")
                unlink(bench.folder.at("x.tmp"))
            }
            try bench.folder.write(Self.whole, "late.json")
            try bench.folder.write(Self.whole, "deep/er/late.json")
            try Directory.remove(Path(bench.folder.at("gone.json")))
            #expect(
                try bench.arrivals().sorted() == ["deep/er/late.json", "early.json", "late.json"])
            #expect(bench.departures == ["gone.json"])
            try bench.folder.write(Self.whole, "deep/er/next.json")
            #expect(try bench.arrivals() == ["deep/er/next.json"])
        }
    }

    // MARK: Names

    /// The same letters in both forms, capitals, bytes that are no text, controls, the longest name.
    @Test func oddNamesAreRequestsOfTheirOwn() throws {
        let names: [[UInt8]] = [
            Array("\u{E9}.json".utf8), Array("e\u{301}.json".utf8), Array("A.json".utf8),
            Array("a.json".utf8), Array("a.JSON".utf8), [0xFF, 0xFE] + Array(".json".utf8),
            Array("a\nb\u{1B}[31m.json".utf8),
            [UInt8](repeating: 0x78, count: 250) + Array(".json".utf8),
        ]
        try InboxTests.withInbox { bench in
            for name in names {
                let path = Path(bench.folder.path).appending(Path(bytes: name))
                try OwnedDescriptor(path, .create).write(Array(Self.whole.utf8), path)
            }
            let arrivals = bench.inbox.arrivals(at: bench.start)
            #expect(Set(arrivals.map(\.path.bytes)) == Set(names))
            #expect(arrivals.allSatisfy { !$0.description.unicodeScalars.contains("\n") })
        }
    }
}
