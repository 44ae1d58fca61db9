// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import Files
internal import Glibc

/// Texts in the outbox about results to come: `alice/sunset.waiting.txt` says why there is none yet,
/// `alice/sunset.progress.json` how far it is.
///
/// They are for people who see nothing but the two folders. Which ones stand there is written down
/// in `spool/notices`, so that a start after a crash takes away what no longer holds. A notice is
/// an extra: one that cannot be written is left out.
struct Notices: Sendable {
    private let folder: Path
    private let outbox: Path
    private let suffix: String
    private var posted: [Path: Posted] = [:]

    /// A text that stands in the outbox, or is about to.
    private struct Posted {
        /// Where it is, relative to the outbox.
        let place: Path
        /// The SHA-256 of the text, then that of the one that it replaces: a file that holds something
        /// else is somebody else's.
        private(set) var digests: [String]

        var digest: String? { digests.first }

        init(_ place: Path, _ text: String, replacing old: Posted? = nil) {
            self.place = place
            digests = [Self.digest(Array(text.utf8))] + (old?.digests.prefix(1) ?? [])
        }

        /// Reads what `record` wrote; nil when it is something else.
        init?(record: [UInt8], suffix: String) {
            let words = record.split(separator: 0x20)
            guard 2...3 ~= words.count, let place = EscapedWord.decoded(words[0]),
                place.name.reversed().starts(with: suffix.utf8.reversed()),
                place.bytes.first != 0x2F, !place.components.contains(Array("..".utf8))
            else { return nil }
            self.place = place
            digests = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        }

        var record: [UInt8] {
            ([EscapedWord.encoded(place)] + digests.map { Array($0.utf8) }).joined(separator: [0x20]
            )
            .map(\.self)
        }

        func isAt(_ path: Path) throws(FileError) -> Bool {
            guard let status = try FileStatus(of: path), status.kind == .file,
                status.bytes <= Notices.limit
            else { return false }
            return try digests.contains(Self.digest(WholeFile.read(path, limit: Notices.limit)))
        }

        private static func digest(_ bytes: [UInt8]) -> String {
            var digest = SHA256()
            digest.update(bytes)
            return digest.finish()
        }
    }

    /// What the names of the two kinds end in.
    static let waiting = ".waiting.txt"
    static let progress = ".progress.json"
    /// Bytes of the longest text.
    private static let limit = 64 * 1024

    /// Takes away whatever an earlier run left.
    init(in folder: Path, outbox: Path, suffix: String = waiting) throws(FileError) {
        self.folder = folder
        self.suffix = suffix
        self.outbox = outbox
        try Directory.ensure(folder)
        for name in try Directory.names(in: folder) {
            let file = folder.appending(Path(bytes: name))
            do throws(FileError) {
                // What is no record may be a text that was about to be moved out.
                if try FileStatus(of: file)?.kind == .file,
                    let posted = Posted(
                        record: try WholeFile.read(file, limit: Self.limit), suffix: suffix)
                {
                    try takeAway(posted)
                }
                try Directory.removeTree(file)
            } catch {
                // No text is worth a service that does not start: the next start tries again.
            }
        }
    }

    /// Puts up a text for a request, in place of an earlier one.
    ///
    /// Where the folder of its results cannot be written to, it stands in the outbox itself under
    /// both names: `alice - sunset.waiting.txt`. A name that is taken gets a number.
    mutating func post(_ text: String, for request: Path) throws(FileError) {
        let (folder, name) = (OutboxName.folder(of: request), OutboxName.result(of: request))
        if let old = posted[request] {
            guard old.digest != Posted(old.place, text).digest else { return }
            try withdraw(request)
        }
        do throws(FileError) {
            try put(text, for: request, in: folder, name)
        } catch {
            guard error.isBarrier || [EEXIST, ENOTDIR].contains(error.errno),
                !folder.bytes.isEmpty
            else { throw error }
            let names = folder.components.map { String(decoding: $0, as: UTF8.self) } + [name]
            let joint = OutboxName.safe(Array(names.joined(separator: " - ").utf8))
            try put(text, for: request, in: Path(""), joint)
        }
    }

    /// The same where the text changes again and again: readers see the old one or the new, and what
    /// synchronises the folder one change.
    mutating func update(_ text: String, for request: Path) throws(FileError) {
        guard let old = posted[request], try isThere(old) else {
            try withdraw(request)
            return try post(text, for: request)
        }
        let new = Posted(old.place, text, replacing: old)
        let record = record(of: request)
        let fresh = Path(bytes: record.bytes + Array(".text".utf8))
        try WholeFile.write(new.record, to: record)
        try WholeFile.write(Array(text.utf8), to: fresh)
        try Enclosure.pinning(new.place, beneath: outbox) { (place: Path) throws(FileError) in
            try Renaming.replace(fresh, to: place)
        }
        posted[request] = new
    }

    private mutating func put(
        _ text: String, for request: Path, in folder: Path, _ stem: String
    ) throws(FileError) {
        // An outbox that is away is not made anew.
        try ensure(folder)
        for number in 1... {
            let name = number == 1 ? stem : "\(stem)-\(number)"
            let new = Posted(folder.appending(name + suffix), text)
            do throws(FileError) {
                return try put(text, for: request, new)
            } catch {
                guard error.errno == EEXIST, number < 20 else { throw error }
            }
        }
    }

    private mutating func put(
        _ text: String, for request: Path, _ new: Posted
    ) throws(FileError) {
        let record = record(of: request)
        let fresh = Path(bytes: record.bytes + Array(".text".utf8))
        do throws(FileError) {
            try WholeFile.write(new.record, to: record)
            try WholeFile.write(Array(text.utf8), to: fresh)
            try Enclosure.pinning(new.place, beneath: outbox) { (place: Path) throws(FileError) in
                try Renaming.move(fresh, to: place)
            }
            posted[request] = new
        } catch {
            try Directory.removeTree(fresh)
            guard error.errno == EEXIST else { throw error }
            // It may stand there since a fault in the middle.
            guard try isThere(new) else {
                try Directory.removeTree(record)
                throw error
            }
            posted[request] = new
        }
    }

    private func isThere(_ posted: Posted) throws(FileError) -> Bool {
        try Enclosure.pinning(posted.place, beneath: outbox) { (place: Path) throws(FileError) in
            try posted.isAt(place)
        }
    }

    /// Makes the mirrored folders; a link among them leads nowhere.
    private func ensure(_ folder: Path) throws(FileError) {
        var path = outbox
        for component in folder.components {
            path = path.appending(Path(bytes: component))
            guard try FileStatus(of: path)?.kind != .link else {
                throw FileError(operation: "enter", path: path.description, errno: EXDEV)
            }
            try Directory.ensure(path)
        }
    }

    /// Takes a request's text away, if there is one.
    mutating func withdraw(_ request: Path) throws(FileError) {
        guard let old = posted.removeValue(forKey: request) else { return }
        try takeAway(old)
        try Directory.removeTree(record(of: request))
    }

    /// Removes a text, but never a file that only has its name.
    private func takeAway(_ posted: Posted) throws(FileError) {
        do throws(FileError) {
            try Enclosure.pinning(posted.place, beneath: outbox) {
                (place: Path) throws(FileError) in
                if try posted.isAt(place) { try Directory.remove(place) }
            }
        } catch {
            guard error.errno == ENOENT else { throw error }
        }
    }

    private func record(of request: Path) -> Path {
        var digest = SHA256()
        digest.update(request.bytes)
        return folder.appending(String(digest.finish().prefix(32)))
    }
}
