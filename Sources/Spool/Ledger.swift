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
    /// Where the last line of each identity begins, and of each request with whatever files, by their
    /// hash values: tens of thousands of requests are not kept in memory.
    private var places: [Int: Int64] = [:]
    private var requestPlaces: [Int: Int64] = [:]
    /// What could not be written.
    private var unwritten: [(identity: Identity, entry: Entry)] = []

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
    func entry(of identity: Identity) throws(FileError) -> Entry? {
        try entry(at: places[identity.hashValue]) { $0 == identity }
    }

    /// What is known of a request, with whatever files.
    func entry(ofRequest request: String) throws(FileError) -> Entry? {
        try entry(at: requestPlaces[request.hashValue]) { $0.request == request }
    }

    private func entry(
        at place: Int64?, where isWanted: (Identity) -> Bool
    ) throws(FileError) -> Entry? {
        if let known = unwritten.last(where: { isWanted($0.identity) }) { return known.entry }
        guard let place else { return nil }
        let line = try rawLine(at: place, try OwnedDescriptor(path, .readWithoutLink))
        // Hash values may collide: only the line itself says whose it is.
        guard let (entry, identity) = Self.parse(line[...]), isWanted(identity) else { return nil }
        return entry
    }

    /// A line's bytes without the line feed.
    private func rawLine(
        at place: Int64, _ reader: borrowing OwnedDescriptor
    ) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try reader.read(upTo: 1024, at: place + Int64(bytes.count), path)
            if let end = part.firstIndex(of: 0x0A) { return bytes + part[..<end] }
            guard !part.isEmpty else { return bytes }
            bytes += part
        }
    }

    /// Writes down, durably, what became of a request.
    ///
    /// It is remembered until the end of this process even when it cannot be written.
    mutating func record(_ entry: Entry, of identity: Identity) throws(FileError) {
        unwritten.removeAll { $0.identity == identity }
        unwritten.append((identity, entry))
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
        unwritten.removeLast()
        note(identity, at: length)
        length += Int64(line.count)
        lines += 1
    }

    private mutating func note(_ line: ArraySlice<UInt8>, at place: Int64) {
        lines += 1
        guard let (_, identity) = Self.parse(line) else { return damaged += 1 }
        note(identity, at: place)
    }

    private mutating func note(_ identity: Identity, at place: Int64) {
        places[identity.hashValue] = place
        requestPlaces[identity.request.hashValue] = place
    }

    /// Everything that the file says; a line without an end is cut off.
    private mutating func read() throws(FileError) {
        let reader = try OwnedDescriptor(path, .readWithoutLink)
        var rest: [UInt8] = []
        while true {
            let part = try reader.read(upTo: 1 << 16, path)
            guard !part.isEmpty else { break }
            rest += part
            var start = 0
            while let end = rest[start...].firstIndex(of: 0x0A) {
                let place = length + Int64(start)
                if end > start { note(rest[start..<end], at: place) }
                start = end + 1
            }
            length += Int64(start)
            rest.removeFirst(start)
        }
        if !rest.isEmpty { try file.truncate(to: length, path) }
    }

    /// Writes the newest entries anew, and keeps a damaged file for whoever wants to look into it.
    private mutating func rewrite() throws(FileError) {
        if damaged > 0 {
            let kept = path.parent.appending("ledger.damaged")
            try WholeFile.write(try WholeFile.read(path, limit: 1 << 30), to: kept)
        }
        let reader = try OwnedDescriptor(path, .readWithoutLink)
        var (text, count): ([UInt8], Int) = ([], 0)
        for place in places.values.sorted().suffix(Self.limit) {
            text += try rawLine(at: place, reader) + [0x0A]
            count += 1
        }
        try WholeFile.write(text, to: path)
        file = try OwnedDescriptor(path, .append)
        (places, requestPlaces, length, lines) = ([:], [:], 0, 0)
        try read()
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
