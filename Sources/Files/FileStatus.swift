// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What the system says about one name, without following a symbolic link.
package struct FileStatus: Equatable, Sendable {
    /// What kind of thing carries the name.
    package enum Kind: Sendable {
        case file, directory, link, pipe, socket, device
    }

    package let kind: Kind
    /// Size in bytes.
    package let bytes: Int64
    /// Where the file really is: equal pairs are the same file, under whatever name.
    package let device: UInt64
    package let inode: UInt64
    /// Nanoseconds since 1970 of the last change of content, which a sender may set as it likes,
    /// and of the last change of anything, which nobody can set.
    package let modified: Int64
    package let changed: Int64
    /// How many names the file has, and whose it is.
    package let links: UInt64
    package let owner: UInt32
    package let group: UInt32
    /// The nine bits of `chmod`.
    package let permissions: UInt32

    /// The status of a name, or nil when nothing has that name; calls `lstat`.
    package init?(of path: Path) throws(FileError) {
        var status = stat()
        do throws(FileError) {
            try retrying("examine", path) { unsafe lstat(path.cString, &status) }
        } catch {
            guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
            return nil
        }
        self.init(status)
    }

    /// The status of an open file; calls `fstat`.
    package init(of file: borrowing OwnedDescriptor, _ path: Path) throws(FileError) {
        var status = stat()
        let number = file.number
        try retrying("examine", path) { unsafe fstat(number, &status) }
        self.init(status)
    }

    private init(_ status: stat) {
        kind =
            switch mode_t(clinux_kind(status.st_mode)) {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .link
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            default: .device
            }
        bytes = Int64(status.st_size)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
        links = UInt64(status.st_nlink)
        owner = status.st_uid
        group = status.st_gid
        permissions = UInt32(status.st_mode) & 0o777
    }
}

extension FileStatus {
    /// `DEVICE:INODE` of an open descriptor, in the form of `JOURNAL_STREAM`; nil when it is closed.
    package static func identity(ofDescriptor number: Int32) -> String? {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { return nil }
        return "\(status.st_dev):\(status.st_ino)"
    }
}
