// SPDX-License-Identifier: Apache-2.0

package import Files

/// The folder where requests are dropped, searched and watched in all its depth.
///
/// The directory is the truth and events are hints: whatever `arrivals` answers was looked at just
/// now, and `search` finds the same without any event.
package struct Inbox: ~Copyable {
    /// Where it is.
    package let root: Path
    /// Folders that could not be watched or searched since the last search, as sentences.
    package private(set) var troubles: [String] = []

    private var watch: Watch
    private var settling: Settling
    /// Files that could not be claimed, as they were then: not tried again until they change or
    /// the next search comes.
    private var held: [Path: FileStatus] = [:]
    private let isComplete: @Sendable ([UInt8]) -> Bool

    /// Folders nested deeper than this are not searched.
    package static let depthLimit = 32

    /// Opens a queue's inbox; nothing is watched before the first `search`.
    ///
    /// `isComplete` answers whether bytes are one whole JSON object: the queue itself never reads.
    package init(
        of spool: borrowing Spool, pause: Duration,
        isComplete: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SpoolError) {
        let root = spool.inbox
        self.root = root
        watch = try spooling { () throws(FileError) in try Watch(root: root) }
        settling = Settling(pause: pause)
        self.isComplete = isComplete
    }

    /// Becomes readable when `arrivals` should be called.
    package var descriptor: Int32 { watch.descriptor }

    /// How long a file must stay the same to be taken for whole.
    var pause: Duration { settling.pause }

    /// When `arrivals` should be called even without an event.
    package var deadline: Settling.Instant? { settling.deadline }

    /// Watches and searches everything; answers the requests that are ready now.
    package mutating func search(at now: Settling.Instant) -> [Arrival] {
        troubles = []
        held = [:]
        return search(Path(""), at: now).map(Arrival.init)
    }

    /// Reads the events that have come and looks again at what has settled; answers the requests
    /// that are ready now, relative to the inbox.
    ///
    /// - Throws: `SpoolError.inboxGone` when the inbox itself went away.
    package mutating func arrivals(at now: Settling.Instant) throws(SpoolError) -> [Arrival] {
        let hints: [Watch.Hint]
        do throws(FileError) {
            hints = try watch.hints()
        } catch {
            throw .file(error)
        }
        var ready: [Path] = []
        for hint in hints {
            switch hint {
            case .file(let path): ready += look(at: path, now)
            case .folder(let path): ready += folder(path, at: now)
            case .everything: ready += search(at: now).map(\.path)
            case .gone: throw .inboxGone(path: root.description)
            }
        }
        for path in settling.due(at: now) { ready += look(at: path, now) }
        var seen: Set<Path> = []
        return ready.filter { seen.insert($0).inserted }.map(Arrival.init)
    }

    /// The bytes of a request, or why there are none.
    package func read(_ arrival: Arrival) -> Result<[UInt8], UnreadableRequest> {
        RequestFile.read(root.appending(arrival.path), followingLinks: false)
    }

    /// Looks at a request again that has changed since it arrived; answers it when it is ready.
    package mutating func revisit(_ arrival: Arrival, at now: Settling.Instant) -> [Arrival] {
        look(at: arrival.path, now).map(Arrival.init)
    }

    /// Leaves a request that could not be claimed alone until it changes.
    package mutating func hold(_ arrival: Arrival) {
        held[arrival.path] = status(of: arrival.path)
    }

    private mutating func folder(_ path: Path, at now: Settling.Instant) -> [Path] {
        InboxName.isRequest(path) ? look(at: path, now) : search(path, at: now)
    }

    /// Watches first and lists then, so that nothing can arrive in between unseen.
    private mutating func search(_ folder: Path, at now: Settling.Instant) -> [Path] {
        let components = folder.components
        guard components.count <= Self.depthLimit, components.allSatisfy(InboxName.isSearched)
        else { return [] }
        var ready: [Path] = []
        do throws(FileError) {
            do throws(FileError) {
                try watch.add(folder)
            } catch {
                // Without a watch the folder is still searched, now and at every later search.
                troubles.append(error.description)
            }
            for name in try Directory.names(in: root.appending(folder)) {
                let path = folder.appending(Path(bytes: name))
                if InboxName.isRequest(name) {
                    ready += look(at: path, now)
                } else if InboxName.isSearched(name), status(of: path)?.kind == .directory {
                    ready += search(path, at: now)
                }
            }
        } catch {
            if status(of: folder) != nil { troubles.append(error.description) }
        }
        return ready
    }

    /// The path itself when it is a request that is ready, otherwise nothing.
    private mutating func look(at path: Path, _ now: Settling.Instant) -> [Path] {
        guard InboxName.isRequest(path) else { return [] }
        let status = status(of: path)
        if let status, held[path] == status { return [] }
        held[path] = nil
        let whole = status?.kind == .file && isWhole(path)
        return settling.observe(path, status, isComplete: whole, at: now) ? [path] : []
    }

    private func isWhole(_ path: Path) -> Bool {
        do throws(FileError) {
            let limit = RequestFile.limit
            return isComplete(try WholeFile.read(root.appending(path), limit: limit))
        } catch {
            // Unreadable now: when it stays so, it is claimed as it is, and refused with a reason.
            return false
        }
    }

    func status(of path: Path) -> FileStatus? {
        do throws(FileError) {
            return try FileStatus(of: root.appending(path))
        } catch {
            // A name that cannot even be examined is treated as absent; a later search asks again.
            return nil
        }
    }
}
