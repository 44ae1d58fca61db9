// SPDX-License-Identifier: Apache-2.0

internal import Files

/// Decides how long a request waits for the files that it names.
///
/// A file is all there when it has stayed the same for `pause` and nobody writes to it, as in
/// `Settling`. A file that is missing, empty, unreadable or half downloaded is waited for until
/// nothing has changed for `limit`; sync tools keep no order, so that a request may well come first.
/// Pure: time and facts are passed in.
struct Patience: Sendable {
    typealias Instant = SuspendingClock.Instant

    /// What is to be done now.
    enum Verdict: Equatable, Sendable {
        /// Look again at this time; these are missing.
        case wait(until: Instant, missing: [Path])
        /// Everything is there and at rest.
        case complete
        /// Something is not, and was waited for long enough.
        case exhausted
    }

    /// However busy the files are, nobody waits longer.
    static let longest = Settling.longest

    private let limit: Duration
    private let pause: Duration
    private var begin: Instant
    /// Whether everything was there at the last look, after which the request may wait for hours.
    private var wasComplete = false
    private var wasDoubted = false
    private var lastChange: Instant
    private var settling: Settling
    private var known: [Path: MediaSource.State] = [:]
    private var settled: Set<Path> = []

    /// Begins to wait now.
    init(limit: Duration, pause: Duration, at now: Instant) {
        self.limit = limit
        self.pause = pause
        begin = now
        lastChange = now
        settling = Settling(pause: pause)
    }

    /// Has every file be at rest anew: somebody writes to one of them after it was.
    ///
    /// The longest wait begins again, but once, because a writer may never end.
    mutating func doubt(at now: Instant) {
        settled = []
        wasComplete = false
        if !wasDoubted { begin = now }
        wasDoubted = true
    }

    /// Takes note of what the names stand for now.
    ///
    /// * `isWritten`: whether somebody has a file open for writing; asked when its pause is over.
    mutating func look(
        at states: [(name: Path, state: MediaSource.State)], _ now: Instant,
        isWritten: (Path) -> Bool
    ) -> Verdict {
        var missing: [Path] = []
        var isGrowing = false
        for (name, state) in states {
            if let before = known.updateValue(state, forKey: name), before != state {
                lastChange = now
                if wasComplete { begin = now }
                wasComplete = false
                settled.remove(name)
            }
            switch state {
            case .file(let status) where status.bytes > 0:
                guard !settled.contains(name) else { continue }
                let isReady = settling.observe(name, status, isComplete: false, at: now) {
                    isWritten(name)
                }
                if isReady {
                    settled.insert(name)
                } else {
                    isGrowing = true
                }
            case .file, .download: missing.append(name)
            case .fault(let fault) where fault.mayPass: missing.append(name)
            case .fault: continue
            }
        }
        guard isGrowing || !missing.isEmpty else {
            wasComplete = true
            return .complete
        }
        wasComplete = false
        let end = lastChange.advanced(by: limit)
        guard begin.advanced(by: Self.longest) > now, isGrowing || end > now else {
            return .exhausted
        }
        let next = now.advanced(by: max(pause / 4, .milliseconds(20)))
        return .wait(until: isGrowing ? next : min(next, end), missing: missing)
    }
}
