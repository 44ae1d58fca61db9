// SPDX-License-Identifier: Apache-2.0

package import Files

/// A request in the inbox that is ready to be accepted.
package struct Arrival: Hashable, Sendable, CustomStringConvertible {
    /// Its path below the inbox.
    package let path: Path

    /// An arrival at a path below the inbox.
    package init(_ path: Path) {
        self.path = path
    }

    /// The path as text for people.
    package var description: String { path.description }
}
