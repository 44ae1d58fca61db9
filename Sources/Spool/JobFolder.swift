// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// One accepted request on disk: `spool/jobs/ID/`, and the names inside it.
///
///     claim          which request it is, where it came from and when
///     request.json   the request, exactly as it was dropped
///     unreadable     why it could only be left where it lies; request.json is empty then
///     objection      why nobody can work on it, found when it was accepted
///     attempts       how often it was started, how often that crashed, how often it was killed
///     cancelled      that it is to be refused and not begun; written before the order is removed
///     media          which file of in/ is which file of the request, or why there is none
///     in/            private copies of the files that the request names: 0, 1, 2 …
///     checkpoint/    what the engine saved, for the next attempt to go on from; kept while out/ is
///                    begun anew, of no meaning to `Fate`, gone with the folder
///     out/           the results while they are made
///     outcome        `done` or `failed`; written last, when everything in out/ is durable
///     target         where out/ is about to go, relative to the outbox
struct JobFolder: Sendable {
    let path: Path

    var claim: Path { path.appending("claim") }
    var request: Path { path.appending("request.json") }
    var unreadableFile: Path { path.appending("unreadable") }
    var objectionFile: Path { path.appending("objection") }
    var attemptsFile: Path { path.appending("attempts") }
    var cancelledFile: Path { path.appending("cancelled") }
    var mediaList: Path { path.appending("media") }
    var input: Path { path.appending("in") }
    var checkpoint: Path { path.appending("checkpoint") }
    var output: Path { path.appending("out") }
    var outcomeFile: Path { path.appending("outcome") }
    var targetFile: Path { path.appending("target") }

    /// Where the request came from.
    func origin() throws(SpoolError) -> Origin {
        let text = try spooling { () throws(FileError) in
            try WholeFile.read(claim, limit: 64 * 1024)
        }
        guard let origin = Origin(text) else { throw .notAJob(path: path.description) }
        return origin
    }

    /// The same; where somebody took the claim away but left the request, that is finished under the
    /// job's id.
    func originOrId() throws(SpoolError) -> Origin {
        do throws(SpoolError) {
            return try origin()
        } catch {
            switch error {
            case .notAJob: break
            case .file(let error) where [ENOENT, EFBIG, EISDIR, ELOOP].contains(error.errno): break
            default: throw error
            }
            let id = String(decoding: path.name, as: UTF8.self)
            return Origin(path: Path("\(id).json"), queued: WallClock.milliseconds)
        }
    }

    /// How the work ended, or nil while it has not.
    func outcome() throws(FileError) -> Outcome? {
        guard let text = try contents(outcomeFile) else { return nil }
        return Outcome(rawValue: text.trimmed)
    }

    /// Why the request could not be read where it was left; nil for one that is here.
    func unreadable() throws(FileError) -> UnreadableRequest? {
        try contents(unreadableFile).flatMap { UnreadableRequest(word: $0.trimmed) }
    }

    /// Why nobody can work on it; nil for one that a worker is to judge.
    func objection() throws(FileError) -> Objection? {
        guard try has(objectionFile) else { return nil }
        return Objection(try WholeFile.read(objectionFile, limit: Objection.limit))
    }

    /// Whether the request is here, and a file: nothing else is ever handed out.
    func holdsRequest() throws(FileError) -> Bool {
        guard try FileStatus(of: request)?.kind == .file else { return false }
        return try unreadable() == nil
    }

    /// Where the results were about to go, relative to the outbox; nil while that is not decided.
    func target() throws(FileError) -> Path? {
        guard try has(targetFile) else { return nil }
        return EscapedWord.decoded(try WholeFile.read(targetFile, limit: 64 * 1024)[...])
    }

    /// How often the work was begun; a missing or damaged file counts as never.
    func attempts() throws(FileError) -> Attempts {
        let numbers = try contents(attemptsFile)?.split(separator: " ").map { Int($0.trimmed) }
        // An earlier version wrote two numbers.
        guard let numbers, 2...3 ~= numbers.count, let starts = numbers[0],
            let crashes = numbers[1], let kills = numbers.count == 3 ? numbers[2] : 0
        else { return Attempts() }
        return Attempts(starts: starts, crashes: crashes, kills: kills)
    }

    func record(_ attempts: Attempts) throws(FileError) {
        try WholeFile.write(
            Array("\(attempts.starts) \(attempts.crashes) \(attempts.kills)\n".utf8),
            to: attemptsFile)
    }

    func has(_ path: Path) throws(FileError) -> Bool {
        try FileStatus(of: path) != nil
    }

    /// What became of the files that the request names; none where nothing was written down.
    func media() throws(FileError) -> [Medium] {
        guard try has(mediaList) else { return [] }
        return MediaList(try WholeFile.read(mediaList, limit: MediaList.limit)).media
    }

    private func contents(_ path: Path) throws(FileError) -> String? {
        guard try has(path) else { return nil }
        return String(decoding: try WholeFile.read(path, limit: 1024), as: UTF8.self)
    }
}

/// How the work on a job ended.
package enum Outcome: String, Sendable {
    case done, failed
}

/// How often the work on a job was begun.
package struct Attempts: Equatable, Sendable {
    /// Begun, for whatever reason it ended; recorded before each beginning.
    package var starts = 0
    /// Begun, and seen to crash.
    package var crashes = 0
    /// Begun, and killed by nobody here: as the system does where memory is short.
    package var kills = 0

    /// Counts so far.
    package init(starts: Int = 0, crashes: Int = 0, kills: Int = 0) {
        self.starts = starts
        self.crashes = crashes
        self.kills = kills
    }

    /// A job that crashed this often is refused.
    package static let crashLimit = 3
    /// A job that was killed this often is refused: the memory may be short because of it.
    package static let killLimit = 10
    /// A job that was begun this often without an end is refused: it may be what ends the service.
    ///
    /// High, because a service that is killed again and again is seldom its job's fault.
    package static let startLimit = 50
}

/// Which request a job has, and where that came from.
struct Origin: Equatable, Sendable {
    /// Its path below the inbox.
    let path: Path
    /// When it arrived, in milliseconds since 1970.
    let queued: Int64
    /// Its place in the order, -10 to 10.
    var priority = 0
    /// How it is recognised when it comes again; nil for one that could not be read.
    var identity: Identity?

    /// Reads what `text` wrote; nil when it is something else.
    init?(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 0x0A).map { $0.split(separator: 0x20) }
        guard lines.count >= 3, lines.allSatisfy({ !$0.isEmpty }),
            Array(lines[0].joined(separator: [0x20])) == Array(Self.header.utf8),
            let queued = Int64(String(decoding: lines[1][0], as: UTF8.self)),
            let path = EscapedWord.decoded(lines[2][0])
        else { return nil }
        self.init(path: path, queued: queued)
        if lines[1].count > 1 {
            priority = Int(String(decoding: lines[1][1], as: UTF8.self)) ?? 0
        }
        if lines.count > 3, lines[3].count == 2 {
            let digests = lines[3].map { String(decoding: $0, as: UTF8.self) }
            identity = Identity(request: digests[0], inputs: digests[1])
        }
    }

    init(path: Path, queued: Int64, priority: Int = 0, identity: Identity? = nil) {
        self.path = path
        self.queued = queued
        self.priority = priority
        self.identity = identity
    }

    /// The content of the file `claim`: a header, the time and the priority, the path as an
    /// `EscapedWord`, the two digests of the identity.
    var text: [UInt8] {
        var text = Array("\(Self.header)\n\(queued) \(priority)\n".utf8)
        text += EscapedWord.encoded(path) + [0x0A]
        if let identity { text += Array("\(identity.request) \(identity.inputs)\n".utf8) }
        return text
    }

    private static let header = "rushes claim 1"
}

extension StringProtocol {
    fileprivate var trimmed: String { String(self.prefix { !$0.isNewline }) }
}
