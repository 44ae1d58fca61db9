// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// The right to work on one job: held by one process at a time.
///
/// The lock on the job folder goes with the process, so a worker whose supervisor died and who is
/// about to follow it never meets its successor: the successor waits here.
package struct Workplace: ~Copyable {
    /// The request's path below the inbox, as text for people.
    package let request: String
    /// The request's own name, as text for people: `sunset.json`.
    package let fileName: String
    /// The name of the result: `sunset` of `sunset.json`.
    package let name: String
    /// When the request was accepted, in milliseconds since 1970.
    package let queued: Int64
    /// The folder to fill, empty at first.
    package var output: String { job.output.text }
    /// The folder for what the next holder can go on from, as the one before left it; it may not
    /// be there yet.
    package var checkpoint: String { job.checkpoint.text }

    private let job: JobFolder
    private let lock: FileLock

    /// Takes the job, waiting for an earlier holder, and clears away what that one left half-done.
    package init(folder: String) throws(SpoolError) {
        let job = JobFolder(path: Path(folder))
        let lock = try spooling { () throws(FileError) in
            try FileLock(waitingForDirectory: job.path)
        }
        try Self.clear(job)
        let origin = try job.originOrId()
        request = origin.path.description
        fileName = Path(bytes: origin.path.name).description
        name = OutboxName.result(of: origin.path)
        queued = origin.queued
        self.job = job
        self.lock = lock
    }

    /// Empties the output folder, to begin again.
    package func clear() throws(SpoolError) {
        try Self.clear(job)
    }

    private static func clear(_ job: JobFolder) throws(SpoolError) {
        try spooling { () throws(FileError) in
            // The only copy, on its way to the outbox.
            if try !job.has(job.request), try job.has(job.output.appending("request.json")) {
                throw FileError(
                    operation: "clear", path: job.output.description, errno: ENOTEMPTY)
            }
            if try job.has(job.outcomeFile) {
                // Durably, or an old outcome would come back beside new and unfinished results.
                try Directory.remove(job.outcomeFile)
                try Directory.synchronize(job.path)
            }
            try Directory.removeTree(job.output)
            try Directory.make(job.output)
        }
    }

    /// The bytes of the request, or a sentence that says why there are none.
    ///
    /// - Throws: `SpoolError.file` when this machine is to blame, not the file.
    package func read() throws(SpoolError) -> Result<[UInt8], UnreadableRequest> {
        do throws(FileError) {
            if let reason = try job.unreadable() { return .failure(reason) }
            return .success(
                try WholeFile.read(job.request, limit: RequestFile.limit, onlyName: true))
        } catch {
            let unreadable = UnreadableRequest(error)
            if case .other = unreadable { throw .file(error) }
            return .failure(unreadable)
        }
    }

    /// Why nobody can work on the request, found when it was accepted; nil where nothing was.
    package func objection() throws(SpoolError) -> Objection? {
        try spooling { () throws(FileError) in try job.objection() }
    }

    /// Replaces the job's request by what it turned out to mean, durably: the next holder and whoever
    /// gets it back find that.
    package func replaceRequest(with bytes: [UInt8]) throws(SpoolError) {
        try spooling { () throws(FileError) in try WholeFile.write(bytes, to: job.request) }
    }

    /// Whether the request itself will lie beside its refusal: not when it could neither be read nor
    /// taken from where it lies.
    package func holdsRequest() throws(SpoolError) -> Bool {
        try spooling { () throws(FileError) in try job.holdsRequest() }
    }

    /// The files that the request names, as they were when it was accepted.
    package func media() throws(SpoolError) -> [Medium] {
        try spooling { () throws(FileError) in
            try job.media().map { medium in
                Medium(
                    name: medium.name,
                    place: medium.place.map {
                        String(decoding: job.input.appending($0).bytes, as: UTF8.self)
                    })
            }
        }
    }

    /// Writes one more file into the output folder.
    package func write(_ text: String, as name: String) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try WholeFile.write(Array(text.utf8), to: job.output.appending(name))
        }
    }

    /// Ends the work: makes all of the output durable, then says so.
    package consuming func conclude(_ outcome: Outcome) throws(SpoolError) {
        try spooling { () throws(FileError) in
            try Directory.synchronizeTree(job.output)
            try Directory.synchronize(job.path)
            try WholeFile.write(Array("\(outcome.rawValue)\n".utf8), to: job.outcomeFile)
        }
    }
}
