// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// The only verb of the queue.
@Suite struct RenamingTests {
    @Test(arguments: ["file", "folder", "fifo", "link"])
    func movesWhateverCarriesTheName(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.make("there")
            try folder.write("x", "file")
            try folder.write("y", "folder/inside")
            try folder.pipe("fifo")
            try folder.link("link", to: "nowhere")
            let before = try FileStatus(of: Path(folder.at(name)))
            try Renaming.move(Path(folder.at(name)), to: Path(folder.at("there/new")))
            #expect(try FileStatus(of: Path(folder.at(name))) == nil)
            let after = try #require(try FileStatus(of: Path(folder.at("there/new"))))
            #expect(after.inode == before?.inode)
            #expect(after.kind == before?.kind)
        }
    }

    /// `rename` would replace all of these but the full folder.
    @Test(arguments: ["file", "empty", "full", "dangling", "source"])
    func neverReplaces(target: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("mine", "source")
            try folder.write("yours", "file")
            try folder.make("empty")
            try folder.write("yours", "full/inside")
            try folder.link("dangling", to: "nowhere")
            let before = folder.tree
            let found = try reason {
                try Renaming.move(Path(folder.at("source")), to: Path(folder.at(target)))
            }
            #expect(found == EEXIST)
            #expect(folder.tree == before)
            #expect(folder.text("source") == "mine")
            #expect(folder.text("file") == "yours")
        }
    }

    @Test func aFolderDoesNotReplaceAnEmptyOne() throws {
        try withTemporaryFolder { folder in
            try folder.write("mine", "source/inside")
            try folder.make("empty")
            let found = try reason {
                try Renaming.move(Path(folder.at("source")), to: Path(folder.at("empty")))
            }
            #expect(found == EEXIST)
            #expect(folder.tree == ["empty/", "source/", "source/inside"])
        }
    }

    @Test(arguments: [
        ("nothing", "new", ENOENT), ("source", "no/way", ENOENT), ("source", "source/in", ENOTDIR),
        ("folder", "folder/in", EINVAL),
    ])
    func refuses(source: String, target: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("mine", "source")
            try folder.make("folder")
            let found = try reason {
                try Renaming.move(Path(folder.at(source)), to: Path(folder.at(target)))
            }
            #expect(found == expected)
            #expect(folder.tree == ["folder/", "source"])
        }
    }
}
