// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// Facts about a root folder that decide whether a service can work there.
package struct RootFacts: Sendable {
    /// One of the root's folders.
    package struct Folder: Sendable {
        /// `inbox`, `outbox` or `spool`.
        package let name: String
        /// With all links followed, as text for people.
        package let path: String
        /// Whose it is.
        package let owner: UInt32
        package let group: UInt32
        /// The nine bits of `chmod`.
        package let permissions: UInt32
        /// Whether new files in it are open to its group whatever the sender's mask is: by an access
        /// control list.
        package let hasDefaultList: Bool
        /// Where its file system is mounted; nil where that cannot be told.
        package let mount: String?
        /// The kind of a file system that other machines change without an event here.
        package let remote: String?
    }

    /// The folders that are there, and the names of those that are not or cannot be looked at.
    package let folders: [Folder]
    package let missing: [String]
    /// Bytes that can still be written, and the size of the whole; nil where there is no root.
    package let space: (free: Int64, total: Int64)?
    /// Bytes that are kept free: below them nothing is begun.
    package var reserve: Int64 { Spool.reserve(of: space?.total ?? 0) }

    /// Looks at a root folder.
    package init(root text: String) {
        let root = Path(text)
        let mounts = Self.optional { () throws(FileError) in try Mounts() }
        var (folders, missing): ([Folder], [String]) = ([], [])
        for name in ["inbox", "outbox", "spool"] {
            let folder = Self.optional { () throws(FileError) in
                try Self.folder(name, in: root, mounts)
            }
            if let folder = folder.flatMap(\.self) {
                folders.append(folder)
            } else {
                missing.append(name)
            }
        }
        self.folders = folders
        self.missing = missing
        space = Self.optional { () throws(FileError) in try FileSystem.space(at: root) }
    }

    private static func folder(
        _ name: String, in root: Path, _ mounts: Mounts?
    ) throws(FileError) -> Folder? {
        let path = try root.appending(name).resolved()
        guard let status = try FileStatus(of: path), status.kind == .directory else { return nil }
        return Folder(
            name: name, path: path.description, owner: status.owner, group: status.group,
            permissions: status.permissions, hasDefaultList: AccessList.isDefault(of: path),
            mount: mounts?.point(of: path)?.description,
            remote: RemoteFileSystem(magic: try FileSystem.magic(of: path))?.rawValue)
    }

    /// The folders of the inbox, each of which takes one watch of inotify.
    package static func watchedFolders(root: String) -> Int {
        let inbox = Path(root).appending("inbox")
        func count(_ folder: Path, _ depth: Int) -> Int {
            guard depth <= Inbox.depthLimit,
                let names = optional({ () throws(FileError) in try Directory.names(in: folder) })
            else { return 1 }
            return names.reduce(1) { sum, name in
                let path = folder.appending(Path(bytes: name))
                let status = optional { () throws(FileError) in try FileStatus(of: path) }
                let isSearched = InboxName.isSearched(name) && status??.kind == .directory
                return sum + (isSearched ? count(path, depth + 1) : 0)
            }
        }
        return count(inbox, 0)
    }

    /// When the latest entry of the ledger was written, in milliseconds since 1970; nil where there is
    /// none to be read.
    package static func latestEntry(root: String) -> Int64? {
        let ledger = Path(root).appending("spool/ledger")
        let entries = optional { () throws(FileError) in try Ledger.entries(in: ledger) }
        return entries?.map(\.time).max()
    }

    private static func optional<Value>(_ work: () throws(FileError) -> Value) -> Value? {
        do throws(FileError) { return try work() } catch { return nil }
    }
}
