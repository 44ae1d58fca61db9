// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// Files in one piece.
@Suite struct WholeFileTests {
    @Test(arguments: [(0, 0), (0, 5), (5, 5), (3_000_000, 3_000_000)])
    func readsUpToTheLimit(count: Int, limit: Int) throws {
        try withTemporaryFolder { folder in
            try folder.write(String(repeating: "x", count: count), "file")
            let bytes = try WholeFile.read(Path(folder.at("file")), limit: limit)
            #expect(bytes == [UInt8](repeating: 0x78, count: count))
        }
    }

    @Test(arguments: [(1, 0), (6, 5), (3_000_000, 2_999_999)])
    func refusesMore(count: Int, limit: Int) throws {
        try withTemporaryFolder { folder in
            try folder.write(String(repeating: "x", count: count), "file")
            let path = Path(folder.at("file"))
            #expect(
                throws: FileError(operation: "read", path: path.description, errno: EFBIG)
            ) { try WholeFile.read(path, limit: limit) }
        }
    }

    /// A FIFO has no writer here: whoever waited for one would wait for ever.
    @Test(arguments: [
        ("nothing", false, ENOENT), ("folder", false, EISDIR), ("folder", true, EISDIR),
        ("fifo", false, EINVAL), ("fifo", true, EINVAL), ("link", false, ELOOP),
        ("dangling", false, ELOOP), ("dangling", true, ENOENT), ("loop", true, ELOOP),
        ("file/x", false, ENOTDIR), ("to-folder", true, EISDIR), ("to-fifo", true, EINVAL),
    ])
    func refusesToRead(name: String, followingLinks: Bool, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "file")
            try folder.make("folder")
            try folder.pipe("fifo")
            for (name, target) in [
                ("link", "file"), ("dangling", "nowhere"), ("loop", "loop"),
                ("to-folder", "folder"), ("to-fifo", "fifo"),
            ] { try folder.link(name, to: target) }
            let found = try reason {
                let path = Path(folder.at(name))
                _ = try WholeFile.read(path, limit: 9, followingLinks: followingLinks)
            }
            #expect(found == expected)
        }
    }

    @Test func followsALinkThatIsWanted() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "file")
            try folder.link("link", to: "file")
            let path = Path(folder.at("link"))
            #expect(try WholeFile.read(path, limit: 1, followingLinks: true) == [0x78])
        }
    }

    @Test(arguments: ["", "short", String(repeating: "long", count: 100_000)])
    func replaces(text: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("what was there before", "file")
            try WholeFile.write(Array(text.utf8), to: Path(folder.at("file")))
            #expect(folder.text("file") == text)
            #expect(folder.tree == ["file"])
        }
    }

    /// A crash left a hidden file, or somebody put a folder or a link under its name.
    @Test(arguments: ["file", "folder", "link"])
    func takesALeftoverAway(kind: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("not to be touched", "elsewhere")
            switch kind {
            case "file": try folder.write("half", ".file.new")
            case "folder": try folder.write("half", ".file.new/inside")
            default: try folder.link(".file.new", to: "elsewhere")
            }
            try WholeFile.write([0x78], to: Path(folder.at("file")))
            #expect(folder.tree == ["elsewhere", "file"])
            #expect(folder.text("file") == "x")
            #expect(folder.text("elsewhere") == "not to be touched")
        }
    }

    /// The old content stays, and nothing lies beside it.
    @Test(arguments: [("folder", EISDIR), ("missing/file", ENOENT), ("full/file", ENOTDIR)])
    func aFailedWriteLeavesNothingBehind(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("old", "full")
            try folder.write("old", "folder/inside")
            let before = folder.tree
            let found = try reason { try WholeFile.write([1], to: Path(folder.at(name))) }
            #expect(found == expected)
            #expect(folder.tree == before)
            #expect(folder.text("full") == "old")
        }
    }

    @Test func replacesALinkAndNotWhatItLeadsTo() throws {
        try withTemporaryFolder { folder in
            try folder.write("old", "target")
            try folder.link("file", to: "target")
            try WholeFile.write(Array("new".utf8), to: Path(folder.at("file")))
            #expect(folder.text("target") == "old")
            #expect(folder.tree == ["file", "target"])
        }
    }
}
