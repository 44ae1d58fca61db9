// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Moving names about: the only verb of the queue.
package enum Renaming {
    /// Moves a name to a free one and makes both directories durable.
    ///
    /// Never replaces: calls `renameat2` with `RENAME_NOREPLACE`.
    ///
    /// - Throws: `FileError` with `EEXIST` when the target is taken, `ENOENT` when the source is
    ///   gone, `EXDEV` when the two lie on different mounts.
    package static func move(_ source: Path, to target: Path) throws(FileError) {
        try retrying("move", source) {
            unsafe renameat2(
                AT_FDCWD, source.cString, AT_FDCWD, target.cString,
                UInt32(CLINUX_RENAME_NOREPLACE))
        }
        try Directory.synchronize(target.parent)
        try Directory.synchronize(source.parent)
    }

    /// Moves a name over another one, which is replaced, and makes both directories durable; calls
    /// `rename`.
    package static func replace(_ source: Path, to target: Path) throws(FileError) {
        try retrying("move", source) { unsafe rename(source.cString, target.cString) }
        try Directory.synchronize(target.parent)
        try Directory.synchronize(source.parent)
    }
}
