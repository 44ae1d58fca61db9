// SPDX-License-Identifier: Apache-2.0

package import Files
internal import Glibc

/// The folder where requests are dropped, searched and watched in all its depth.
///
/// The directory is the truth and events are hints: whatever `arrivals` answers was looked at just
/// now, and `search` finds the same without any event. While the folder itself is away nothing
/// arrives and nothing departs; it is taken up again when it is back.
package struct Inbox: ~Copyable {
    /// Where it is.
    package let root: Path
    /// Folders that could not be searched since the last whole search, as sentences.
    package internal(set) var troubles: [String] = []
    /// Requests that were answered once and went away since, as the last `search` or `arrivals`
    /// noticed: removed, moved out, renamed, or claimed.
    package internal(set) var departures: [Arrival] = []
    /// Why the folder is not there, as a sentence; nil while it is.
    package private(set) var absence: String?

    var watch: Watch?
    var polling = Polling()
    /// Why no event is trusted at all; nil when those of this system are.
    var doubt: PollingReason?
    /// The devices that were met since the last whole search.
    var kinds: [UInt64: RemoteFileSystem?] = [:]
    var settling: Settling
    /// Requests that were answered, as they were then.
    var offered: [Path: FileStatus] = [:]
    /// Files that could not be claimed, as they were then: not tried again until they change or
    /// the next whole search comes.
    var held: [Path: FileStatus] = [:]
    /// Requests that were answered for good and lie there still, as they were then.
    var settled: [Path: FileStatus] = [:]
    /// Hints that nobody has looked into.
    private var backlog: [Watch.Hint] = []
    /// The folder that was searched: another one under the same name is another inbox.
    private var identity: Identity?
    /// Whether the inbox was ever on another file system than the spool, which is what
    /// `Claiming.leave` is for: without that file system it is away.
    private var wasElsewhere = false
    /// When an inbox that is away is asked for again.
    private var nextLook: Settling.Instant?
    private let isPolled: Bool
    private let claiming: Claiming
    let isComplete: @Sendable ([UInt8]) -> Bool

    /// Folders nested deeper than this are not searched.
    package static let depthLimit = 32
    /// Hints that one call of `arrivals` looks into: ten thousand at once keep nobody waiting.
    private static let hintLimit = 256
    /// How often an inbox that is away is asked for.
    package static let absencePause = Duration.seconds(3)

    /// Opens a queue's inbox; nothing is watched before the first `search`.
    ///
    /// * `pause`: how long a request that is not whole must stay the same to be taken as it is.
    /// * `emptyPause`: the same for an empty one, which may be the place that a sender keeps for what
    ///   it is about to write; `pause` when that is longer.
    /// * `polled`: whether events are trusted nowhere.
    /// * `isComplete`: whether bytes are one whole JSON object; the queue itself never reads.
    package init(
        of spool: borrowing Spool, pause: Duration, emptyPause: Duration = .zero,
        polled: Bool = false, isComplete: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SpoolError) {
        root = spool.inbox
        settling = Settling(pause: pause, emptyPause: emptyPause)
        isPolled = polled
        claiming = spool.claiming
        self.isComplete = isComplete
    }

    /// Becomes readable when `arrivals` should be called; negative, which `poll` passes over, while
    /// there are no events.
    package var descriptor: Int32 {
        switch watch {
        case .some(let watch): watch.descriptor
        case nil: -1
        }
    }

    private var isWatching: Bool { descriptor >= 0 }

    /// How long a file must stay the same to be taken for whole.
    var pause: Duration { settling.pause }

    /// When `arrivals` should be called even without an event.
    package var deadline: Settling.Instant? {
        let searching = nextLook == nil ? polling.deadline : nil
        let present = backlog.isEmpty ? nil : Settling.Instant.now
        return [settling.deadline, searching, nextLook, present].compactMap(\.self).min()
    }

    /// Whether a file is there that may yet become a request, so that the inbox is not empty.
    package var isSettling: Bool { settling.deadline != nil || !backlog.isEmpty }

    /// Why folders are searched by the clock and not watched, as sentences; empty where events can
    /// be trusted.
    package var pollingReasons: [String] { polling.reasons.map(\.description) }

    /// Watches and searches everything; answers the requests that are ready now, those of earlier
    /// answers among them.
    ///
    /// The first time, and after the inbox was away, it makes a hidden file and removes it at once,
    /// and waits at most a second for the event.
    package mutating func search(at now: Settling.Instant) -> [Arrival] {
        departures = []
        let ready = isPlaced ? searchAll(at: now) : enter(at: now)
        return ready.map(Arrival.init)
    }

    /// Reads the events that have come and looks again at what has settled; answers the requests
    /// that are ready now, relative to the inbox.
    package mutating func arrivals(at now: Settling.Instant) -> [Arrival] {
        departures = []
        let hints: [Watch.Hint]
        do throws(FileError) {
            hints = try watch?.hints() ?? []
        } catch {
            // What they would have told is found by searching.
            return enter(at: now).map(Arrival.init)
        }
        guard isPlaced, !hints.contains(.root) else { return enter(at: now).map(Arrival.init) }
        var ready: [Path] = []
        backlog += hints
        // A search finds whatever the other hints would have told.
        if backlog.contains(.everything) { backlog = [.everything] }
        let some = backlog.prefix(Self.hintLimit)
        backlog.removeFirst(some.count)
        for hint in some {
            switch hint {
            case .file(let path): ready += look(at: path, now)
            case .folder(let path): ready += folder(path, at: now)
            case .departed(let path, isFolder: false):
                ready += look(at: path, now)
                depart([path])
            case .departed(let path, isFolder: true):
                polling.forget(path)
                depart(offered.keys.filter { $0.isBelow(path) })
            case .everything: ready += searchAll(at: now)
            case .root: continue
            }
        }
        for path in settling.due(at: now) { ready += look(at: path, now) }
        if let due = polling.deadline, due <= now { ready += poll(at: now) }
        guard isPlaced else {
            // What was looked at may have been read from two inboxes, or from none.
            return enter(at: now).map(Arrival.init)
        }
        var seen: Set<Path> = []
        return ready.filter { seen.insert($0).inserted }.map(Arrival.init)
    }

    /// The bytes of a request, or why there are none.
    package func read(_ arrival: Arrival) -> Result<[UInt8], UnreadableRequest> {
        RequestFile.read(arrival.path, beneath: root)
    }

    /// Looks at a request again that may have changed since it arrived; answers it when it is ready
    /// now, and lets it arrive by itself when it will be.
    package mutating func revisit(_ arrival: Arrival, at now: Settling.Instant) -> [Arrival] {
        look(at: arrival.path, now).map(Arrival.init)
    }

    /// Leaves a request that could not be claimed alone until it changes.
    package mutating func hold(_ arrival: Arrival) {
        held[arrival.path] = offered[arrival.path]
    }

    /// Leaves a request alone that has been dealt with and lies there still, until it changes.
    ///
    /// As it was when it was answered: a new version may have come under its name since.
    package mutating func settle(_ arrival: Arrival) {
        settled[arrival.path] = offered[arrival.path]
    }

    // MARK: The folder itself

    private struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
        /// Whether it is on another file system than the spool.
        let isElsewhere: Bool
    }

    /// Whether the folder that was searched still stands at its place.
    ///
    /// Without it the absence of anything in it says nothing.
    var isPlaced: Bool {
        guard let identity else { return false }
        do throws(FileError) {
            return try identify() == identity
        } catch {
            return false
        }
    }

    private func identify() throws(FileError) -> Identity {
        // By opening, because the inbox may be a link that the administrator made.
        let status = try FileStatus(of: try OwnedDescriptor(root, .directory), root)
        let own = try FileStatus(of: root.parent.appending("spool"))?.device
        let isElsewhere = own.map { $0 != status.device } ?? false
        switch claiming {
        case .move where isElsewhere:
            // Nothing can be moved from there: what was mounted over the inbox hides it.
            throw FileError(
                operation: "move requests from", path: root.description, errno: EXDEV)
        case .leave where wasElsewhere && !isElsewhere:
            // An empty mount point is not an empty inbox.
            throw FileError(
                operation: "find the file system of", path: root.description, errno: ENODEV)
        default:
            return Identity(
                device: status.device, inode: status.inode, isElsewhere: isElsewhere)
        }
    }

    /// Takes up the folder that stands at the place now, or begins to wait for one.
    private mutating func enter(at now: Settling.Instant) -> [Path] {
        if identity != nil || absence == nil { renewWatch() }
        backlog = []
        identity = nil
        do throws(FileError) {
            // First, so that it cannot come back unseen.
            try watch?.addSurroundings()
        } catch {
            // It is asked for by the clock as well.
        }
        do throws(FileError) {
            let found = try identify()
            identity = found
            wasElsewhere = wasElsewhere || found.isElsewhere
            absence = nil
            nextLook = nil
        } catch {
            settling.forgetAll()
            departures = []
            absence = error.description
            nextLook = now.advanced(by: Self.absencePause)
            return []
        }
        if !isPolled { doubt = .untried("not tried yet") }
        polling.restart()
        return searchAll(at: now)
    }

    /// Begins with no folder watched: the descriptors of another inbox's folders mean nothing here.
    private mutating func renewWatch() {
        watch = nil
        doubt = isPolled ? .asked : nil
        guard !isPolled else { return }
        do throws(FileError) {
            watch = try Watch(root: root)
        } catch {
            doubt = .unwatched(error)
        }
    }

    /// Finds out whether the system tells of what happens in the inbox.
    private mutating func tryWatch() {
        guard isWatching else { return }
        doubt = nil
        do throws(FileError) {
            try watch?.add(Path(""))
            if try watch?.hearsItself() == false { doubt = .deaf }
        } catch {
            doubt = error.operation == "watch" ? .unwatched(error) : .untried(error.description)
        }
    }

    /// Searches everything, and takes note of all that is no longer there.
    mutating func searchAll(at now: Settling.Instant) -> [Path] {
        troubles = []
        held = [:]
        kinds = [:]
        polling.begin(at: now)
        if doubt != nil, !isPolled {
            if !isWatching { renewWatch() }
            tryWatch()
        }
        var sweep = Sweep()
        let ready = search(Path(""), device: identity?.device ?? 0, &sweep, at: now)
        // A folder that goes away in the middle looks empty.
        guard isPlaced else { return enter(at: now) }
        depart(offered.keys.filter { !sweep.requests.contains($0) })
        for path in settled.keys where !sweep.requests.contains(path) { settled[path] = nil }
        return ready
    }
}
