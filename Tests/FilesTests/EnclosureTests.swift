// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// A directory that no path leaves.
@Suite struct EnclosureTests {
    /// `inside` is enclosed; `secret` lies beside it.
    static func withFolder(_ body: (Folder, borrowing Enclosure) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try folder.write("secret", "secret")
            try folder.write("top", "inside/file")
            try folder.write("deep", "inside/a b/ü/file 🎈")
            try folder.link("inside/a b/up", to: "../file")
            try folder.link("inside/folder", to: "a b/ü")
            try folder.link("inside/out", to: "../secret")
            try folder.link("inside/far", to: "/etc/hostname")
            try folder.link("inside/own", to: folder.at("inside/file"))
            try folder.link("inside/away", to: "..")
            try folder.link("inside/loop", to: "loop")
            try folder.link("inside/dangling", to: "nothing")
            try folder.pipe("inside/pipe")
            try body(folder, try Enclosure(Path(folder.at("inside"))))
        }
    }

    private func read(_ name: String, _ enclosure: borrowing Enclosure) throws -> String {
        let file = try enclosure.open(Path(name))
        return String(decoding: try file.read(upTo: 100, Path(name)), as: UTF8.self)
    }

    @Test(arguments: [
        ("file", "top"), ("a b/ü/file 🎈", "deep"), ("a b/up", "top"), ("folder/file 🎈", "deep"),
        ("a b/../file", "top"),
    ])
    func opensWhatIsInside(name: String, text: String) throws {
        try Self.withFolder { _, enclosure in
            let found = try read(name, enclosure)
            #expect(found == text)
        }
    }

    @Test(arguments: [
        ("../secret", EXDEV), ("out", EXDEV), ("far", EXDEV), ("own", EXDEV),
        ("away/secret", EXDEV), ("away/inside/file", EXDEV), ("a b/../../secret", EXDEV),
        ("loop", ELOOP), ("dangling", ENOENT), ("nothing", ENOENT), ("file/x", ENOTDIR),
        ("nothing/x", ENOENT),
    ])
    func refusesWhatIsOutsideOrNotThere(name: String, reason: Int32) throws {
        try Self.withFolder { folder, enclosure in
            let error = FileError(
                operation: "open", path: folder.at("inside/\(name)"), errno: reason)
            #expect(throws: error) { _ = try enclosure.open(Path(name)) }
        }
    }

    /// Opening a pipe that nobody writes to would wait for ever otherwise.
    @Test func neverWaits() throws {
        try Self.withFolder { _, enclosure in
            let pipe = try enclosure.open(Path("pipe"))
            let status = try FileStatus(of: pipe, Path("pipe"))
            #expect(status.kind == .pipe)
        }
    }

    @Test func listsOnlyInside() throws {
        try Self.withFolder { folder, enclosure in
            let names = try enclosure.names(in: Path("a b")).map {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(names == ["up", "ü"])
            let all = try enclosure.names(in: Path(""))
            #expect(all.count == 10)
            #expect(throws: FileError.self) { _ = try enclosure.names(in: Path("away")) }
            #expect(throws: FileError.self) { _ = try enclosure.names(in: Path("file")) }
        }
    }

    @Test func anOpenOneFollowsItsOwnersLinks() throws {
        try Self.withFolder { folder, _ in
            let enclosure = try Enclosure(Path(folder.at("inside")), closed: false)
            let texts = try [read("out", enclosure), read("own", enclosure)]
            #expect(texts == ["secret", "top"])
        }
    }
}
