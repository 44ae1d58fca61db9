// SPDX-License-Identifier: Apache-2.0

internal import CLinux
internal import Glibc

/// A terminal behind a descriptor.
package enum Screen {
    /// How many characters fit into a line; nil where there is no terminal; calls `ioctl(TIOCGWINSZ)`.
    package static func columns(of descriptor: Int32) -> Int? {
        let columns = clinux_columns(descriptor)
        return columns > 0 ? Int(columns) : nil
    }
}
