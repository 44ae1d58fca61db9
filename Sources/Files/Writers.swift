// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// Whether anybody writes to a file, from the only call that knows.
package enum Writers {
    /// Nobody has the file open for writing.
    case none
    /// Somebody has, or holds a shared mapping that can be written to.
    case some
    /// The kernel does not tell: the file is another user's, or its file system has no leases.
    case unknown

    /// Asks for a read lease and returns it at once; calls `fcntl(F_SETLEASE)`.
    ///
    /// A program that opens the file for writing in between waits for some microseconds. The file
    /// must be open for reading only.
    package init(of file: borrowing OwnedDescriptor, _ path: Path) {
        let number = file.number
        if passing("lease", path, { clinux_lease(number) }) == 0 {
            self = .none
        } else {
            self = errno == EAGAIN ? .some : .unknown
        }
    }
}
