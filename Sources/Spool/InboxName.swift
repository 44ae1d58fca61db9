// SPDX-License-Identifier: Apache-2.0

package import Files

/// Which names in the inbox mean a request, and which are the traffic of editors and sync tools.
///
/// The rules were collected from Syncthing, rsync, rclone, Nextcloud, Dropbox, OneDrive, Resilio,
/// Unison, browsers and editors, which all write under a temporary name first and rename.
package enum InboxName {
    /// Whether a file of this name is a request: `*.json` in any case, and no temporary name or
    /// conflict copy.
    package static func isRequest(_ name: [UInt8]) -> Bool {
        let name = lowercased(name)
        return name.utf8.count > suffix.utf8.count && ends(name, suffix)
            && !isTemporary(name) && !isConflict(name)
    }

    /// Whether a folder of this name is searched for requests.
    package static func isSearched(_ name: [UInt8]) -> Bool {
        let name = lowercased(name)
        return !name.isEmpty && !ends(name, suffix) && !isTemporary(name)
            && !housekeeping.contains(name)
    }

    /// Whether every component of a path inside the inbox may be looked at, and the last is a
    /// request.
    package static func isRequest(_ path: Path) -> Bool {
        let components = path.components
        return components.last.map(isRequest) == true
            && components.dropLast().allSatisfy(isSearched)
    }

    private static let suffix = ".json"

    private static let housekeeping: Set<String> = [
        "@eadir", "@synoeastream", "lost+found", "__macosx",
    ]

    private static let temporaryPrefixes = [".", "~", "#", "_tmp"]

    private static let temporarySuffixes = [
        "~", ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".!sync",
        ".!qb", ".aria2", ".swp", ".bak", ".insyncdl",
    ]

    private static func isTemporary(_ name: String) -> Bool {
        temporaryPrefixes.contains { name.utf8.starts(with: $0.utf8) }
            || temporarySuffixes.contains { ends(name, $0) }
    }

    /// By bytes: `hasSuffix` compares characters, and a combining mark would hide the dot.
    private static func ends(_ name: String, _ suffix: String) -> Bool {
        name.utf8.reversed().starts(with: suffix.utf8.reversed())
    }

    /// Conflict copies are second versions of a request that somebody has to choose from.
    private static func isConflict(_ name: String) -> Bool {
        let stem = name.dropLast(suffix.count)
        if stem.contains("conflicted copy") || isUnisonConflict(stem) { return true }
        // Syncthing, Nextcloud and OneDrive put digits behind the word; a title would not.
        for mark in [".sync-conflict-", "_conflict-", "-safebackup-"] {
            guard let range = stem.firstRange(of: mark) else { continue }
            if stem[range.upperBound...].first?.isNumber == true { return true }
        }
        // Resilio and rclone end the stem with the word, rclone with a number behind it.
        let last = stem.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
        return stem.contains(".") && last.hasPrefix("conflict")
            && last.dropFirst("conflict".count).allSatisfy(\.isNumber)
    }

    /// `x (conflict_on_2026-01-02)`; further ones of a day `x (conflict #2_on_2026-01-02)`.
    private static func isUnisonConflict(_ stem: Substring) -> Bool {
        guard let range = stem.firstRange(of: "(conflict") else { return false }
        var rest = stem[range.upperBound...]
        if rest.hasPrefix(" #") { rest = rest.dropFirst(2).drop(while: \.isNumber) }
        return (rest.hasPrefix("_on_") || rest.hasPrefix(" on ")) && rest.contains(")")
    }

    private static func lowercased(_ name: [UInt8]) -> String {
        String(decoding: name, as: UTF8.self).lowercased()
    }
}
