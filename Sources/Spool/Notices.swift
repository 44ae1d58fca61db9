// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import Files
internal import Glibc

/// Texts in the outbox that say why there is no result yet: `alice/sunset.waiting.txt`.
///
/// They are for people who see nothing but the two folders. Which ones stand there is written down
/// in `spool/notices`, so that a start after a crash takes away what no longer holds. A notice is
/// an extra: one that cannot be written is left out.
struct Notices: Sendable {
    private let folder: Path
    private let outbox: Path
    private var posted: [Path: (text: String, place: Path)] = [:]

    /// Takes away whatever an earlier run left.
    init(in folder: Path, outbox: Path) throws(FileError) {
        self.folder = folder
        self.outbox = outbox
        try Directory.ensure(folder)
        for name in try Directory.names(in: folder) {
            let file = folder.appending(Path(bytes: name))
            do throws(FileError) {
                if let place = try Self.place(in: file) {
                    try Directory.removeTree(outbox.appending(place))
                }
                try Directory.removeTree(file)
            } catch {
                // No text is worth a service that does not start: the next start tries again.
            }
        }
    }

    /// Where the text stands that a record tells of; nil for what is no record, such as a text that
    /// was about to be moved out when the power went.
    private static func place(in record: Path) throws(FileError) -> Path? {
        guard try FileStatus(of: record)?.kind == .file,
            let place = EscapedWord.decoded(try WholeFile.read(record, limit: 64 * 1024)[...])
        else { return nil }
        let isOurs = place.name.reversed().starts(with: suffix.utf8.reversed())
        let isWithin = place.bytes.first != 0x2F && !place.components.contains(Array("..".utf8))
        return isOurs && isWithin ? place : nil
    }

    private static let suffix = ".waiting.txt"

    /// Puts up a text for a request, in place of an earlier one.
    ///
    /// Where the folder of its results cannot be written to, it stands in the outbox itself under
    /// both names: `alice - sunset.waiting.txt`.
    mutating func post(_ text: String, for request: Path) throws(FileError) {
        guard posted[request]?.text != text else { return }
        let (folder, name) = (OutboxName.folder(of: request), OutboxName.result(of: request))
        do throws(FileError) {
            try put(text, for: request, at: folder.appending(name + Self.suffix))
        } catch {
            guard error.isBarrier || error.errno == EEXIST, !folder.bytes.isEmpty else {
                throw error
            }
            let names = folder.components.map { String(decoding: $0, as: UTF8.self) } + [name]
            let joint = OutboxName.safe(Array(names.joined(separator: " - ").utf8))
            try put(text, for: request, at: Path(joint + Self.suffix))
        }
    }

    private mutating func put(
        _ text: String, for request: Path, at place: Path
    ) throws(FileError) {
        let record = record(of: request)
        let fresh = Path(bytes: record.bytes + Array(".text".utf8))
        try WholeFile.write(EscapedWord.encoded(place), to: record)
        // An outbox that is away is not made anew.
        if !place.parent.bytes.isEmpty { try Directory.ensure(outbox.appending(place).parent) }
        try WholeFile.write(Array(text.utf8), to: fresh)
        try Renaming.replace(fresh, to: outbox.appending(place))
        posted[request] = (text, place)
    }

    /// Takes a request's text away, if there is one.
    mutating func withdraw(_ request: Path) throws(FileError) {
        guard let (_, place) = posted.removeValue(forKey: request) else { return }
        try Directory.removeTree(outbox.appending(place))
        try Directory.removeTree(record(of: request))
    }

    private func record(of request: Path) -> Path {
        var digest = SHA256()
        digest.update(request.bytes)
        return folder.appending(String(digest.finish().prefix(32)))
    }
}
