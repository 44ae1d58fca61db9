// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// What somebody looks at who runs a command by hand.
package enum Terminal {
    /// Whether a descriptor leads to one; calls `isatty`.
    package static func stands(behind descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// How many characters fit into a line there; nil where there is none.
    package static func columns(of descriptor: Int32) -> Int? { Screen.columns(of: descriptor) }

    /// Whether to write in colours: on a terminal that has them, unless the variable `NO_COLOR` holds
    /// anything (https://no-color.org).
    package static func hasColours(behind descriptor: Int32) -> Bool {
        stands(behind: descriptor) && (environment("NO_COLOR") ?? "").isEmpty
            && environment("TERM") != "dumb"
    }
}
