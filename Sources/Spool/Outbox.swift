// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The outbox as the gallery sees it: results, wherever people have moved them, and the gallery's own
/// files among them.
///
/// It belongs to people: folders come and go while somebody looks, links lead nowhere, and a file that
/// is not known as the gallery's is left alone.
package struct Outbox: Sendable {
    private let root: Path
    /// A file on its way into the outbox, so that no sync tool carries half of one.
    private let fresh: Path

    init(_ root: Path, spool: Path) {
        self.root = root
        fresh = spool.appending("gallery.new")
    }

    /// A result's folder: where it is below the outbox, and what changes with its names.
    package struct Found: Sendable {
        package let place: [UInt8]
        package let stamp: Stamp
    }

    /// What tells that other names stand in a folder than before.
    package struct Stamp: Hashable, Sendable {
        private let inode: UInt64
        private let changed: Int64

        fileprivate init(_ status: FileStatus) { (inode, changed) = (status.inode, status.changed) }
    }

    /// Folders nested deeper than this are not searched: the deepest that requests lead to, and some.
    private static let depthLimit = 64
    /// Bytes of the longest page that is looked at.
    private static let pageLimit = 64 << 20
    /// The first bytes of a file, in which the gallery's own say what they are.
    private static let headBytes = 1024

    /// Every result, a folder with a `result.json`; hidden folders hold none.
    ///
    /// Whoever knows a folder's stamp already spares the look into it.
    ///
    /// - Throws: `SpoolError.file` where the disk cannot be read at the moment.
    package func results(
        known: ([UInt8]) -> Stamp?, while isWanted: () -> Bool
    ) throws(SpoolError) -> [Found] {
        var found: [Found] = []
        try spooling { () throws(FileError) in
            try search(Path(bytes: []), 0, known, isWanted, &found)
        }
        return found
    }

    private func search(
        _ folder: Path, _ depth: Int, _ known: ([UInt8]) -> Stamp?, _ isWanted: () -> Bool,
        _ found: inout [Found]
    ) throws(FileError) {
        guard depth < Self.depthLimit, isWanted() else { return }
        let full = root.appending(folder)
        guard let status = try FileStatus(of: full), depth == 0 || status.kind == .directory
        else { return }
        let stamp = Stamp(status)
        if depth > 0, known(folder.bytes) == stamp {
            return found.append(Found(place: folder.bytes, stamp: stamp))
        }
        let names: [[UInt8]]
        do throws(FileError) { names = try Directory.names(in: full) } catch {
            // One that may not be looked into, or is gone already.
            guard error.mayPass else { return }
            throw error
        }
        if depth > 0, names.contains(Array("result.json".utf8)) {
            return found.append(Found(place: folder.bytes, stamp: stamp))
        }
        for name in names where name.first != UInt8(ascii: ".") {
            try search(folder.appending(Path(bytes: name)), depth + 1, known, isWanted, &found)
        }
    }

    /// The names in a result's folder, as far as they are text.
    package func names(in place: [UInt8]) throws(SpoolError) -> Set<String> {
        let folder = Path(bytes: place).appending(".")
        let names = try spooling { () throws(FileError) in
            try Enclosure.pinning(folder, beneath: root) { (path: Path) throws(FileError) in
                try Directory.names(in: path)
            }
        }
        return Set(names.compactMap { String(validating: $0, as: UTF8.self) })
    }

    /// The bytes of a result's file; nil where it is no file of at most so many.
    package func content(
        of file: String, in place: [UInt8], limit: Int
    ) throws(SpoolError) -> [UInt8]? {
        do throws(FileError) {
            return try Enclosure.pinning(Path(bytes: place).appending(file), beneath: root) {
                (path: Path) throws(FileError) in
                try WholeFile.read(path, limit: limit)
            }
        } catch {
            guard error.mayPass else { return nil }
            throw .file(error)
        }
    }

    /// What became of a file of the gallery.
    package enum Writing: Equatable, Sendable {
        case written
        /// It says the same already.
        case unchanged
        /// Somebody else's stands there.
        case foreign
    }

    /// Whether a name is free for the gallery: nothing is there, or what the gallery wrote.
    package func isFree(_ name: String, marker: String) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in
            try Enclosure.pinning(Path(name), beneath: root) { (path: Path) throws(FileError) in
                try Self.content(of: path).map { Self.isOurs($0, marker) } ?? true
            }
        }
    }

    /// Puts a file of the gallery into its place, at once: readers see the old one or the new.
    ///
    /// * `name`: `index.html`, or of a file in a folder of the gallery's, which is made.
    /// * `marker`: What the first bytes of the gallery's files say; those of others are left alone.
    package func write(
        _ bytes: [UInt8], as name: String, marker: String
    ) throws(SpoolError) -> Writing {
        let path = Path(name)
        return try spooling { () throws(FileError) in
            if !path.parent.bytes.isEmpty {
                let folder = root.appending(path.parent)
                switch try FileStatus(of: folder)?.kind {
                case nil: try Directory.make(folder)
                case .directory: break
                default: return .foreign
                }
            }
            return try Enclosure.pinning(path, beneath: root) { (place: Path) throws(FileError) in
                if let present = try Self.content(of: place) {
                    if present == bytes { return .unchanged }
                    guard Self.isOurs(present, marker) else { return .foreign }
                }
                try WholeFile.replace(place, with: bytes, by: fresh)
                return .written
            }
        }
    }

    /// Whether nothing has that name.
    package func isMissing(_ name: String) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try FileStatus(of: root.appending(name)) == nil }
    }

    /// Takes away files of the gallery in one of its folders, those whose names are meant.
    package func clear(
        _ folder: String, marker: String, where isMeant: (String) -> Bool
    ) throws(SpoolError) {
        for name in try files(in: folder) where isMeant(name) {
            try spooling { () throws(FileError) in
                try Enclosure.pinning(Path(folder).appending(name), beneath: root) {
                    (place: Path) throws(FileError) in
                    guard let present = try Self.content(of: place), Self.isOurs(present, marker)
                    else { return }
                    try Directory.remove(place)
                }
            }
        }
    }

    /// The names in a folder of the outbox; none where there is no such folder.
    package func files(in folder: String) throws(SpoolError) -> Set<String> {
        guard
            try spooling({ () throws(FileError) in
                try FileStatus(of: root.appending(folder))?.kind == .directory
            })
        else { return [] }
        return try names(in: Path(folder).bytes)
    }

    /// What stands under a name: nothing that the gallery wrote is anything but a file of bearable size.
    private static func content(of place: Path) throws(FileError) -> [UInt8]? {
        guard let status = try FileStatus(of: place) else { return nil }
        guard status.kind == .file, status.bytes <= pageLimit else { return [0] }
        return try WholeFile.read(place, limit: pageLimit)
    }

    /// An empty file is what a power cut leaves of one.
    private static func isOurs(_ content: [UInt8], _ marker: String) -> Bool {
        let head = String(decoding: content.prefix(headBytes), as: UTF8.self)
        return content.isEmpty || head.contains(marker)
    }
}

extension Spool {
    /// The outbox, for whoever describes what is in it.
    package var results: Outbox { Outbox(outbox, spool: jobs.parent) }
}
