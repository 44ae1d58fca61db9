// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// A file's content once more.
@Suite struct FileCopyTests {
    private func copy(
        _ folder: Folder, limit: Int64 = 1 << 30, while goOn: () -> Bool = { true }
    ) throws -> Int64 {
        let source = try OwnedDescriptor(Path(folder.at("from")), .read)
        return try FileCopy.copy(
            source, Path("from"), to: Path(folder.at("to")), limit: limit, while: goOn)
    }

    @Test(arguments: [0, 1, 4095, 4096, 1 << 20, (1 << 20) + 1, 3_000_001])
    func copiesEveryByte(count: Int) throws {
        try withTemporaryFolder { folder in
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
            try WholeFile.write(bytes, to: Path(folder.at("from")))
            #expect(try copy(folder) == Int64(count))
            #expect(try WholeFile.read(Path(folder.at("to")), limit: 1 << 24) == bytes)
        }
    }

    /// Files of the kernel have no size and no blocks: only reading tells what is in them.
    @Test func copiesWhatOnlyReadingKnows() throws {
        try withTemporaryFolder { folder in
            let source = try OwnedDescriptor(Path("/proc/version"), .read)
            let count = try FileCopy.copy(
                source, Path("/proc/version"), to: Path(folder.at("to")), limit: 1 << 20)
            #expect(count > 10)
            #expect(folder.text("to")?.hasPrefix("Linux") == true)
        }
    }

    @Test(arguments: [(9, false), (10, true), (11, true)])
    func keepsToTheLimit(limit: Int64, fits: Bool) throws {
        try withTemporaryFolder { folder in
            try folder.write("0123456789", "from")
            if fits {
                #expect(try copy(folder, limit: limit) == 10)
            } else {
                #expect(throws: FileError(operation: "read", path: "from", errno: EFBIG)) {
                    _ = try copy(folder, limit: limit)
                }
            }
        }
    }

    @Test func stopsWhenAsked() throws {
        try withTemporaryFolder { folder in
            let source = try OwnedDescriptor(Path("/dev/zero"), .read)
            var pieces = 0
            #expect(throws: FileError(operation: "copy", path: "zero", errno: ECANCELED)) {
                try FileCopy.copy(
                    source, Path("zero"), to: Path(folder.at("to")), limit: 1 << 40
                ) {
                    pieces += 1
                    return false
                }
            }
            #expect(pieces == 1)
            let status = try #require(try FileStatus(of: Path(folder.at("to"))))
            #expect(status.bytes == Int64(FileCopy.piece))
        }
    }

    @Test func neverReplaces() throws {
        try withTemporaryFolder { folder in
            try folder.write("new", "from")
            try folder.write("old", "to")
            let error = FileError(operation: "create", path: folder.at("to"), errno: EEXIST)
            #expect(throws: error) { _ = try copy(folder) }
            #expect(folder.text("to") == "old")
        }
    }

    @Test func aFolderIsNoContent() throws {
        try withTemporaryFolder { folder in
            try folder.make("from")
            #expect(throws: FileError(operation: "read", path: "from", errno: EISDIR)) {
                _ = try copy(folder)
            }
        }
    }
}
