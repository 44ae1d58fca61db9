// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Reading and writing a file in one piece.
package enum WholeFile {
    /// Reads a regular file that holds at most `limit` bytes; with `onlyName`, one of a single name.
    ///
    /// - Throws: `FileError` with `EFBIG` when there is more, `EISDIR` or `EINVAL` when it is no
    ///   regular file, `ELOOP` when it is a symbolic link that is not to be followed, `EMLINK` when
    ///   it has another name where it should have one.
    package static func read(
        _ path: Path, limit: Int, followingLinks: Bool = false, onlyName: Bool = false
    ) throws(FileError) -> [UInt8] {
        let file = try OwnedDescriptor(path, followingLinks ? .read : .readWithoutLink)
        let status = try FileStatus(of: file, path)
        guard status.kind == .file else {
            let reason = status.kind == .directory ? EISDIR : EINVAL
            throw FileError(operation: "read", path: path.description, errno: reason)
        }
        guard !onlyName || status.links <= 1 else {
            throw FileError(operation: "read", path: path.description, errno: EMLINK)
        }
        var bytes: [UInt8] = []
        while true {
            // One byte more than allowed, so that a file which grows past the limit is noticed.
            let part = try file.read(upTo: min(limit + 1 - bytes.count, 1 << 20), path)
            guard !part.isEmpty else { return bytes }
            bytes += part
            guard bytes.count <= limit else {
                throw FileError(operation: "read", path: path.description, errno: EFBIG)
            }
        }
    }

    /// Whether two files hold the same bytes.
    package static func areEqual(_ first: Path, _ second: Path) throws(FileError) -> Bool {
        let one = try OwnedDescriptor(first, .readWithoutLink)
        let other = try OwnedDescriptor(second, .readWithoutLink)
        while true {
            let part = try one.read(upTo: 1 << 20, first)
            guard try other.read(upTo: 1 << 20, second) == part else { return false }
            if part.isEmpty { return true }
        }
    }

    /// Replaces a file at once and not durably: for what is only of interest while it changes, or can be
    /// written again.
    ///
    /// * `temporary`: Where it is written before, on the same mount; a hidden name beside it when absent.
    package static func replace(
        _ path: Path, with bytes: [UInt8], by temporary: Path? = nil
    ) throws(FileError) {
        let temporary =
            temporary
            ?? path.parent.appending(
                Path(bytes: Array(".".utf8) + path.name + Array(".new".utf8)))
        try Directory.removeTree(temporary)
        let file = try OwnedDescriptor(temporary, .create)
        try file.write(bytes, temporary)
        try retrying("rename", temporary) { unsafe rename(temporary.cString, path.cString) }
    }

    /// Replaces a file durably: readers see the old content or the new, never a part.
    ///
    /// Writes beside the target under a hidden name, synchronises, renames over the target, and
    /// synchronises the directory; calls `rename`.
    package static func write(_ bytes: [UInt8], to path: Path) throws(FileError) {
        let temporary = path.parent.appending(
            Path(bytes: Array(".".utf8) + path.name + Array(".new".utf8)))
        // A leftover of a crash: its owner is gone, because each folder has one writer.
        try Directory.removeTree(temporary)
        let file = try OwnedDescriptor(temporary, .create)
        do throws(FileError) {
            try file.write(bytes, temporary)
            try file.synchronize(temporary)
            try retrying("rename", temporary) { unsafe rename(temporary.cString, path.cString) }
        } catch {
            // The first failure is the one to report; the leftover is removed by the next write.
            _ = passing("remove", temporary) { unsafe unlink(temporary.cString) }
            throw error
        }
        try Directory.synchronize(path.parent.bytes.isEmpty ? Path(".") : path.parent)
    }
}
