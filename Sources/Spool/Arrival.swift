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

    /// Whether it is a picture, clip or text that is a request by lying where it does.
    package var isDrop: Bool { InboxName.isDrop(path) }

    /// Whether it came back in a folder `NAME.failed` among drops.
    package var isBackAmongDrops: Bool {
        let folders = folders
        return folders.last?.lowercased().hasSuffix(".failed") == true
            && folders.contains { $0.lowercased() == InboxName.modeFolder }
    }

    /// The folders on its way from the inbox, as text, outermost first.
    package var folders: [String] {
        path.components.dropLast().map { String(decoding: $0, as: UTF8.self) }
    }

    /// A file in the folder that is reached by the first so many of ``folders``.
    package func file(_ name: String, depth: Int) -> Arrival {
        let parts = path.components.prefix(depth).map { Path(bytes: $0) }
        return Arrival(parts.reduce(Path("")) { $0.appending($1) }.appending(name))
    }

    /// The request's file that a drop stands for: `cat.json` for `cat.jpg`.
    package var request: Arrival {
        let name = path.name
        let stem = name.lastIndex(of: UInt8(ascii: ".")).map { name[..<$0] } ?? name[...]
        return Arrival(
            path.parent.appending(
                Path(bytes: Array(stem.isEmpty ? name[...] : stem) + ".json".utf8)))
    }

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
