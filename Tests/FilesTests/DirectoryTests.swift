// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// Folders: listed, made, removed.
@Suite struct DirectoryTests {
    @Test func namesComeInByteOrder() throws {
        try withTemporaryFolder { folder in
            for name in ["b", "a b", "Z", "ä", ".hidden", "10", "9"] { try folder.write("", name) }
            let names = try Directory.names(in: Path(folder.path))
            #expect(
                names.map { String(decoding: $0, as: UTF8.self) }
                    == [".hidden", "10", "9", "Z", "a b", "b", "ä"])
        }
    }

    @Test(arguments: [("nothing", ENOENT), ("file", ENOTDIR)])
    func refusesToList(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("", "file")
            #expect(try reason { _ = try Directory.names(in: Path(folder.at(name))) } == expected)
        }
    }

    @Test(arguments: ["a", "a/b/c", "a//b/", "there", "there/new", "link", "link/new"])
    func ensures(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.make("there")
            try folder.link("link", to: "there")
            for _ in 0..<2 {
                try Directory.ensure(Path(folder.at(name)))
                #expect(try Directory.names(in: Path(folder.at(name))).count <= 1)
            }
        }
    }

    @Test(arguments: [("file", EEXIST), ("file/new", ENOTDIR), ("dangling", EEXIST)])
    func refusesToEnsure(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", "file")
            try folder.link("dangling", to: "nowhere")
            #expect(try reason { try Directory.ensure(Path(folder.at(name))) } == expected)
            #expect(folder.tree == ["dangling@", "file"])
        }
    }

    @Test func makesOnlyWhatIsFree() throws {
        try withTemporaryFolder { folder in
            try Directory.make(Path(folder.at("new")))
            #expect(try reason { try Directory.make(Path(folder.at("new"))) } == EEXIST)
            #expect(try reason { try Directory.make(Path(folder.at("a/b"))) } == ENOENT)
        }
    }

    @Test func removesATreeAndNothingThatItsLinksLeadTo() throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", "outside/file")
            try folder.write("x", "tree/a/b/file")
            try folder.make("tree/empty")
            try folder.pipe("tree/fifo")
            try folder.link("tree/a/out", to: "../../outside")
            try folder.link("tree/dangling", to: "nowhere")
            try folder.hardLink("tree/second", to: "outside/file")
            try Directory.removeTree(Path(folder.at("tree")))
            #expect(folder.tree == ["outside/", "outside/file"])
            #expect(folder.text("outside/file") == "kept")
        }
    }

    @Test func removingALinkToATreeLeavesTheTree() throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", "tree/file")
            try folder.link("link", to: "tree")
            try Directory.removeTree(Path(folder.at("link")))
            #expect(folder.tree == ["tree/", "tree/file"])
        }
    }

    @Test(arguments: ["nothing", "no/way", "file/x"])
    func whatIsGoneIsRemoved(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", "file")
            try Directory.removeTree(Path(folder.at(name)))
            #expect(folder.tree == ["file"])
        }
    }

    @Test func synchronisesWhateverLiesInATree() throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "a/b/file")
            try folder.make("a/empty")
            try folder.pipe("a/fifo")
            try folder.link("a/dangling", to: "nowhere")
            try folder.link("a/loop", to: "..")
            let before = folder.tree
            try Directory.synchronizeTree(Path(folder.path))
            #expect(folder.tree == before)
        }
    }

    @Test(arguments: [("nothing", ENOENT), ("file", ENOTDIR)])
    func refusesToSynchronise(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("", "file")
            let path = Path(folder.at(name))
            #expect(try reason { try Directory.synchronizeTree(path) } == expected)
            #expect(try reason { try Directory.synchronize(path) } == expected)
        }
    }
}
