// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Who may do what with a file.
package enum Permissions {
    /// Sets the permission bits, whatever the mask of the process; calls `chmod`.
    package static func set(_ mode: UInt32, of path: Path) throws(FileError) {
        try retrying("set the permissions of", path) { unsafe chmod(path.cString, mode) }
    }
}
