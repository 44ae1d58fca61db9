// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// An exclusive lock on a file or a directory, held while this value lives.
///
/// The kernel drops it when the process dies, however it dies; calls `flock`.
package struct FileLock: ~Copyable, Sendable {
    private let file: OwnedDescriptor

    /// Takes the lock on a file, created when absent, and writes this process's id into it.
    ///
    /// - Throws: `FileError` with `EWOULDBLOCK` when another process holds it.
    package init(file path: Path) throws(FileError) {
        let file = try OwnedDescriptor(path, .update)
        let number = file.number
        try retrying("lock", path) { flock(number, LOCK_EX | LOCK_NB) }
        try retrying("empty", path) { ftruncate(number, 0) }
        do throws(FileError) {
            try file.write(Array("\(getpid())\n".utf8), path)
        } catch {
            // The lock is what counts; the id is for a sentence.
            guard error.isAboutRoom else { throw error }
        }
        self.file = file
    }

    /// Takes the lock on an existing file if it is free, and leaves the file as it is.
    ///
    /// - Throws: `FileError` with `EWOULDBLOCK` when another process holds it.
    package init(probing path: Path) throws(FileError) {
        let file = try OwnedDescriptor(path, .readWithoutLink)
        let number = file.number
        try retrying("lock", path) { flock(number, LOCK_SH | LOCK_NB) }
        self.file = file
    }

    /// Takes the lock on a directory, waiting until whoever holds it is gone.
    package init(waitingForDirectory path: Path) throws(FileError) {
        let file = try OwnedDescriptor(path, .directory)
        let number = file.number
        try retrying("lock", path) { flock(number, LOCK_EX) }
        self.file = file
    }

    deinit {
        // Not left to closing: a child that another thread has forked and that has not yet begun
        // its own program holds a copy of the descriptor, and the lock with it.
        _ = flock(file.number, LOCK_UN)
    }

    /// The process that wrote its id into a lock file, for a sentence to a person.
    package static func holder(of path: Path) -> Int32? {
        do throws(FileError) {
            let text = try WholeFile.read(path, limit: 64)
            return Int32(String(decoding: text.prefix { $0 != 0x0A }, as: UTF8.self))
        } catch {
            // The sentence does without the number.
            return nil
        }
    }
}
