// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The supervisor's right to one job: it can be published once.
///
/// Letting go of a claim without publishing loses nothing: the job stays in the spool, as it does
/// when the power goes.
package struct Claim: ~Copyable {
    /// The job's id.
    package let id: String
    /// The request's path below the inbox, as text for people.
    package var request: String { origin.path.description }
    /// The same as a place in the inbox.
    package var arrival: Arrival { Arrival(origin.path) }
    /// The job folder, for the process that does the work.
    package var folder: String { job.path.text }

    private let origin: Origin
    private let job: JobFolder
    private let outbox: Path

    init(id: String, folder: JobFolder, outbox: Path) throws(SpoolError) {
        self.id = id
        job = folder
        self.outbox = outbox
        origin = try folder.originOrId()
    }

    /// How the work ended, or nil while there are no complete results.
    package func outcome() throws(SpoolError) -> Outcome? {
        try spooling { () throws(FileError) in
            try job.has(job.output) ? try job.outcome() : nil
        }
    }

    /// How often the work was begun.
    package func attempts() throws(SpoolError) -> Attempts {
        try spooling { () throws(FileError) in try job.attempts() }
    }

    /// Remembers, durably, how often the work was begun.
    package func record(_ attempts: Attempts) throws(SpoolError) {
        try spooling { () throws(FileError) in try job.record(attempts) }
    }

    /// Whether somebody ordered it to be given up.
    package func isCancelled() throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try job.has(job.cancelledFile) }
    }

    /// Remembers, durably, that it is to be given up: the order may be removed then.
    package func cancel() throws(SpoolError) {
        try spooling { () throws(FileError) in try WholeFile.write([], to: job.cancelledFile) }
    }

    /// The right to work on the job in this very process, for writing a refusal.
    package func workplace() throws(SpoolError) -> Workplace {
        try Workplace(folder: folder)
    }

    /// The folder of its results, as text for a program.
    package var output: String { job.output.text }

    /// The bytes of the request, wherever publishing has left it; nil where it is not here or no file
    /// of a request's size.
    package func content() throws(SpoolError) -> [UInt8]? {
        try spooling { () throws(FileError) in
            for file in [job.request, job.output.appending("request.json")] {
                guard let bytes = try Self.content(of: file, limit: RequestFile.limit) else {
                    continue
                }
                return bytes
            }
            return nil
        }
    }

    /// The bytes of the results' `result.json`; nil where it is no file of at most so many.
    package func record(limit: Int) throws(SpoolError) -> [UInt8]? {
        try spooling { () throws(FileError) in
            try Self.content(of: job.output.appending(Self.record), limit: limit)
        }
    }

    /// Replaces the results' `result.json`, durably.
    package func replaceRecord(with bytes: [UInt8]) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try WholeFile.write(bytes, to: job.output.appending(Self.record))
        }
    }

    /// Whether one of the results is a file of this name, and no link to another.
    package func holds(_ file: String) throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in
            try FileStatus(of: job.output.appending(file))?.kind == .file
        }
    }

    private static let record = "result.json"

    private static func content(of file: Path, limit: Int) throws(FileError) -> [UInt8]? {
        guard let status = try FileStatus(of: file), status.kind == .file, status.bytes <= limit
        else { return nil }
        return try WholeFile.read(file, limit: limit)
    }

    /// The job's entry in the queue.
    package func entry<Item>(_ item: Item) -> Queue<Item>.Entry {
        Queue.Entry(item, path: origin.path, priority: origin.priority, arrived: origin.queued)
    }

    /// Moves the results to the outbox; what is there is never replaced.
    ///
    /// A failure takes the copies of the request's files along, under the names that they have in
    /// the request, so that nothing is lost and another try is a move. Where the results go is
    /// written down first: whoever finds the folder without them knows where they are.
    ///
    /// - Returns: where the results are, relative to the outbox.
    func move(_ outcome: Outcome) throws(FileError) -> Path {
        let name = OutboxName.result(of: origin.path)
        let suffix = outcome == .failed ? ".failed" : ""
        if outcome == .failed { try job.returnMedia() }
        if try job.holdsRequest() {
            try Renaming.move(job.request, to: job.output.appending("request.json"))
        } else {
            // Taken away in an earlier try, it is gone, and that is all that is wanted.
            try Directory.removeTree(job.request)
        }
        let folders = OutboxName.folder(of: origin.path).components
        let target = try place(folders[...], in: outbox, stem: name, suffix: suffix)
        return target.relative(to: outbox) ?? target
    }

    /// Where the results are, relative to the outbox, when an earlier run moved them there and
    /// could do no more.
    func published() throws(FileError) -> (Path, Outcome)? {
        guard try !job.has(job.output), try !job.has(job.request),
            let outcome = try job.outcome(), let target = try job.target()
        else { return nil }
        return (target, outcome)
    }

    /// The line for the ledger; nil for a request that cannot be recognised.
    func record(
        _ state: Ledger.State, _ result: Path?
    ) -> (entry: Ledger.Entry, identity: Identity)? {
        guard let identity = origin.identity else { return nil }
        let entry = Ledger.Entry(
            state: state, job: id, path: origin.path, result: result, time: WallClock.milliseconds)
        return (entry, identity)
    }

    /// Removes what is left of the job.
    func remove() throws(FileError) {
        try Directory.removeTree(job.path)
        try Directory.synchronize(job.path.parent)
    }

    /// Makes the mirrored folders and moves the results into the last of them.
    ///
    /// A file that stands in the way of a folder is stepped around, and so is a folder that nothing
    /// can be moved into: one that a sync tool made for itself, another mount, a link to
    /// anywhere. What bars the outbox itself bars everything, and is waited for.
    private func place(
        _ folders: ArraySlice<[UInt8]>, in folder: Path, stem: String, suffix: String
    ) throws(FileError) -> Path {
        guard let next = folders.first else {
            return try Self.firstFree(in: folder, stem: stem, suffix: suffix) {
                (path: Path) throws(FileError) in
                guard try FileStatus(of: path) == nil else { throw Self.taken(path) }
                let relative = path.relative(to: outbox) ?? path
                try WholeFile.write(EscapedWord.encoded(relative), to: job.targetFile)
                // Into the folder that was found, even when somebody puts a link in its place.
                try Enclosure.pinning(relative, beneath: outbox) {
                    (place: Path) throws(FileError) in try Renaming.move(job.output, to: place)
                }
                return path
            }
        }
        let wanted = String(decoding: next, as: UTF8.self)
        return try Self.firstFree(in: folder, stem: wanted, suffix: "") {
            (path: Path) throws(FileError) in
            let status = try FileStatus(of: path)
            let isOld = status != nil
            // Results stay in the outbox, wherever whoever shares it would lead them.
            guard status?.kind != .link else { throw Self.taken(path) }
            try Directory.ensure(path)
            do throws(FileError) {
                return try place(folders.dropFirst(), in: path, stem: stem, suffix: suffix)
            } catch {
                // One that was made just now is not to blame.
                if !isOld { Self.removeIfEmpty(path) }
                guard isOld, error.isBarrier, try isBarred(path) else { throw error }
                throw Self.taken(path)
            }
        }
    }

    /// Whether nothing can be moved from the job into a folder of the outbox: tried with a folder
    /// of no worth, because two mounts of one disk look alike.
    private func isBarred(_ folder: Path) throws(FileError) -> Bool {
        guard try job.has(job.output) else { return false }
        let probe = job.path.appending(".probe")
        let there = folder.appending(".rushes-probe")
        try Directory.removeTree(probe)
        try Directory.make(probe)
        do throws(FileError) {
            _ = try Directory.names(in: folder)
            try Directory.removeTree(there)
            try Renaming.move(probe, to: there)
            try Directory.removeTree(there)
            return false
        } catch {
            guard error.isBarrier else { throw error }
            return true
        }
    }

    private static func removeIfEmpty(_ folder: Path) {
        do throws(FileError) { try Directory.removeEmpty(folder) } catch {
            // Something is in it, or it is used the next time.
        }
    }

    private static func taken(_ path: Path) -> FileError {
        FileError(operation: "move", path: path.description, errno: EEXIST)
    }

    /// Tries `stem`, `stem-2`, `stem-3` … until the name is not taken.
    ///
    /// Names that differ in case alone, or in the form of their letters, count as one: on the
    /// machine that the results are synchronised to they may be one.
    private static func firstFree(
        in folder: Path, stem: String, suffix: String,
        _ take: (Path) throws(FileError) -> Path
    ) throws(FileError) -> Path {
        let wanted = stem.lowercased()
        let others = try Directory.names(in: folder).map { String(decoding: $0, as: UTF8.self) }
            .filter { $0.lowercased().hasPrefix(wanted) }
        var number = 1
        while true {
            let name = (number == 1 ? stem : "\(stem)-\(number)") + suffix
            let isClash = others.contains {
                $0.lowercased() == name.lowercased() && !$0.utf8.elementsEqual(name.utf8)
            }
            guard !isClash else {
                number += 1
                continue
            }
            let path = folder.appending(name)
            do throws(FileError) {
                return try take(path)
            } catch {
                guard error.errno == EEXIST, number < 100_000 else { throw error }
                number += 1
            }
        }
    }
}

extension FileError {
    /// Whether it tells of a folder that nothing can be moved into.
    var isBarrier: Bool { [EACCES, EPERM, EROFS, EXDEV].contains(errno) }
}
