// SPDX-License-Identifier: Apache-2.0

internal import Files

/// A request in the inbox that waits for the files that it names.
package struct Gathering: Sendable {
    /// How things stand.
    package enum Verdict: Equatable, Sendable {
        /// Nothing new; these names, as text for people, stand for nothing yet, or for a file that has
        /// been growing for a while.
        case waiting(missing: [String])
        /// Every file is there, or was waited for long enough: accept the request now.
        case ready
        /// The request itself has changed or gone: it begins anew.
        case changed
    }

    /// The request.
    package let arrival: Arrival
    /// The names of its files, each once.
    package var names: [String] = []
    /// When to look again.
    package private(set) var next: Settling.Instant

    /// Whether the time to wait is over, so that what is missing now stays missing.
    package private(set) var isLast = false

    private let status: FileStatus
    private let limit: Duration
    private var patience: Patience

    /// Begins to wait for the files of a request; nil when the request is gone.
    ///
    /// The names are read from the request after this, so that whatever it was changed to in between
    /// shows as a change.
    ///
    /// * `limit`: how long a missing file is waited for after the last change.
    package init?(
        _ arrival: Arrival, in inbox: borrowing Inbox, limit: Duration, at now: Settling.Instant
    ) {
        guard let status = inbox.status(of: arrival.path) else { return nil }
        self.arrival = arrival
        self.status = status
        self.limit = limit
        next = now
        patience = Patience(limit: limit, pause: inbox.pause, at: now)
    }

    /// Looks at the request and at every file that it names; while the inbox is away it waits.
    ///
    /// - Throws: `SpoolError.file` when this machine keeps from looking.
    package mutating func look(
        in inbox: borrowing Inbox, at now: Settling.Instant
    ) throws(SpoolError) -> Verdict {
        guard inbox.isPlaced else {
            // Nothing is known now, and the time in which nothing can come does not count.
            next = now.advanced(by: Inbox.absencePause)
            patience = Patience(limit: limit, pause: inbox.pause, at: next)
            return .waiting(missing: [])
        }
        guard inbox.status(of: arrival.path) == status else { return .changed }
        let source = try MediaSource(root: inbox.root, request: arrival.path)
        var states: [(name: Path, state: MediaSource.State)] = []
        for name in names.map({ Path($0) }) {
            states.append((name, try source.state(of: name)))
        }
        let verdict = patience.look(at: states, now) { name in source.isBeingWritten(name) }
        switch verdict {
        case .complete: return .ready
        case .exhausted:
            isLast = true
            return .ready
        case .wait(let until, let missing):
            next = until
            return .waiting(missing: missing.map(\.description))
        }
    }

    /// Waits a little more, after a file changed in the very moment of copying.
    package mutating func postpone(
        from now: Settling.Instant, by pause: Duration = .seconds(1)
    ) {
        patience.doubt(at: now)
        next = now.advanced(by: pause)
    }

    /// Whether the request is still what it was when this began.
    package func isUnchanged(in inbox: borrowing Inbox) -> Bool {
        inbox.status(of: arrival.path) == status
    }

    /// The request's entry in a queue.
    package func entry<Item>(_ item: Item, priority: Int) -> Queue<Item>.Entry {
        Queue.Entry(item, path: arrival.path, priority: priority, arrived: status.arrived)
    }
}
