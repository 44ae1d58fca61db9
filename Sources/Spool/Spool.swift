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
    package private(set) var ledger: Ledger

    /// What people want of the queue beyond requests.
    package let orders: Orders
    /// Texts beside results to come; see ``Notices``.
    var notices: Notices

    let jobs: Path
    private let lock: FileLock
    private var lastMoment: Int64 = 0

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
            lock = try FileLock(file: lockFile)
        } catch {
            guard error.errno == EWOULDBLOCK else { throw .file(error) }
            throw .alreadyServed(root: text, process: FileLock.holder(of: lockFile))
        }
        let others = claiming == .move ? [inbox, outbox] : [outbox]
        try Self.proveOneMount(root: text, spool: spool, others: others)
        let orders = Orders(folder: spool.appending("orders"), inbox: inbox)
        let notices = try spooling { () throws(FileError) in
            try Directory.ensure(spool.appending("orders"))
            return try Notices(in: spool.appending("notices"), outbox: outbox)
        }
        ledger = try spooling { () throws(FileError) in
            try Ledger.open(spool.appending("ledger"))
        }
        self.claiming = claiming
        self.orders = orders
        self.notices = notices
        self.inbox = inbox
        self.outbox = outbox
        jobs = spool.appending("jobs")
        self.lock = lock
    }

    /// Begins to accept a request: makes a job folder for it, which counts for nothing yet.
    ///
    /// * `bytes`: what the request says, or nil when it cannot be read.
    /// * `known`: where it lay when it was dropped at first, if not there.
    /// - Returns: nil when the request is gone from the inbox.
    package mutating func stage(
        _ arrival: Arrival, bytes: [UInt8]? = nil, media names: [String] = [], priority: Int = 0,
        as known: Arrival? = nil
    ) throws(SpoolError) -> Staging? {
        let source = inbox.appending(arrival.path)
        guard let status = try spooling({ () throws(FileError) in try FileStatus(of: source) })
        else { return nil }
        lastMoment = max(WallClock.milliseconds, lastMoment + 1)
        let id = Self.identifier(lastMoment)
        let folder = JobFolder(path: jobs.appending(id))
        try spooling { () throws(FileError) in try Directory.make(folder.path) }
        return Staging(
            arrival: arrival, id: id, folder: folder, inbox: inbox, names: names, bytes: bytes,
            path: (known ?? arrival).path, queued: status.arrived, priority: priority)
    }

    /// Accepts a request whose files are copied: from now on it is the queue's to finish.
    ///
    /// The request is moved into the job, or copied there where requests are left in the inbox. One
    /// that was accepted before, with the same bytes and the same files, is a duplicate unless it is
    /// a `retry`: it is removed from the inbox, or left where requests are left.
    ///
    /// - Throws: `SpoolError.notNow` when the request changed meanwhile; it is in the inbox then.
    package mutating func accept(
        _ collected: Collected, isRetry: Bool = false
    ) throws(SpoolError) -> Acceptance {
        let staging = collected.staging
        let source = inbox.appending(staging.arrival.path)
        if !isRetry, let entry = try duplicate(collected) {
            try discard(staging.folder)
            if claiming == .move {
                do throws(FileError) {
                    guard try content(of: source) == staging.bytes else { return .gone }
                    try Directory.removeTree(source)
                    try Directory.synchronize(source.parent)
                } catch {
                    guard [EACCES, EPERM, EROFS].contains(error.errno) else { throw .file(error) }
                    // It stays, like the first one of its kind.
                }
            }
            return .duplicate(entry)
        }
        do throws(SpoolError) {
            try take(source, staging)
        } catch {
            // The move either happened, and the job stands, or it did not, and the folder is moot.
            guard try exists(staging.folder.request) else {
                try discard(staging.folder)
                switch error {
                case .file(let error) where [ENOENT, ENOTDIR].contains(error.errno): return .gone
                default: throw error
                }
            }
        }
        do throws(SpoolError) {
            try remember(staging.id)
        } catch {
            // The job stands all the same, and its end is written down in its turn.
        }
        return .job(staging.id)
    }

    /// Gives up a request that is being accepted; it stays in the inbox.
    package func abandon(_ staging: Staging) throws(SpoolError) { try discard(staging.folder) }

    /// Moves a request into its job, or copies it there where it stays.
    private func take(_ source: Path, _ staging: Staging) throws(SpoolError) {
        let request = staging.folder.request
        var isElsewhere = false
        if claiming == .move {
            do throws(FileError) {
                try Renaming.move(source, to: request)
                guard let bytes = staging.bytes, try content(of: request) != bytes else { return }
                // Written to in the last moment: its files may be others now, so it begins anew.
                try Renaming.move(request, to: source)
                throw FileError(operation: "move", path: source.description, errno: ESTALE)
            } catch {
                if error.errno == ESTALE { throw .notNow(request: staging.arrival.description) }
                // From a folder that may not be written to requests are copied, and stay; from one
                // on another mount they are copied, and removed.
                guard [EACCES, EPERM, EROFS, EXDEV].contains(error.errno), staging.bytes != nil
                else { throw .file(error) }
                isElsewhere = error.errno == EXDEV
            }
        }
        guard let bytes = staging.bytes else {
            throw .file(FileError(operation: "read", path: source.description, errno: EINVAL))
        }
        let isSame = try spooling { () throws(FileError) in
            guard try content(of: source) == bytes else { return false }
            try WholeFile.write(bytes, to: request)
            if isElsewhere { try Directory.remove(source) }
            return true
        }
        guard isSame else { throw .notNow(request: staging.arrival.description) }
    }

    /// The bytes of a request; nil where there is none to be read.
    private func content(of path: Path) throws(FileError) -> [UInt8]? {
        guard try FileStatus(of: path)?.kind == .file else { return nil }
        return try WholeFile.read(path, limit: RequestFile.limit)
    }

    /// What became of the same request before.
    ///
    /// A file that lies in the inbox since before it was accepted was left there, and is the same
    /// request whatever became of its media. One that came later was sent again: where requests are
    /// moved, it is wanted again once its results were taken away; where they are left, its sender
    /// only sees that it is missing, and it is not.
    private func duplicate(_ collected: Collected) throws(SpoolError) -> Ledger.Entry? {
        guard let identity = collected.identity else { return nil }
        let known = ledger.entry(ofRequest: identity.request)
        let isLeftOver = known.map { collected.staging.queued < $0.accepted } ?? false
        let isUnreadable = claiming == .leave && !collected.isComplete
        guard let entry = isLeftOver || isUnreadable ? known : ledger.entry(of: identity)
        else { return nil }
        if entry.state == .claimed { return try exists(jobs.appending(entry.job)) ? entry : nil }
        guard claiming == .move, !isLeftOver else { return entry }
        guard let result = entry.result else { return nil }
        // Without the request in it, they were moved away to be tried again.
        return try exists(outbox.appending(result).appending("request.json")) ? entry : nil
    }

    private func exists(_ path: Path) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try FileStatus(of: path) != nil }
    }

    /// Accepts a request at once, copying its files on this thread; see ``stage`` and ``accept``.
    ///
    /// - Returns: the job's id, or nil when there is nothing to be done.
    package mutating func claim(
        _ arrival: Arrival, bytes: [UInt8]? = nil, media names: [String] = [],
        lastTry: Bool = true, while goOn: () -> Bool = { true }
    ) throws(SpoolError) -> String? {
        guard let staging = try stage(arrival, bytes: bytes, media: names) else { return nil }
        let collected: Collected
        do throws(SpoolError) {
            collected = try staging.collect(lastTry: lastTry, while: goOn)
        } catch {
            try abandon(staging)
            throw error
        }
        guard case .job(let id) = try accept(collected) else { return nil }
        return id
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

    /// Ends a job whose results an earlier run moved to the outbox without coming further.
    ///
    /// - Returns: where they are, or nil when the job is not of this kind; it is then handed back.
    package mutating func settlePublished(_ id: String) throws(SpoolError) -> String? {
        let claim = try open(id)
        let published: (result: Path, outcome: Outcome)?
        do throws(FileError) { published = try claim.published() } catch { throw .file(error) }
        guard let (result, outcome) = published else { return nil }
        try settle(claim, claim.record(outcome == .done ? .done : .failed, result))
        return result.description
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
    private mutating func remember(_ id: String) throws(SpoolError) {
        guard let record = try open(id).record(.claimed, nil),
            ledger.entry(of: record.identity)?.job != id
        else { return }
        do throws(FileError) { try ledger.record(record.entry, of: record.identity) } catch {
            // It is known until this process ends, and the next start tries again.
        }
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

extension FileStatus {
    /// When the file came here, in milliseconds since 1970: the last change of anything about it,
    /// which nobody can set, least of all to the sender's time.
    var arrived: Int64 { changed / 1_000_000 }
}
