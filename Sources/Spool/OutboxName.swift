// SPDX-License-Identifier: Apache-2.0

internal import Digests
package import Files

/// Names that every system on the other end of a sync tool can hold, made from whatever was dropped.
///
/// Every name is at most ``limit`` bytes long and every folder at most ``folderLimit``, however it
/// was dropped, so that a result always finds its place. No name is that of a text which the service
/// posts and takes away again: nothing ends in `.waiting.txt` or `.progress.json`, and no request's result is `PAUSED`.
package enum OutboxName {
    /// The longest name made here, in bytes of UTF-8.
    ///
    /// Syncthing hashes names beyond 160 bytes; 16 are left for `-NNNN.failed` and the like.
    package static let limit = 144

    /// The longest folder made here below the outbox, in bytes of UTF-8 and in nested parts.
    ///
    /// `PATH_MAX` is 4096. In it have room: a root of 1 KiB, this, a `-NNNNN` behind every part, a
    /// result's name, and in its folder a file that the request named with 1 KiB.
    package static let folderLimit = (bytes: 1024, parts: 32)

    /// A safe name: no control, bidirectional override or character that Windows reserves, no
    /// leading `-`, `.` or `~`, no trailing dot or space, not a device of DOS, never empty, and
    /// `x.waiting_txt` for `x.waiting.txt`.
    ///
    /// Bytes that are not UTF-8 become `%XX`.
    package static func safe(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in decoded(name).unicodeScalars where !isInvisible(scalar) {
            text.unicodeScalars.append(reserved.contains(scalar) ? "_" : scalar)
        }
        // By scalars: a combining mark behind a dot would hide it inside another character.
        let leading = text.unicodeScalars.prefix { "-.~ ".unicodeScalars.contains($0) }
        text.unicodeScalars.removeFirst(leading.count)
        text = fitted(text)
        if isDevice(text) { text = fitted("_" + text) }
        text = unlikeNotice(text)
        return text.isEmpty ? "request" : text
    }

    /// The text, or another for the name of a notice: the service removes whatever bears one.
    private static func unlikeNotice(_ text: String) -> String {
        var text = text
        let isLike = [Notices.waiting, Notices.progress].contains {
            text.lowercased().utf8.reversed().starts(with: $0.utf8.reversed())
        }
        if isLike, let dot = text.unicodeScalars.lastIndex(of: ".") {
            text.unicodeScalars.replaceSubrange(dot...dot, with: ["_"])
        }
        return text
    }

    /// The text cut to the limit between two characters, without trailing dots and spaces.
    private static func fitted(_ text: String) -> String {
        var text = text
        while text.utf8.count > limit { text.removeLast() }
        while text.last == "." || text.last == " " { text.removeLast() }
        return text
    }

    /// The name of a request's result: its file name without `.json`, made safe; `_PAUSED` for
    /// `PAUSED.json` at the top, and `_index.html` for `index.html.json`.
    package static func result(of path: Path) -> String {
        let name = path.name
        let suffix = String(decoding: name.suffix(5), as: UTF8.self).lowercased()
        guard suffix == ".json" else { return safe(name) }
        let result = safe(name.dropLast(5))
        // `PAUSED.waiting.txt` tells of the whole queue, and `index.html` is the gallery.
        let isReserved =
            path.components.count == 1 && ["paused", "index.html"].contains(result.lowercased())
        return isReserved ? "_" + result : result
    }

    /// The folder of a request's result below the outbox: the request's own, made safe.
    ///
    /// Of a folder beyond ``folderLimit`` the first parts stay, and one stands for all others: 32
    /// digits of their SHA-256, the same for the same folder.
    package static func folder(of path: Path) -> Path {
        let dropped = Array(path.components.dropLast())
        let parts = dropped.map { safe($0) }
        let whole = parts.joined(separator: "/")
        guard parts.count > folderLimit.parts || whole.utf8.count > folderLimit.bytes else {
            return Path(whole)
        }
        let digits = 32
        var length = digits
        let kept = parts.prefix(folderLimit.parts - 1).prefix { part in
            length += part.utf8.count + 1
            return length <= folderLimit.bytes
        }
        var digest = SHA256()
        digest.update(Array(dropped.dropFirst(kept.count).joined(separator: [0x2F])))
        let last = String(digest.finish().prefix(digits))
        return Path((kept + [last]).joined(separator: "/"))
    }

    private static func safe(_ name: ArraySlice<UInt8>) -> String { safe(Array(name)) }

    private static let reserved: Set<Unicode.Scalar> = [
        "/", "\\", ":", "*", "?", "\"", "<", ">", "|",
    ]

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        // Direction marks, embeddings, overrides and isolates: names that read backwards.
        case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2028, 0x2029, 0xFEFF: true
        default: false
        }
    }

    private static func isDevice(_ text: String) -> Bool {
        // Windows sees no spaces before the dot, and takes raised digits for digits.
        var stem = text.prefix { $0 != "." }.lowercased()
        while stem.last == " " { stem.removeLast() }
        if ["con", "prn", "aux", "nul"].contains(stem) { return true }
        return stem.count == 4 && (stem.hasPrefix("com") || stem.hasPrefix("lpt"))
            && stem.last?.isNumber == true
    }

    /// Text from bytes, with every byte that is not part of valid UTF-8 as `%XX`.
    private static func decoded(_ bytes: [UInt8]) -> String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length, let part = String(validating: rest.prefix(length), as: UTF8.self) {
                text += part
                rest = rest.dropFirst(length)
            } else {
                text += "%" + String(first >> 4, radix: 16, uppercase: true)
                text += String(first & 15, radix: 16, uppercase: true)
                rest = rest.dropFirst()
            }
        }
        return text
    }
}
