// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A call on a file that the system refused: what was tried, on what, and why it failed.
package struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as a verb that reads before the path: `open`, `rename`, `synchronise`.
    package let operation: String
    /// The file it was tried on, as text for people.
    package let path: String
    /// The reason, an `errno` value.
    package let errno: Int32

    /// An error from its three facts.
    package init(operation: String, path: String, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Whether such a refusal is about this machine at this moment, and not about the file: no space,
    /// no memory, a broken disk, a server that is away.
    package var mayPass: Bool { Self.mayPass(errno) }

    /// The same for a bare `errno` value.
    package static func mayPass(_ errno: Int32) -> Bool {
        [
            ENOSPC, EDQUOT, EROFS, EIO, EMFILE, ENFILE, ENOMEM, ENOBUFS, ESTALE, ENOTCONN,
            ETIMEDOUT, EHOSTDOWN, ENODEV,
        ].contains(errno)
    }

    /// Whether there is no room, on the disk or in somebody's share of it.
    package var isAboutRoom: Bool { errno == ENOSPC || errno == EDQUOT }

    /// One sentence: `cannot open 'a/b': No such file or directory`.
    package var description: String {
        "cannot \(operation) '\(path)': \(reason)"
    }

    /// The system's own words for `errno`; calls `strerror_r`.
    package var reason: String {
        var text = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(errno, &text, text.count) == 0 else { return "error \(errno)" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
