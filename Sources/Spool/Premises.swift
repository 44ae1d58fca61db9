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

    let root: Path
    var inbox: Path { root.appending("inbox") }
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
    /// Whoever may only drop requests cannot enter the spool, and need not.
    ///
    /// - Throws: `SpoolError.notARoot` when it has no inbox, outbox and spool.
    package init(root text: String) throws(SpoolError) {
        root = Path(text)
        orders = Orders(root: text)
        for name in ["inbox", "outbox", "spool"] {
            do throws(FileError) {
                _ = try OwnedDescriptor(root.appending(name), .directory)
            } catch {
                if error.errno == EACCES, name == "spool" { continue }
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
}
