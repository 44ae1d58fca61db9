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

    /// An arrival in the inbox itself.
    package static func named(_ name: String) -> Arrival { Arrival(Path(name)) }

    /// The path as text for people.
    package var description: String { path.description }

    /// The file's own name, as text.
    package var name: String { String(decoding: path.name, as: UTF8.self) }

    /// Another file in the same folder of the inbox.
    package func sibling(_ name: String) -> Arrival { Arrival(path.parent.appending(name)) }

    /// Where a request was dropped at first that was moved back from the outbox as `request.json`:
    /// beside it, under its own name; before the folder `NAME.failed`, if that came back as a whole.
    ///
    /// - Returns: nil for a name that no result has, which somebody made up.
    package func original(named name: String) -> Arrival? {
        guard OutboxName.safe(Array(name.utf8)) == name else { return nil }
        let folder = path.parent
        let isWhole = folder.name.reversed().starts(with: ".failed".utf8.reversed())
        return Arrival((isWhole ? folder.parent : folder).appending(name + ".json"))
    }
}
