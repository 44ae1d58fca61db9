// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// A root folder as commands see it: another process may be serving it.
///
/// Nothing here takes the queue's lock for longer than a look; what is to be changed is moved into
/// the inbox or left as an order.
package struct Premises: Sendable {
    /// What people want of the queue beyond requests.
    package let orders: Orders

    private let root: Path
    private var inbox: Path { root.appending("inbox") }
    private var outbox: Path { root.appending("outbox") }
    private var spool: Path { root.appending("spool") }

    /// A job in the spool.
    package struct Job: Sendable {
        package let id: String
        /// The request's path below the inbox, as text for people.
        package let request: String
    }

    /// The root folder that a service serves or served.
    ///
    /// - Throws: `SpoolError.notARoot` when it has no inbox, outbox and spool.
    package init(root text: String) throws(SpoolError) {
        root = Path(text)
        orders = Orders(root: text)
        for name in ["inbox", "outbox", "spool"] {
            do throws(FileError) {
                _ = try OwnedDescriptor(root.appending(name), .directory)
            } catch {
                guard [ENOENT, ENOTDIR].contains(error.errno) else { throw .file(error) }
                throw .notARoot(path: text, missing: name)
            }
        }
    }

    /// The process that serves the root now, or nil.
    package func server() throws(SpoolError) -> Int32? {
        let path = spool.appending("lock")
        do throws(FileError) {
            guard try FileStatus(of: path) != nil else { return nil }
            _ = try FileLock(probing: path)
            return nil
        } catch {
            guard error.errno == EWOULDBLOCK else { throw .file(error) }
            return FileLock.holder(of: path) ?? 0
        }
    }

    /// The service's own record of what it does; nil when it never wrote one.
    package func status() throws(SpoolError) -> [UInt8]? {
        try spooling { () throws(FileError) in
            let path = spool.appending("status.json")
            guard try FileStatus(of: path) != nil else { return nil }
            return try WholeFile.read(path, limit: 4 << 20)
        }
    }

    /// The jobs that are not finished, oldest first.
    package func jobs() throws(SpoolError) -> [Job] {
        let folder = spool.appending("jobs")
        var jobs: [Job] = []
        for name in try spooling({ () throws(FileError) in try Directory.names(in: folder) }) {
            let id = Path(bytes: name).description
            do throws(SpoolError) {
                let origin = try JobFolder(path: folder.appending(Path(bytes: name))).origin()
                jobs.append(Job(id: id, request: origin.path.description))
            } catch {
                // It is being made or removed at this very moment.
                continue
            }
        }
        return jobs
    }

    /// The requests in the inbox, in byte order of their paths, at most `limit`.
    package func requests(limit: Int) throws(SpoolError) -> [String] {
        var found: [String] = []
        try spooling { () throws(FileError) in try list(Path(""), into: &found, limit: limit) }
        return found
    }

    private func list(
        _ folder: Path, into found: inout [String], limit: Int
    ) throws(FileError) {
        guard folder.components.count <= Inbox.depthLimit else { return }
        for name in try Directory.names(in: inbox.appending(folder)) where found.count < limit {
            let path = folder.appending(Path(bytes: name))
            if InboxName.isRequest(name) {
                found.append(path.description)
            } else if InboxName.isSearched(name) {
                let kind = try FileStatus(of: inbox.appending(path))?.kind
                if kind == .directory { try list(path, into: &found, limit: limit) }
                if kind == .file, InboxName.isDrop(path) { found.append(path.description) }
            }
        }
    }

    /// What became of the latest requests, newest first.
    package func latest(_ count: Int) throws(SpoolError) -> [Ledger.Entry] {
        let path = spool.appending("ledger")
        return try spooling { () throws(FileError) in
            guard try FileStatus(of: path) != nil else { return [] }
            return try Ledger.entries(in: path).sorted { $0.time > $1.time }.prefix(count).map(
                \.self)
        }
    }

    // MARK: Trying again

    /// Moves what a refused request left in the outbox back into the inbox, where it is tried again
    /// under its old name.
    ///
    /// `name` is the folder `alice/typo.failed`, below the outbox or as a path to it.
    /// - Returns: the request's folder below the inbox, as text for people.
    /// - Throws: `SpoolError.retriedAlready` when something of an earlier try is there still.
    package func retry(_ name: String) throws(SpoolError) -> String {
        let given = Path(name)
        let below = given.bytes.first == 0x2F ? given.relative(to: outbox) : given
        guard let folder = below, folder.name.reversed().starts(with: ".failed".utf8.reversed()),
            try exists(outbox.appending(folder).appending("request.json"))
        else { throw .notARefusal(name: name, outbox: outbox.description) }
        let target = inbox.appending(folder)
        do throws(FileError) {
            try Directory.ensure(target.parent)
            // One rename: the service finds all of it or nothing.
            try Renaming.move(outbox.appending(folder), to: target)
        } catch {
            guard error.errno == EEXIST else { throw .file(error) }
            throw .retriedAlready(path: target.description)
        }
        return folder.description
    }

    private func exists(_ path: Path) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try FileStatus(of: path) != nil }
    }

    // MARK: Dropping

    /// Drops a request and its files into the inbox, the files first.
    ///
    /// * `path`: the request; its files are looked for beside it, under the `names` it gives them.
    /// * `folder`: where in the inbox, "" for the inbox itself.
    /// - Returns: the request's path below the inbox, as text for people.
    /// - Throws: `SpoolError.taken` when another request, or another file, has such a name there.
    package func drop(
        _ path: String, files names: [String], into folder: String
    ) throws(SpoolError) -> String {
        let request = Path(bytes: Path(path).name)
        guard InboxName.isRequest(request) else {
            throw .notARequestName(name: request.description)
        }
        let source = try MediaSource(besideRequest: path)
        let target = inbox.appending(folder)
        guard let below = target.relative(to: inbox), !below.components.contains(Array("..".utf8))
        else { throw .outsideInbox(folder: folder) }
        try spooling { () throws(FileError) in try Directory.ensure(target) }
        for name in names {
            guard case .success(let file) = try source.find(name).place else {
                // The service waits for it, and says so.
                continue
            }
            try put(Path(file), at: target.appending(name))
        }
        try put(Path(path), at: target.appending(request))
        return below.appending(request).description
    }

    /// Copies a file beside its place under a hidden name and gives it its own then; the same
    /// content may stand there already.
    private func put(_ source: Path, at place: Path) throws(SpoolError) {
        let hidden = place.parent.appending(
            Path(bytes: Array(".rushes-".utf8) + place.name.prefix(200) + Array(".part".utf8)))
        do throws(FileError) {
            try Directory.ensure(place.parent)
            try Directory.removeTree(hidden)
            let file = try OwnedDescriptor(source, .read)
            try FileCopy.copy(file, source, to: hidden, limit: MediaSource.fileLimit)
            try Renaming.move(hidden, to: place)
        } catch {
            guard error.errno == EEXIST else { throw .file(error) }
            let isSame = try spooling { () throws(FileError) in
                let same = try WholeFile.areEqual(hidden, place)
                try Directory.removeTree(hidden)
                return same
            }
            guard isSame else { throw .taken(path: place.description) }
        }
    }
}
