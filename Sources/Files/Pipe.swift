// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A channel between two processes.
package struct Pipe: ~Copyable, Sendable {
    /// The end that is read, without waiting.
    package let reading: OwnedDescriptor
    /// The end that is written.
    package let writing: OwnedDescriptor

    /// Makes a pipe; calls `pipe` and `fcntl`.
    package init() throws(FileError) {
        var ends: [Int32] = [-1, -1]
        try retrying("make", Path("a pipe")) { () -> Int in
            // Not 0, which would be an answer without descriptors.
            unsafe clinux_pipe(&ends) == 0 ? 1 : -1
        }
        reading = OwnedDescriptor(adopting: ends[0])
        writing = OwnedDescriptor(adopting: ends[1])
    }

    /// Closes the writing end, after a child inherited it, and leaves the reading one.
    package consuming func takeReading() -> OwnedDescriptor { reading }
}
