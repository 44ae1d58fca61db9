// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Access control lists, see acl(5).
package enum AccessList {
    /// Whether a folder has one for what is made in it; calls `lgetxattr`.
    package static func isDefault(of folder: Path) -> Bool {
        let name = Path("system.posix_acl_default")
        return passing("examine", folder) {
            unsafe lgetxattr(folder.cString, name.cString, nil, 0)
        } > 0
    }
}
