// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc
internal import JSON

/// Who is told of what: for everything, and for each folder directly below the inbox.
///
///     {
///       "webhook": "https://example.org/hooks/rushes",
///       "mail": "studio@example.org",
///       "when": "failed",
///       "folders": {"alice": {"mail": "alice@example.org", "when": "always"}}
///     }
///
/// What a folder does not say is said by the whole.
package struct Addressees: Equatable, Sendable {
    /// Of what an addressee wants to hear.
    package enum Occasion: String, CaseIterable, Sendable {
        case always, done, failed
    }

    /// One entry of the file.
    package struct Entry: Equatable, Sendable {
        package var webhook: String?
        package var mail: String?
        package var when: Occasion?

        func over(_ other: Entry) -> Entry {
            Entry(
                webhook: webhook ?? other.webhook, mail: mail ?? other.mail,
                when: when ?? other.when)
        }
    }

    package var all = Entry()
    package var folders: [String: Entry] = [:]
    /// The programs, where they are not in their usual places.
    package var sendmail = "/usr/sbin/sendmail"
    package var curl = "/usr/bin/curl"

    /// Bytes of the longest file, and of an address.
    package static let limit = 64 << 10
    package static let addressLimit = 2048

    /// Nobody, or one web address for everything.
    ///
    /// - Throws: `TellingError.wrong` for what is no web address.
    package init(webhook: String? = nil) throws(TellingError) {
        guard let webhook else { return }
        guard Self.isWebAddress(webhook) else {
            throw .wrong(path: "--webhook", problem: Self.webAddressWanted)
        }
        all.webhook = webhook
    }

    /// Whether nobody is told anything.
    package var isEmpty: Bool {
        ([all] + folders.values).allSatisfy { $0.webhook == nil && $0.mail == nil }
    }

    /// Who is told of a folder's requests; the empty name is the inbox itself.
    package func entry(for folder: String) -> Entry {
        folders[folder].map { $0.over(all) } ?? all
    }

    /// Reads the file, which nobody but root and the user of this process may be able to change.
    ///
    /// * `webhook`: The address for whatever the file says nothing of.
    /// - Throws: `TellingError`.
    package init(path: String, webhook: String? = nil) throws(TellingError) {
        try self.init(webhook: webhook)
        let bytes: [UInt8]
        var isPrivate = false
        do throws(FileError) {
            let file = try Path(path).resolved()
            let status = try FileStatus(of: file)
            isPrivate =
                status.map { $0.permissions & 0o022 == 0 && [0, geteuid()].contains($0.owner) }
                ?? true
            bytes = try WholeFile.read(file, limit: Self.limit)
        } catch {
            throw .unreadable(path: path, reason: error.description)
        }
        guard isPrivate else { throw .notPrivate(path: path) }
        try read(bytes, path)
    }

    private mutating func read(_ bytes: [UInt8], _ path: String) throws(TellingError) {
        let node: JSONNode
        do throws(JSONError) {
            node = try JSONNode(
                parsing: bytes,
                limits: JSONLimits(bytes: Self.limit, depth: 4, duplicateKeys: .refused))
        } catch {
            let place = error.position.map { "line \($0.line), column \($0.column): " } ?? ""
            throw .wrong(path: path, problem: "\(place)\(error.reason) \(error.hint)")
        }
        guard let members = node.members else {
            throw .wrong(path: path, problem: "it must be an object in braces { }")
        }
        var own: [JSONMember] = []
        for member in members {
            switch member.key {
            case "sendmail": sendmail = try program(member, path)
            case "curl": curl = try program(member, path)
            case "folders":
                guard let list = member.value.members else {
                    throw Self.fault(member, "an object with a folder's name for each entry", path)
                }
                for folder in list {
                    guard let entry = folder.value.members else {
                        throw Self.fault(folder, "an object in braces", path)
                    }
                    folders[folder.key] = try Self.entry(entry, path)
                }
            default: own.append(member)
            }
        }
        all = try Self.entry(own, path).over(all)
    }

    private static func entry(
        _ members: [JSONMember], _ path: String
    ) throws(TellingError) -> Entry {
        var entry = Entry()
        for member in members {
            let text = member.value.string
            switch member.key {
            case "webhook":
                guard let text, isWebAddress(text) else {
                    throw fault(member, webAddressWanted, path)
                }
                entry.webhook = text
            case "mail":
                guard let text, isMailAddress(text) else {
                    throw fault(member, "one address such as alice@example.org", path)
                }
                entry.mail = text
            case "when":
                guard let occasion = text.flatMap(Occasion.init) else {
                    throw fault(member, "\"always\", \"done\" or \"failed\"", path)
                }
                entry.when = occasion
            default:
                throw .wrong(
                    path: path,
                    problem: "line \(member.keyPosition.line): there is no key '\(member.key)'; "
                        + "there are webhook, mail and when, and on top folders, sendmail and curl")
            }
        }
        return entry
    }

    private func program(_ member: JSONMember, _ path: String) throws(TellingError) -> String {
        guard let text = member.value.string, text.hasPrefix("/"), !text.contains("\0") else {
            throw Self.fault(member, "the whole path of a program", path)
        }
        return text
    }

    private static func fault(
        _ member: JSONMember, _ wanted: String, _ path: String
    ) -> TellingError {
        .wrong(
            path: path,
            problem: "line \(member.value.position.line): '\(member.key)' must be \(wanted)")
    }

    private static let webAddressWanted =
        "an address that begins with http:// or https://, in plain characters"

    /// Only what needs no quoting anywhere: printable ASCII without blanks, quotes and backslashes.
    private static func isWebAddress(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C
        }
        let scheme = ["https://", "http://"].first { text.hasPrefix($0) }
        return isPlain && text.utf8.count <= addressLimit
            && scheme.map { text.utf8.count > $0.utf8.count } == true
    }

    /// The plain form of an address, which no mail program takes for an option or for two.
    private static func isMailAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let letters = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        let isPlain = { (part: Substring, others: String) in
            !part.isEmpty && !part.hasPrefix("-")
                && part.utf8.allSatisfy { letters($0) || others.utf8.contains($0) }
        }
        guard text.utf8.count <= 254 else { return false }
        return parts.count <= 2 && isPlain(parts[0], "._+-=")
            && (parts.count == 1 || isPlain(parts[1], ".-"))
    }
}
