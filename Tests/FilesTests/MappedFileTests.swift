// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// Files as memory.
@Suite struct MappedFileTests {
    @Test(arguments: [0, 1, 4095, 4096, 4097, 100_000])
    func showsEveryByte(count: Int) throws {
        try withTemporaryFolder { folder in
            let text = String((0..<count).map { Character(UnicodeScalar(UInt8(0x20 + $0 % 90))) })
            try folder.write(text, "file")
            let file = try MappedFile(path: folder.at("file"))
            #expect(file.count == count)
            #expect(Array(file.bytes) == Array(text.utf8))
        }
    }

    @Test func staysReadableWhenTheNameIsGone() throws {
        try withTemporaryFolder { folder in
            try folder.write("still here", "file")
            let file = try MappedFile(path: folder.at("file"))
            try Directory.removeTree(Path(folder.at("file")))
            #expect(Array(file.bytes) == Array("still here".utf8))
        }
    }

    @Test(arguments: [
        ("nothing", ENOENT), ("file/x", ENOTDIR), ("folder", EISDIR), ("fifo", EINVAL),
        ("dangling", ENOENT), ("loop", ELOOP), ("", EISDIR),
    ])
    func refuses(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("x", "file")
            try folder.make("folder")
            try folder.pipe("fifo")
            try folder.link("dangling", to: "nowhere")
            try folder.link("loop", to: "loop")
            let found = try reason { _ = try MappedFile(path: folder.at(name)) }
            #expect(found == expected)
        }
    }

    @Test func followsLinks() throws {
        try withTemporaryFolder { folder in
            try folder.write("weights", "file")
            try folder.link("link", to: "file")
            #expect(try MappedFile(path: folder.at("link")).count == 7)
        }
    }
}
