// SPDX-License-Identifier: Apache-2.0

import Glibc

/// File systems that a test mounts, where it may.
package enum Mounts {
    /// Whether this process may mount anything: root with CAP_SYS_ADMIN may.
    package static let arePermitted: Bool = {
        do {
            return try withTemporaryFolder { folder in
                try with("tmpfs", at: folder.path) { true }
            }
        } catch {
            return false
        }
    }()

    /// Runs `body` while a file system is mounted on a folder.
    package static func with<Result>(
        _ kind: String, at path: String, options: String = "", _ body: () throws -> Result
    ) throws -> Result {
        try mount(kind, at: path, options: options)
        // Detached, so that nothing stays when something still has a file of it open.
        defer { try? unmount(path) }
        return try body()
    }

    /// Mounts a file system; calls `mount`, which this libc's Swift module does not show.
    package static func mount(_ kind: String, at path: String, options: String = "") throws {
        try mount(kind, at: path, kind: kind, flags: 0, options)
    }

    /// Makes a folder a mount of its own that nobody can write to.
    package static func bindReadOnly(_ path: String) throws {
        let (readOnly, remount, bind): (UInt, UInt, UInt) = (1, 32, 4096)
        try mount(path, at: path, kind: "none", flags: bind, "")
        try mount(path, at: path, kind: "none", flags: bind | remount | readOnly, "")
    }

    private static func mount(
        _ source: String, at path: String, kind: String, flags: UInt, _ options: String
    ) throws {
        typealias Mount =
            @convention(c) (
                UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>, UInt,
                UnsafePointer<CChar>
            ) -> Int32
        guard let call = dlsym(nil, "mount"),
            unsafeBitCast(call, to: Mount.self)(source, path, kind, flags, options) == 0
        else { throw TemporaryDirectoryError(errno: errno) }
    }

    /// Takes a file system away at once, whoever uses it; calls `umount2` with `MNT_DETACH`.
    package static func unmount(_ path: String) throws {
        typealias Unmount = @convention(c) (UnsafePointer<CChar>, Int32) -> Int32
        guard let call = dlsym(nil, "umount2"),
            unsafeBitCast(call, to: Unmount.self)(path, 2) == 0
        else { throw TemporaryDirectoryError(errno: errno) }
    }
}
