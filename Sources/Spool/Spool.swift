// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

/// The queue of one root folder: `inbox`, `outbox`, and `spool` between them.
///
/// The file system is the queue and rename is its only verb. One process at a time holds it.
package struct Spool: ~Copyable {
    /// Where requests are dropped.
    package let inbox: Path
    /// Where results appear.
    package let outbox: Path

    private let jobs: Path
    private let lock: FileLock
    private var lastMoment: Int64 = 0

    /// Opens the queue, making its folders when they are missing.
    ///
    /// - Throws: `alreadyServed`, `notOneMount`, or `file`.
    package init(root text: String) throws(SpoolError) {
        let root = Path(text)
        let (inbox, outbox, spool) = (
            root.appending("inbox"), root.appending("outbox"), root.appending("spool")
        )
        let lockFile = spool.appending("lock")
        let lock: FileLock
        do throws(FileError) {
            for folder in [inbox, outbox, spool.appending("jobs")] { try Directory.ensure(folder) }
            lock = try FileLock(file: lockFile)
        } catch {
            guard error.errno == EWOULDBLOCK else { throw .file(error) }
            throw .alreadyServed(root: text, process: FileLock.holder(of: lockFile))
        }
        try Self.proveOneMount(root: text, spool: spool, others: [inbox, outbox])
        self.inbox = inbox
        self.outbox = outbox
        jobs = spool.appending("jobs")
        self.lock = lock
    }

    /// Accepts a request: from now on it is the queue's to finish.
    ///
    /// The files that it names are copied first, so that they are the job's own whatever happens to
    /// the originals, which stay: other requests may name them too. A name that stands for nothing
    /// usable is written down with its fault, for the worker to explain. `goOn` is asked now and
    /// then while much is copied.
    ///
    /// - Returns: the job's id, or nil when the request is gone from the inbox.
    /// - Throws: `SpoolError.notNow` when `goOn` answered false, or when a file changed under the
    ///   copying or went away and this is not the `lastTry`; the request is still in the inbox then.
    package mutating func claim(
        _ arrival: Arrival, media names: [String] = [], lastTry: Bool = true,
        while goOn: () -> Bool = { true }
    ) throws(SpoolError) -> String? {
        let queued = WallClock.milliseconds
        lastMoment = max(queued, lastMoment + 1)
        let id = Self.identifier(lastMoment)
        let folder = JobFolder(path: jobs.appending(id))
        let origin = Origin(path: arrival.path, queued: queued)
        do throws(SpoolError) {
            try spooling { () throws(FileError) in
                try Directory.make(folder.path)
                try WholeFile.write(origin.text, to: folder.claim)
            }
            if !names.isEmpty {
                let source = try MediaSource(root: inbox, request: arrival.path)
                let media = try folder.collect(names, from: source, while: goOn)
                guard lastTry || media.allSatisfy(\.isFinal) else {
                    throw .notNow(request: arrival.description)
                }
            }
            try spooling { () throws(FileError) in
                try Directory.synchronize(jobs)
                try Renaming.move(inbox.appending(arrival.path), to: folder.request)
            }
            return id
        } catch {
            // The move either happened, and the job stands, or it did not, and the folder is moot.
            if try spooling({ () throws(FileError) in try folder.has(folder.request) }) {
                return id
            }
            try discard(folder)
            switch error {
            case .file(let error) where [ENOENT, ENOTDIR].contains(error.errno): return nil
            case .file(let error) where error.errno == ECANCELED:
                throw .notNow(request: arrival.description)
            default: throw error
            }
        }
    }

    /// Looks through what an earlier run left behind; see `Fate`.
    package func recover() throws(SpoolError) -> Recovery {
        var recovery = Recovery()
        for name in try spooling({ () throws(FileError) in try Directory.names(in: jobs) }) {
            let folder = JobFolder(path: jobs.appending(Path(bytes: name)))
            switch try spooling({ () throws(FileError) in try Fate(of: folder) }) {
            case .discarded: try discard(folder)
            case .queued: recovery.jobs.append(String(decoding: name, as: UTF8.self))
            case .leftAlone:
                recovery.troubles.append("'\(folder.path)' holds results of no request")
            }
        }
        return recovery
    }

    /// Takes up a job of this queue.
    package func open(_ id: String) throws(SpoolError) -> Claim {
        try Claim(id: id, folder: JobFolder(path: jobs.appending(id)), outbox: outbox)
    }

    private func discard(_ folder: JobFolder) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try Directory.removeTree(folder.path)
            try Directory.synchronize(jobs)
        }
    }

    /// Moves an empty folder to each of the others and back: only that proves that renames work,
    /// because two mounts of one disk have the same device number.
    private static func proveOneMount(
        root: String, spool: Path, others: [Path]
    ) throws(SpoolError) {
        let probe = spool.appending(".probe")
        for other in others {
            let there = other.appending(".rushes-probe")
            do throws(FileError) {
                try Directory.removeTree(probe)
                try Directory.removeTree(there)
                try Directory.make(probe)
                try Renaming.move(probe, to: there)
                try Directory.removeTree(there)
            } catch {
                guard error.errno == EXDEV else { throw .file(error) }
                throw .notOneMount(root: root, folder: other.description)
            }
        }
    }

    /// An id that sorts by arrival: 48 bits of milliseconds and 30 random bits in base 32.
    private static func identifier(_ milliseconds: Int64) -> String {
        let time = String(milliseconds, radix: 32)
        let chance = String(UInt32.random(in: 0..<(1 << 30)), radix: 32)
        func padded(_ text: String, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return padded(time, 10) + "-" + padded(chance, 6)
    }
}
