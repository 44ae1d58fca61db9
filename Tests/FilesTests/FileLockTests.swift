// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// One holder at a time.
@Suite struct FileLockTests {
    @Test func aSecondOpenerIsRefusedAndToldByWhom() throws {
        try withTemporaryFolder { folder in
            let path = Path(folder.at("lock"))
            let lock = try FileLock(file: path)
            for _ in 0..<2 {
                #expect(try reason { _ = try FileLock(file: path) } == EWOULDBLOCK)
                #expect(FileLock.holder(of: path) == getpid())
            }
            _ = consume lock
        }
    }

    @Test func aLockEndsWithItsValue() throws {
        try withTemporaryFolder { folder in
            let path = Path(folder.at("lock"))
            for _ in 0..<3 { _ = try FileLock(file: path) }
            #expect(folder.tree == ["lock"])
            #expect(folder.text("lock") == "\(getpid())\n")
        }
    }

    /// Left by a dead process: long numbers are replaced whole.
    @Test func whatADeadHolderWroteIsReplaced() throws {
        try withTemporaryFolder { folder in
            try folder.write("12345678901234567890\nmore\n", "lock")
            _ = try FileLock(file: Path(folder.at("lock")))
            #expect(folder.text("lock") == "\(getpid())\n")
        }
    }

    @Test(arguments: ["nothing", "empty", "words", "folder", "link", "huge"])
    func noHolderIsNamedWhereNoneIsWritten(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("", "empty")
            try folder.write("somebody\n", "words")
            try folder.write(String(repeating: "1", count: 65), "huge")
            try folder.make("folder")
            try folder.link("link", to: "empty")
            #expect(FileLock.holder(of: Path(folder.at(name))) == nil)
        }
    }

    @Test(arguments: [("folder", EISDIR), ("link", ELOOP), ("no/way", ENOENT)])
    func refusesWhatIsNoFile(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.make("folder")
            try folder.write("kept", "file")
            try folder.link("link", to: "file")
            #expect(try reason { _ = try FileLock(file: Path(folder.at(name))) } == expected)
            #expect(folder.text("file") == "kept")
        }
    }

    @Test(arguments: [("file", ENOTDIR), ("nothing", ENOENT)])
    func refusesWhatIsNoDirectory(name: String, expected: Int32) throws {
        try withTemporaryFolder { folder in
            try folder.write("", "file")
            let path = Path(folder.at(name))
            #expect(try reason { _ = try FileLock(waitingForDirectory: path) } == expected)
        }
    }

    @Test func aDirectoryIsHeldAgainstOthers() throws {
        try withTemporaryDirectory { directory in
            let lock = try FileLock(waitingForDirectory: Path(directory))
            let other = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) == -1)
            _ = consume lock
            #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        }
    }
}
