// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import Files

/// What became of every request, on disk: `spool/ledger`, one line for each event, only appended.
///
///     CHECK TIME claimed JOB REQUEST INPUTS alice/sunset.json
///     CHECK TIME done JOB REQUEST INPUTS alice/sunset.json alice/sunset
///
/// `CHECK` is the beginning of the SHA-256 of the rest of the line: a line that does not agree with
/// it is passed over, as is a last line that the power cut off. `TIME` counts milliseconds since
/// 1970, `REQUEST` and `INPUTS` are an ``Identity``, paths are an `EscapedWord`.
package struct Ledger: ~Copyable {
    /// One request's last line.
    package struct Entry: Equatable, Sendable {
        /// What became of it.
        package let state: State
        /// The id of its job.
        package let job: String
        /// Its path below the inbox.
        let path: Path
        /// Where its results are, relative to the outbox; nil while there are none.
        let result: Path?
        /// When that was, in milliseconds since 1970.
        package let time: Int64

        /// When the request was accepted, in milliseconds since 1970: the job's id says so.
        var accepted: Int64 { Int64(job.prefix { $0 != "-" }, radix: 32) ?? time }
        /// The request's path as text for people.
        package var request: String { path.description }
        /// The results' path as text for people.
        package var folder: String? { result?.description }
    }

    /// What can become of a request.
    package enum State: String, Sendable {
        /// It was accepted and is being worked on, or waits for that.
        case claimed
        /// There is a video.
        case done
        /// There is a refusal.
        case failed
    }

    /// Requests that are remembered; of more, the oldest are forgotten.
    package static let limit = 20_000

    /// Lines that could not be read.
    package private(set) var damaged = 0

    private let path: Path
    private var file: OwnedDescriptor
    /// Bytes of whole lines.
    private var length: Int64 = 0
    private var lines = 0
    private var entries: [Identity: Entry] = [:]
    /// The identity that was seen last of a request with whatever files.
    private var requests: [String: Identity] = [:]

    /// Opens the ledger, made when it is missing, and reads it.
    static func open(_ path: Path) throws(FileError) -> Ledger {
        var ledger = Ledger(path, try OwnedDescriptor(path, .append))
        try ledger.read()
        if ledger.lines > 4 * limit || ledger.damaged > 0 {
            do throws(FileError) {
                try ledger.rewrite()
            } catch {
                // The next start does it, when there is room.
                guard error.isAboutRoom else { throw error }
            }
        }
        return ledger
    }

    private init(_ path: Path, _ file: consuming OwnedDescriptor) {
        self.path = path
        self.file = file
    }

    /// The last line of every request, in no order, without touching the file.
    static func entries(in path: Path) throws(FileError) -> [Entry] {
        var entries: [Identity: Entry] = [:]
        let text = try WholeFile.read(path, limit: 1 << 30)
        for line in text.split(separator: 0x0A) {
            if let (entry, identity) = parse(line) { entries[identity] = entry }
        }
        return Array(entries.values)
    }

    /// The last line of a request with whatever files, without touching the file.
    static func latest(ofRequest request: String, in path: Path) throws(FileError) -> Entry? {
        let text = try WholeFile.read(path, limit: 1 << 30)
        return text.split(separator: 0x0A).lazy.compactMap(parse)
            .last { $0.1.request == request }?.0
    }

    /// What is known of a request with just these files.
    func entry(of identity: Identity) -> Entry? { entries[identity] }

    /// What is known of a request, with whatever files.
    func entry(ofRequest request: String) -> Entry? { requests[request].flatMap { entries[$0] } }

    /// Writes down, durably, what became of a request.
    ///
    /// It is remembered until the end of this process even when it cannot be written.
    mutating func record(_ entry: Entry, of identity: Identity) throws(FileError) {
        remember(entry, of: identity)
        if lines > 4 * Self.limit { try rewrite() }
        let line = Self.line(entry, identity)
        do throws(FileError) {
            try file.write(line, path)
            try file.synchronize(path)
        } catch {
            // Half a line would spoil the next one.
            try file.truncate(to: length, path)
            throw error
        }
        length += Int64(line.count)
        lines += 1
    }

    private mutating func remember(_ entry: Entry, of identity: Identity) {
        entries[identity] = entry
        requests[identity.request] = identity
    }

    /// Everything that the file says; a line without an end is cut off.
    private mutating func read() throws(FileError) {
        let reader = try OwnedDescriptor(path, .readWithoutLink)
        var rest: [UInt8] = []
        while true {
            let part = try reader.read(upTo: 1 << 16, path)
            guard !part.isEmpty else { break }
            rest += part
            guard let end = rest.lastIndex(of: 0x0A) else { continue }
            for line in rest[..<end].split(separator: 0x0A) {
                lines += 1
                if let (entry, identity) = Self.parse(line) {
                    remember(entry, of: identity)
                } else {
                    damaged += 1
                }
            }
            length += Int64(end + 1 - rest.startIndex)
            rest.removeFirst(end + 1)
        }
        if !rest.isEmpty { try file.truncate(to: length, path) }
    }

    /// Writes the newest entries anew, and keeps a damaged file for whoever wants to look into it.
    private mutating func rewrite() throws(FileError) {
        if damaged > 0 {
            let kept = path.parent.appending("ledger.damaged")
            try WholeFile.write(try WholeFile.read(path, limit: 1 << 30), to: kept)
        }
        let kept = entries.sorted { ($0.value.time, $0.value.job) < ($1.value.time, $1.value.job) }
            .suffix(Self.limit)
        entries = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
        requests = [:]
        for (identity, _) in kept { requests[identity.request] = identity }
        let text = kept.flatMap { Self.line($0.value, $0.key) }
        try WholeFile.write(text, to: path)
        file = try OwnedDescriptor(path, .append)
        length = Int64(text.count)
        lines = kept.count
    }

    static func line(_ entry: Entry, _ identity: Identity) -> [UInt8] {
        var words = [
            Array("\(entry.time)".utf8), Array(entry.state.rawValue.utf8),
            EscapedWord.encoded(Path(entry.job)), Array(identity.request.utf8),
            Array(identity.inputs.utf8), EscapedWord.encoded(entry.path),
        ]
        if let result = entry.result { words.append(EscapedWord.encoded(result)) }
        let text = Array(words.joined(separator: [0x20]))
        return Array(check(text[...]).utf8) + [0x20] + text + [0x0A]
    }

    /// Reads what `line` wrote, without the line feed; nil when it is something else.
    static func parse(_ line: ArraySlice<UInt8>) -> (Entry, Identity)? {
        guard let space = line.firstIndex(of: 0x20) else { return nil }
        let text = line[(space + 1)...]
        guard line[..<space].elementsEqual(check(text).utf8) else { return nil }
        let words = text.split(separator: 0x20)
        let plain = words.map { String(decoding: $0, as: UTF8.self) }
        guard (6...7).contains(words.count), let time = Int64(plain[0]),
            let state = State(rawValue: plain[1]), let job = EscapedWord.text(words[2]),
            let path = EscapedWord.decoded(words[5])
        else { return nil }
        let result = words.count == 7 ? EscapedWord.decoded(words[6]) : nil
        let entry = Entry(state: state, job: job, path: path, result: result, time: time)
        return (entry, Identity(request: plain[3], inputs: plain[4]))
    }

    private static func check(_ text: ArraySlice<UInt8>) -> String {
        var digest = SHA256()
        digest.update(text)
        return String(digest.finish().prefix(12))
    }
}
