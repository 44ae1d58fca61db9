// SPDX-License-Identifier: Apache-2.0

internal import CLinux

/// What holds a directory: a disk here, a server elsewhere, a program.
package enum FileSystem {
    /// The number that a kind of file system is known by, as in `linux/magic.h`; calls `statfs`.
    package static func magic(of path: Path) throws(FileError) -> UInt32 {
        var magic: UInt32 = 0
        try retrying("examine", path) { unsafe clinux_file_system(path.cString, &magic) }
        return magic
    }
}
