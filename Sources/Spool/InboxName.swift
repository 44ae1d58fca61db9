// SPDX-License-Identifier: Apache-2.0

package import Files

/// Which names in the inbox mean a request, and which are the traffic of editors and sync tools.
///
/// The rules were collected from Syncthing, rsync, rclone, Nextcloud, Dropbox, OneDrive, Resilio,
/// Unison, browsers and editors, which all write under a temporary name first and rename.
package enum InboxName {
    /// Why a name is passed over.
    package enum Reason: Equatable, Sendable, CustomStringConvertible {
        /// No request: its name does not end in `.json`.
        case suffix
        /// It begins, or ends, as the temporary files of other programs do.
        case beginning(String), ending(String)
        /// A conflict copy, of which somebody has to choose.
        case conflict
        /// The private folder or file of a system or a sync tool.
        case housekeeping
        /// A folder with a request's name.
        case folder
        /// What holds for the requests below it.
        case defaults
        /// The folder of things to copy, which are never run.
        case templates

        /// One sentence for the person who dropped it.
        package var description: String {
            switch self {
            case .suffix: "Only a name that ends in .json is a request."
            case .beginning("."):
                "A name that begins with '.' is hidden: sync tools and editors "
                    + "keep their temporary files under such names."
            case .beginning(let mark):
                "A name that begins with '\(mark)' is another program's temporary file."
            case .ending(let mark):
                "A name that ends in '\(mark)' is another program's temporary file, or a copy."
            case .conflict:
                "This is a conflict copy, which a sync tool made because the file was changed in "
                    + "two places: choose one version and give it a name of its own."
            case .housekeeping: "A system or a sync tool keeps its own things under this name."
            case .folder: "This is a folder, and only a file may have a name that ends in .json."
            case .defaults:
                "It holds what the requests in its folder and below it do not say themselves."
            case .templates:
                "What is in this folder is there to be copied: put a copy elsewhere in the inbox."
            }
        }
    }

    /// Why a file of this name is no request; nil when it is one: `*.json` in any case, and no
    /// temporary name or conflict copy.
    package static func reason(againstRequest name: [UInt8]) -> Reason? {
        let name = lowercased(name)
        if let reason = temporary(name) { return reason }
        guard name.utf8.count > suffix.utf8.count, ends(name, suffix) else { return .suffix }
        if name == defaultsFile { return .defaults }
        return isConflict(name) ? .conflict : nil
    }

    /// Why a folder of this name is not searched for requests; nil when it is.
    package static func reason(againstFolder name: [UInt8]) -> Reason? {
        let name = lowercased(name)
        if let reason = temporary(name) { return reason }
        if ends(name, suffix) { return .folder }
        if name == templateFolder { return .templates }
        return name.isEmpty || housekeeping.contains(name) ? .housekeeping : nil
    }

    /// Whether a file of this name is a request.
    package static func isRequest(_ name: [UInt8]) -> Bool { reason(againstRequest: name) == nil }

    /// Whether a folder of this name is searched for requests.
    package static func isSearched(_ name: [UInt8]) -> Bool { reason(againstFolder: name) == nil }

    /// Whether every component of a path inside the inbox may be looked at, and the last is a
    /// request.
    package static func isRequest(_ path: Path) -> Bool {
        let components = path.components
        return components.last.map(isRequest) == true
            && components.dropLast().allSatisfy(isSearched)
    }

    /// Whether a path is that of a picture, clip or text that is a request by lying where it does: in a
    /// folder of the folder `_modes`, or deeper.
    ///
    /// What was refused and came back in a folder `NAME.failed` has its request beside it.
    package static func isDrop(_ path: Path) -> Bool {
        let parts = path.components
        guard let last = parts.last, let start = parts.firstIndex(where: isModeFolder),
            start + 2 < parts.count, parts.dropLast().allSatisfy(isSearched), isMedium(last)
        else { return false }
        let isBack = parts[start...].dropLast().contains { ends(lowercased($0), ".failed") }
        return !isBack && lowercased(last) != readme
    }

    /// Whether a file at such a path is a request, with or without a request's text.
    package static func isOffered(_ path: Path) -> Bool { isRequest(path) || isDrop(path) }

    /// The folder whose folders say with their names what is to be done with what is dropped there.
    package static let modeFolder = "_modes"
    /// The folder of requests to copy.
    package static let templateFolder = "_templates"
    /// What explains a folder, in each of them.
    package static let readmeFile = "README.txt"

    private static let readme = readmeFile.lowercased()
    private static let defaultsFile = "defaults.json"

    private static func isModeFolder(_ name: [UInt8]) -> Bool { lowercased(name) == modeFolder }

    /// Whether a name is worth mentioning to somebody who looks for a picture or a clip.
    package static func isMedium(_ name: [UInt8]) -> Bool {
        isSearched(name) && !isConflict(lowercased(name))
    }

    private static let suffix = ".json"

    private static let housekeeping: Set<String> = [
        "@eadir", "@synoeastream", "lost+found", "__macosx", "thumbs.db", "desktop.ini", "icon\r",
        "$recycle.bin", "system volume information",
    ]

    private static let temporaryPrefixes = [".", "~", "#", "_tmp"]

    private static let temporarySuffixes = [
        "~", ".tmp", ".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download",
        ".!sync", ".syncpart", ".synctemp", ".syncold", ".!qb", ".aria2", ".ytdl", ".swp", ".bak",
        ".insyncdl", "___jb_tmp___", "___jb_old___", ".kate-swp",
    ]

    private static func temporary(_ name: String) -> Reason? {
        if let mark = temporaryPrefixes.first(where: { name.utf8.starts(with: $0.utf8) }) {
            return .beginning(mark)
        }
        return temporarySuffixes.first { ends(name, $0) }.map(Reason.ending)
    }

    /// By bytes: `hasSuffix` compares characters, and a combining mark would hide the dot.
    private static func ends(_ name: String, _ suffix: String) -> Bool {
        name.utf8.reversed().starts(with: suffix.utf8.reversed())
    }

    /// Conflict copies are second versions of a file that somebody has to choose from.
    private static func isConflict(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let stem = parts.count > 1 ? name.dropLast(parts[parts.count - 1].count + 1) : name[...]
        if stem.contains("conflicted copy") || isUnisonConflict(stem) { return true }
        // Dropbox, Nextcloud and Seafile, for names that differ in case or in their letters' form.
        for mark in [
            "(case conflict", "(unicode encoding conflict", "(selective sync conflict",
            "(case clash from ", "(sfconflict ",
        ] where stem.contains(mark) { return true }
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
