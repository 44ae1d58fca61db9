// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

/// Paths are bytes, whatever the bytes are.
@Suite struct PathTests {
    @Test(arguments: [
        ("a/b", "a", "b"), ("a", "", "a"), ("/a", "/", "a"), ("/", "/", ""), ("", "", ""),
        ("a/b/", "a", "b"), ("/a/b", "/a", "b"),
    ])
    func parentAndName(text: String, parent: String, name: String) {
        #expect(Path(text).parent == Path(parent))
        #expect(Path(text).name == Array(name.utf8))
    }

    @Test(arguments: [
        ("a", "b", "a/b"), ("", "b", "b"), ("a", "", "a"), ("/", "b", "/b"), ("a/", "b", "a/b"),
    ])
    func appending(left: String, right: String, whole: String) {
        #expect(Path(left).appending(right) == Path(whole))
    }

    @Test(arguments: [
        ("in/a/x", "in", "a/x"), ("in", "in", ""), ("in//a", "in/", "a"), ("in/a", "", "in/a"),
    ])
    func below(path: String, folder: String, rest: String) {
        #expect(Path(path).relative(to: Path(folder)) == Path(rest))
    }

    @Test(arguments: [("inbox2/x", "inbox"), ("in", "in/a"), ("a/in", "in")])
    func notBelow(path: String, folder: String) {
        #expect(Path(path).relative(to: Path(folder)) == nil)
    }

    /// `é` in one scalar and in two are one text for Swift and two names for Linux.
    @Test func namesThatReadAlikeAreTwo() {
        #expect(Path("\u{E9}") != Path("e\u{301}"))
        #expect(Path("\u{E9}/x").relative(to: Path("e\u{301}")) == nil)
    }

    @Test(
        arguments: [
            ([0x66, 0xFC, 0x72], "f\u{FFFD}r"), ([0x61, 0x0A, 0x62], "a\\u{a}b"),
            ([0x1B, 0x5B, 0x6D], "\\u{1b}[m"), ([0xC2, 0x9B], "\\u{9b}"),
            // A right-to-left override, an isolate, a mark, a line separator, a byte order mark.
            (Array("a\u{202E}gpj".utf8), "a\\u{202e}gpj"), (Array("\u{2066}".utf8), "\\u{2066}"),
            (Array("\u{200F}".utf8), "\\u{200f}"), (Array("\u{2028}".utf8), "\\u{2028}"),
            (Array("\u{FEFF}".utf8), "\\u{feff}"),
            // What only joins letters stays.
            (Array("👩‍👧 e\u{301} שלום".utf8), "👩‍👧 e\u{301} שלום"),
        ] as [([UInt8], String)])
    func descriptionIsOnePrintableLine(bytes: [UInt8], text: String) {
        #expect(Path(bytes: bytes).description == text)
    }

    @Test(arguments: ["a/b", "a\u{200F}b", "\u{1B}\n", "e\u{301}"])
    func textMakesThePathAgain(name: String) {
        #expect(Path(name).text.utf8.elementsEqual(name.utf8))
        #expect(Path(Path(name).text) == Path(name))
    }

    @Test func aNameThatIsNoTextIsAFileLikeAnyOther() throws {
        try withTemporaryDirectory { directory in
            let name: [UInt8] = [0x66, 0xFC, 0x72, 0x20, 0xFF]
            let folder = Path(directory)
            let path = folder.appending(Path(bytes: name))
            try WholeFile.write([1, 2, 3], to: path)
            #expect(try Directory.names(in: folder) == [name])
            #expect(try WholeFile.read(path, limit: 3) == [1, 2, 3])
            let other = folder.appending(Path(bytes: [0xFE]))
            try Renaming.move(path, to: other)
            #expect(try Directory.names(in: folder) == [[0xFE]])
            try Directory.removeTree(other)
            #expect(try Directory.names(in: folder) == [])
        }
    }
}
