// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// The kernel's word on what happens in directories: inotify(7).
package struct Notifications: ~Copyable {
    private let file: OwnedDescriptor
    private static let label = Path("inotify")

    /// Begins with no directory watched; calls `inotify_init1`.
    package init() throws(FileError) {
        file = OwnedDescriptor(
            adopting: try retrying("start", Self.label) {
                inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
            })
    }

    /// Becomes readable when there are events.
    package var descriptor: Int32 { file.number }

    /// Watches a directory for the events of a mask; calls `inotify_add_watch`.
    ///
    /// - Returns: the number that its events bear, the same for the same directory.
    package func add(_ path: Path, mask: UInt32) throws(FileError) -> Int32 {
        let number = file.number
        return try retrying("watch", path) {
            unsafe inotify_add_watch(number, path.cString, mask)
        }
    }

    /// Watches a directory no longer; calls `inotify_rm_watch`.
    package func remove(_ watch: Int32) {
        // It may have ended by itself.
        _ = inotify_rm_watch(file.number, watch)
    }

    /// The events that have come, each a `struct inotify_event`, or none; never waits.
    package func read() throws(FileError) -> [UInt8] {
        do throws(FileError) {
            return try file.read(upTo: 1 << 16, Self.label)
        } catch {
            guard error.errno == EAGAIN else { throw error }
            return []
        }
    }
}
