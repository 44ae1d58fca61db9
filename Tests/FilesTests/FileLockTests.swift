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

    /// As in a child that was forked while the lock was held and has not yet begun its program.
    @Test func aCopyOfTheDescriptorDoesNotKeepTheLock() throws {
        try withTemporaryDirectory { directory in
            let lock = try FileLock(waitingForDirectory: Path(directory))
            let copies = try descriptors(of: directory).map { dup($0) }
            defer { for copy in copies { close(copy) } }
            #expect(copies.count == 1)
            _ = consume lock
            let other = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            defer { close(other) }
            #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        }
    }

    /// The descriptors of this process that are open on a path.
    private func descriptors(of path: String) throws -> [Int32] {
        try Directory.names(in: Path("/proc/self/fd")).compactMap { name in
            let number = String(decoding: name, as: UTF8.self)
            var target = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(number)", &target, target.count)
            guard count > 0 else { return nil }
            let bytes = target.prefix(count).map { UInt8(bitPattern: $0) }
            return bytes == Array(path.utf8) ? Int32(number) : nil
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
