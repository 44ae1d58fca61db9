// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

/// How requests are accepted.
package enum Claiming: String, Sendable {
    /// They are moved out of the inbox: whoever dropped one sees that it is accepted.
    case move
    /// They are copied and stay: for an inbox that may not be written to, or one that is filled by
    /// a tool that sends again whatever is missing.
    case leave
}

/// What became of accepting a request.
package enum Acceptance: Equatable, Sendable {
    /// It is a job now.
    case job(String)
    /// It was accepted before.
    case duplicate(Ledger.Entry)
    /// It is no longer in the inbox.
    case gone
}

/// What was left of a job whose results are in the outbox.
package enum Settlement: Equatable, Sendable {
    /// The line in the ledger; the results are in this folder of the outbox.
    case published(String, Outcome)
    /// A folder with nothing of worth in it.
    case removed
}

/// The queue of one root folder: `inbox`, `outbox`, and `spool` between them.
///
/// The file system is the queue and rename is its only verb. One process at a time holds it.
package struct Spool: ~Copyable {
    /// Where requests are dropped.
    package let inbox: Path
    /// Where results appear.
    package let outbox: Path

    /// How requests are accepted.
    package let claiming: Claiming
    /// What became of every request.
    package internal(set) var ledger: Ledger

    /// What people want of the queue beyond requests.
    package let orders: Orders
    /// Texts beside results to come; see ``Notices``.
    var notices: Notices
    private var progress: Notices

    let jobs: Path
    private let lock: FileLock
    var lastMoment: Int64 = 0

    /// Opens the queue, making its folders when they are missing.
    ///
    /// - Throws: `alreadyServed`, `notOneMount`, or `file`.
    package init(root text: String, claiming: Claiming = .move) throws(SpoolError) {
        let root = Path(text)
        let (inbox, outbox, spool) = (
            root.appending("inbox"), root.appending("outbox"), root.appending("spool")
        )
        let lockFile = spool.appending("lock")
        let lock: FileLock
        do throws(FileError) {
            for folder in [inbox, outbox, spool.appending("jobs")] { try Directory.ensure(folder) }
            lock = try Self.lock(lockFile)
        } catch {
            guard error.errno == EWOULDBLOCK else { throw .file(error) }
            throw .alreadyServed(root: text, process: FileLock.holder(of: lockFile))
        }
        let others = claiming == .move ? [inbox, outbox] : [outbox]
        try Self.proveOneMount(root: text, spool: spool, others: others)
        let orders = Orders(folder: spool.appending("orders"), inbox: inbox)
        let (notices, progress) = try spooling { () throws(FileError) in
            try Directory.ensure(spool.appending("orders"))
            return (
                try Notices(in: spool.appending("notices"), outbox: outbox),
                try Notices(
                    in: spool.appending("progress"), outbox: outbox, suffix: Notices.progress)
            )
        }
        ledger = try spooling { () throws(FileError) in
            try Ledger.open(spool.appending("ledger"))
        }
        self.claiming = claiming
        self.orders = orders
        self.notices = notices
        self.progress = progress
        self.inbox = inbox
        self.outbox = outbox
        jobs = spool.appending("jobs")
        self.lock = lock
    }

    /// Moves a job's results to the outbox, writes that down, and removes the job.
    ///
    /// - Returns: where the results are, relative to the outbox, as text for people.
    package mutating func publish(
        _ claim: consuming Claim, _ outcome: Outcome
    ) throws(SpoolError) -> String {
        let result: Path
        do throws(FileError) { result = try claim.move(outcome) } catch { throw .file(error) }
        try settle(claim, claim.record(outcome == .done ? .done : .failed, result))
        return result.description
    }

    /// Ends a job whose results were moved to the outbox before, when nothing further could be done.
    ///
    /// - Returns: nil for a job that is to be worked on or published.
    package mutating func settlePublished(_ id: String) throws(SpoolError) -> Settlement? {
        let folder = JobFolder(path: jobs.appending(id))
        switch try spooling({ () throws(FileError) in try Fate(of: folder) }) {
        case .queued, .leftAlone: return nil
        case .discarded:
            try discard(folder)
            return .removed
        case .published:
            let claim = try open(id)
            let published: (result: Path, outcome: Outcome)?
            do throws(FileError) { published = try claim.published() } catch {
                throw .file(error)
            }
            guard let (result, outcome) = published else { return nil }
            try settle(claim, claim.record(outcome == .done ? .done : .failed, result))
            return .published(result.description, outcome)
        }
    }

    private mutating func settle(
        _ claim: borrowing Claim, _ record: (entry: Ledger.Entry, identity: Identity)?
    ) throws(SpoolError) {
        do throws(FileError) {
            if let record { try ledger.record(record.entry, of: record.identity) }
            try claim.remove()
        } catch {
            throw .file(error)
        }
    }

    /// Bytes that can still be written, and how many the file system holds in all.
    package func space() throws(SpoolError) -> (free: Int64, total: Int64) {
        try spooling { () throws(FileError) in try FileSystem.space(at: jobs) }
    }

    /// Bytes that are kept free on a disk, for the ledger and other programs: a thousandth of it, a
    /// gigabyte at most.
    package static func reserve(of total: Int64) -> Int64 { min(1 << 30, total / 1000) }

    /// Puts a text into the outbox that says why a request has no result yet.
    package mutating func post(_ text: String, for request: Arrival) throws(SpoolError) {
        do throws(FileError) { try notices.post(text, for: request.path) } catch {
            throw .file(error)
        }
    }

    /// Takes such a text away, if there is one.
    package mutating func withdraw(_ request: Arrival) throws(SpoolError) {
        do throws(FileError) { try notices.withdraw(request.path) } catch { throw .file(error) }
    }

    /// Says beside a result to come how far it is: `NAME.progress.json`.
    package mutating func report(_ text: String, for request: Arrival) throws(SpoolError) {
        do throws(FileError) { try progress.update(text, for: request.path) } catch {
            throw .file(error)
        }
    }

    /// Takes that away, if it is there.
    package mutating func endReport(_ request: Arrival) throws(SpoolError) {
        do throws(FileError) { try progress.withdraw(request.path) } catch { throw .file(error) }
    }

    /// A folder of the spool that is somebody else's to fill, as text for a program.
    package func folder(_ name: String) -> String { jobs.parent.appending(name).text }

    /// Writes down what the service does, for the commands.
    package func show(_ status: String) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try WholeFile.replace(jobs.parent.appending("status.json"), with: Array(status.utf8))
        }
    }

    /// Orders to give a request or job up: what each names, and the file to remove when it is done.
    package func cancellations() throws(SpoolError) -> [Cancellation] {
        try spooling { () throws(FileError) in try orders.cancellations() }
    }

    /// Marks an order as obeyed.
    package func complete(_ cancellation: Cancellation) throws(SpoolError) {
        try spooling { () throws(FileError) in try Directory.removeTree(cancellation.order) }
    }

    /// Looks through what an earlier run left behind; see `Fate`.
    package mutating func recover() throws(SpoolError) -> Recovery {
        var recovery = Recovery()
        for name in try spooling({ () throws(FileError) in try Directory.names(in: jobs) }) {
            let folder = JobFolder(path: jobs.appending(Path(bytes: name)))
            switch try spooling({ () throws(FileError) in try Fate(of: folder) }) {
            case .discarded: try discard(folder)
            case .queued where try undo(folder): continue
            case .queued, .published:
                let id = String(decoding: name, as: UTF8.self)
                try remember(id)
                recovery.jobs.append(id)
            case .leftAlone:
                recovery.troubles.append("'\(folder.path)' holds results of no request")
            }
        }
        return recovery
    }

    /// Sees to it that the ledger knows of a job, which it may not when the power went.
    mutating func remember(_ id: String) throws(SpoolError) {
        guard let record = try open(id).record(.claimed, nil) else { return }
        do throws(FileError) {
            guard try ledger.entry(of: record.identity)?.job != id else { return }
            try ledger.record(record.entry, of: record.identity)
        } catch {
            // It is known until this process ends, and the next start tries again.
        }
    }

    /// Takes up a job of this queue.
    package func open(_ id: String) throws(SpoolError) -> Claim {
        try Claim(id: id, folder: JobFolder(path: jobs.appending(id)), outbox: outbox)
    }

    func discard(_ folder: JobFolder) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try Directory.removeTree(folder.path)
            try Directory.synchronize(jobs)
        }
    }

    /// Takes the queue's lock; for a second somebody may be asking who has it, as `rushes status` does.
    private static func lock(_ file: Path) throws(FileError) -> FileLock {
        let end = SuspendingClock.now.advanced(by: .seconds(1))
        while true {
            do throws(FileError) {
                return try FileLock(file: file)
            } catch {
                guard error.errno == EWOULDBLOCK, SuspendingClock.now < end else { throw error }
                _ = try Waiting.ready([], within: .milliseconds(50))
            }
        }
    }

    /// Moves an empty folder to each of the others and back: only that proves that renames work,
    /// because two mounts of one disk have the same device number.
    ///
    /// On a full disk nothing is proven: a service that starts there waits for room, and says so.
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
                guard !error.isAboutRoom else { return }
                guard error.errno == EXDEV else { throw .file(error) }
                throw .notOneMount(root: root, folder: other.description)
            }
        }
    }

    /// An id that sorts by arrival: 48 bits of milliseconds and 30 random bits in base 32.
    static func identifier(_ milliseconds: Int64) -> String {
        let time = String(milliseconds, radix: 32)
        let chance = String(UInt32.random(in: 0..<(1 << 30)), radix: 32)
        func padded(_ text: String, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return padded(time, 10) + "-" + padded(chance, 6)
    }
}

extension FileStatus {
    /// When the file came here, in milliseconds since 1970: the last change of anything about it,
    /// which nobody can set, least of all to the sender's time.
    var arrived: Int64 { changed / 1_000_000 }
}
