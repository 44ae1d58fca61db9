// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// What holds a directory: a disk here, a server elsewhere, a program.
package enum FileSystem {
    /// The number that a kind of file system is known by, as in `linux/magic.h`; calls `statfs`.
    package static func magic(of path: Path) throws(FileError) -> UInt32 {
        var magic: UInt32 = 0
        try retrying("examine", path) { unsafe clinux_file_system(path.cString, &magic) }
        return magic
    }

    /// Bytes that can still be written without special rights, and the size of the whole; calls
    /// `statvfs`.
    package static func space(at path: Path) throws(FileError) -> (free: Int64, total: Int64) {
        var facts = statvfs()
        try retrying("examine", path) { unsafe statvfs(path.cString, &facts) }
        let unit = Int64(facts.f_frsize)
        return (Int64(facts.f_bavail) * unit, Int64(facts.f_blocks) * unit)
    }
}
