// SPDX-License-Identifier: Apache-2.0

internal import Files

/// The folders that are searched by the clock, because no event can be trusted to come from them.
///
/// Every 5 seconds after something changed there, and less and less often, down to every 30, while
/// nothing does. Pure: time and facts are passed in.
struct Polling: Sendable {
    typealias Instant = SuspendingClock.Instant

    /// The shortest and the longest time between two searches.
    static let shortest = Duration.seconds(5)
    static let longest = Duration.seconds(30)

    /// The folders, relative to the inbox.
    private(set) var folders: Set<Path> = []
    /// Why they are searched, each reason once.
    private(set) var reasons: [PollingReason] = []
    private var interval = shortest
    private var begin: Instant?
    /// What each search saw, as a number that differs when it saw something else.
    private var impressions: [Path: Int] = [:]

    /// When to search; nil while events are trusted everywhere.
    var deadline: Instant? { folders.isEmpty ? nil : begin?.advanced(by: interval) }

    /// The folders that lie in no other of them, in byte order: searching these searches all.
    var outermost: [Path] {
        var result: [Path] = []
        for folder in folders.sorted(by: { $0.bytes.lexicographicallyPrecedes($1.bytes) }) {
            // What lies in a folder need not follow it directly: `a`, `a-b`, `a/c`.
            let isInside = folder.parents.contains { folders.contains($0) }
            if !isInside { result.append(folder) }
        }
        return result
    }

    /// Takes a folder up, or lets go of it when there is no reason.
    mutating func set(_ folder: Path, _ reason: PollingReason?) {
        guard let reason else {
            folders.remove(folder)
            return
        }
        folders.insert(folder)
        if !reasons.contains(reason) { reasons.append(reason) }
    }

    /// Lets go of a folder and of all below it.
    mutating func forget(_ folder: Path) {
        folders = folders.filter { !$0.isBelow(folder) }
        impressions[folder] = nil
    }

    /// Begins anew, for another inbox.
    mutating func restart() {
        self = Self()
    }

    /// Begins to collect the folders and their reasons, for everything is being searched.
    mutating func begin(at now: Instant) {
        folders = []
        reasons = []
        begin = now
    }

    /// Takes note of what one search of the outermost folders saw.
    mutating func note(_ seen: [Path: Int], at now: Instant) {
        let isSame = seen == impressions
        impressions = seen
        begin = now
        interval = isSame ? min(interval + interval / 2, Self.longest) : Self.shortest
    }
}

/// Why a folder is searched by the clock.
enum PollingReason: Equatable, Sendable, CustomStringConvertible {
    /// The administrator wants it.
    case asked
    /// It is on a file system whose changes are not all made here.
    case fileSystem(RemoteFileSystem, folder: Path)
    /// The kernel watches no more folders for this user.
    case watchLimit(String?)
    /// The kernel gives this user no more ways to watch.
    case instanceLimit(String?)
    /// The kernel refused for another reason.
    case refused(String)
    /// A file that was made in the inbox raised no event.
    case deaf
    /// No file could be made in the inbox, so that nothing proves that events come.
    case untried(String)

    static func == (left: PollingReason, right: PollingReason) -> Bool {
        switch (left, right) {
        // One sentence for a file system, whichever folders are on it.
        case (.fileSystem(let one, _), .fileSystem(let other, _)): one == other
        default: left.description == right.description
        }
    }

    /// What is the matter and what is done about it, in one sentence.
    var description: String {
        switch self {
        case .asked: "as --poll asks, " + Self.remedy("everything is")
        case .fileSystem(let kind, let folder):
            "'\(folder.bytes.isEmpty ? "inbox" : folder.description)' is on \(kind.rawValue), which "
                + "does not tell of all changes: " + Self.remedy("folders there are")
        case .watchLimit(let value):
            "the limit of watched folders is reached (fs.inotify.max_user_watches"
                + Self.value(value) + "): " + Self.remedy("the other folders are")
                + "; raise it with sysctl to have them watched"
        case .instanceLimit(let value):
            "the limit of programs that watch folders is reached (fs.inotify.max_user_instances"
                + Self.value(value) + "): " + Self.remedy("everything is")
                + "; raise it with sysctl to have the inbox watched"
        case .refused(let reason): "\(reason): " + Self.remedy("such folders are")
        case .deaf:
            "a file made in the inbox raised no event within a second: "
                + Self.remedy("everything is")
        case .untried(let reason):
            "whether events come cannot be tried (\(reason)): " + Self.remedy("everything is")
        }
    }

    private static func remedy(_ subject: String) -> String {
        "\(subject) searched every \(Polling.shortest.components.seconds) to "
            + "\(Polling.longest.components.seconds) seconds"
    }

    private static func value(_ value: String?) -> String { value.map { " is \($0)" } ?? "" }
}

extension Path {
    /// The folders that a relative path lies in, nearest first, the empty path last.
    fileprivate var parents: [Path] {
        var result: [Path] = []
        var rest = self
        while !rest.bytes.isEmpty {
            rest = rest.parent
            result.append(rest)
        }
        return result
    }
}
