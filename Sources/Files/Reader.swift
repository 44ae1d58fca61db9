// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

extension Path {
    /// The same place without links, `.` and `..`; calls `realpath`.
    package func resolved() throws(FileError) -> Path {
        var result: [UInt8] = []
        try retrying("find", self) { () -> Int32 in
            guard let text = unsafe realpath(cString, nil) else { return -1 }
            let length = unsafe strlen(text)
            for index in 0..<length { unsafe result.append(UInt8(bitPattern: text[index])) }
            unsafe free(text)
            return 0
        }
        return Path(bytes: result)
    }
}

/// A user of this machine, of whom one wants to know what they may read.
package struct Reader: Equatable, Sendable {
    package let user: UInt32
    package let group: UInt32

    /// A reader from their numbers.
    package init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// Whoever runs this program; calls `geteuid`.
    package static var own: Reader { Reader(user: geteuid(), group: getegid()) }

    /// Whether the permissions of a file keep this reader out; folders have to be entered as well.
    ///
    /// False where it cannot be known: a file with an access control list may name anybody.
    package func isKeptOut(of path: Path, _ status: FileStatus) -> Bool {
        guard user != 0 else { return false }
        let wanted: UInt32 = status.kind == .directory ? 0o5 : 0o4
        let shift: UInt32 = status.owner == user ? 6 : status.group == group ? 3 : 0
        guard status.permissions >> shift & wanted != wanted else { return false }
        let name = Path("system.posix_acl_access")
        return passing("examine", path) {
            unsafe lgetxattr(path.cString, name.cString, nil, 0)
        } <= 0
    }
}
