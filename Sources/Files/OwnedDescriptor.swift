// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A file descriptor with one owner, closed exactly once.
///
/// Every descriptor is opened close-on-exec, so that a child process gets only what it is given.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number itself, valid while the owner lives.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(adopting number: Int32) {
        precondition(number >= 0, "descriptor \(number) is not open")
        self.number = number
    }

    /// How a file is opened.
    package enum Access: Sendable {
        /// An existing file for reading; never waits for a FIFO's writer.
        case read
        /// An existing file for reading, refused when the last component is a symbolic link.
        case readWithoutLink
        /// An existing directory, for locking and synchronising.
        case directory
        /// A new file for writing, mode 0666 less the mask; an existing one is an error.
        case create
        /// A file for reading and writing, created empty when absent.
        case update
        /// A file that only ever grows at its end, created empty when absent.
        case append
    }

    /// Opens a file; calls `open`.
    package init(_ path: Path, _ access: Access) throws(FileError) {
        let flags =
            switch access {
            case .read: O_RDONLY | O_NONBLOCK | O_NOCTTY
            case .readWithoutLink: O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW
            case .directory: O_RDONLY | O_DIRECTORY
            case .create: O_WRONLY | O_CREAT | O_EXCL
            case .update: O_RDWR | O_CREAT | O_NOFOLLOW
            case .append: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW
            }
        let verb = access == .create ? "create" : "open"
        number = try retrying(verb, path) {
            unsafe clinux_open(path.cString, flags | O_CLOEXEC, 0o666)
        }
    }

    deinit {
        // Reached on error paths and by readers, who have nothing to lose in a failed close.
        _ = Glibc.close(number)
    }

    /// Closes and reports what a delayed write may still reveal; calls `close`.
    package consuming func close(_ path: Path) throws(FileError) {
        let number = self.number
        discard self
        // Linux releases the descriptor even when it reports EINTR: closing again would be wrong.
        // So a fault is only reported, and never keeps it from being closed.
        let (result, reason) = (Glibc.close(number), errno)
        let answer = passing("close", path) {
            errno = reason
            return result
        }
        guard answer == 0 || errno == EINTR else {
            throw FileError(operation: "close", path: path.description, errno: errno)
        }
    }

    /// Makes the file's content durable; calls `fsync`.
    package borrowing func synchronize(_ path: Path) throws(FileError) {
        let number = self.number
        try retrying("synchronise", path) { fsync(number) }
    }

    /// Cuts the file off behind its first bytes; calls `ftruncate`.
    package borrowing func truncate(to bytes: Int64, _ path: Path) throws(FileError) {
        let number = self.number
        try retrying("cut off", path) { ftruncate(number, off_t(bytes)) }
    }

    /// Reads at most `count` bytes, none at the end of the file; calls `read`.
    package borrowing func read(upTo count: Int, _ path: Path) throws(FileError) -> [UInt8] {
        let number = self.number
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try retrying("read", path) { unsafe Glibc.read(number, &bytes, count) }
        bytes.removeLast(count - got)
        return bytes
    }

    /// Reads at most `count` bytes from `offset` on, none at the end of the file; calls `pread`.
    package borrowing func read(
        upTo count: Int, at offset: Int64, _ path: Path
    ) throws(FileError) -> [UInt8] {
        let number = self.number
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try retrying("read", path) {
            unsafe pread(number, &bytes, count, off_t(offset))
        }
        bytes.removeLast(count - got)
        return bytes
    }

    /// Writes all bytes, however many calls it takes; calls `write`.
    package borrowing func write(_ bytes: [UInt8], _ path: Path) throws(FileError) {
        let number = self.number
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = try retrying("write", path) {
                unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(written)
        }
    }
}
