// SPDX-License-Identifier: Apache-2.0

internal import Files

/// Decides how long a request waits for the files that it names.
///
/// A file is all there when it has stayed the same for `pause` and nobody writes to it, as in
/// `Settling`. A file that is missing, empty, unreadable or half downloaded is waited for until
/// nothing has changed for `limit`; sync tools keep no order, so that a request may well come first.
/// One that somebody writes to is waited for up to an hour, counted anew whenever it has grown, and a
/// day in all. Pure: time and facts are passed in.
struct Patience: Sendable {
    typealias Instant = SuspendingClock.Instant

    /// What is to be done now.
    enum Verdict: Equatable, Sendable {
        /// Look again at this time; these are missing, or have not been all there for a while.
        case wait(until: Instant, missing: [Path])
        /// Everything is there and at rest.
        case complete
        /// Something is not, and was waited for long enough.
        case exhausted
    }

    /// However busy the files are, nobody waits longer while none of them grows.
    static let longest = Settling.longest
    /// However long they grow, nobody waits longer.
    static let utmost = Settling.utmost
    /// After this time, what is not at rest is worth telling.
    static let silence = Duration.seconds(10)
    /// The longest time between two looks at what is missing.
    static let longestPause = Duration.seconds(2)

    private let limit: Duration
    private let pause: Duration
    private var begin: Instant
    /// When a file was larger than before for the last time, or the wait began.
    private var lastGrowth: Instant
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
        lastGrowth = now
        lastChange = now
        settling = Settling(pause: pause)
    }

    /// Has every file be at rest anew: somebody writes to one of them after it was.
    ///
    /// The longest wait begins again, but once, because a writer may never end.
    mutating func doubt(at now: Instant) {
        settled = []
        wasComplete = false
        if !wasDoubted { beginAnew(at: now) }
        wasDoubted = true
    }

    private mutating func beginAnew(at now: Instant) {
        begin = now
        lastGrowth = now
    }

    /// Takes note of what the names stand for now.
    ///
    /// * `isWritten`: whether somebody has a file open for writing; asked when its pause is over.
    mutating func look(
        at states: [(name: Path, state: MediaSource.State)], _ now: Instant,
        isWritten: (Path) -> Bool
    ) -> Verdict {
        var missing: [Path] = []
        var growing: [Path] = []
        for (name, state) in states {
            if let before = known.updateValue(state, forKey: name), before != state {
                lastChange = now
                if state.bytes > before.bytes { lastGrowth = now }
                if wasComplete { beginAnew(at: now) }
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
                    growing.append(name)
                }
            case .file, .download: missing.append(name)
            case .fault(let fault) where fault.mayPass: missing.append(name)
            case .fault: continue
            }
        }
        guard !growing.isEmpty || !missing.isEmpty else {
            wasComplete = true
            return .complete
        }
        wasComplete = false
        let end = lastChange.advanced(by: limit)
        guard lastGrowth.advanced(by: Self.longest) > now, begin.advanced(by: Self.utmost) > now,
            !growing.isEmpty || end > now
        else { return .exhausted }
        let shortest = max(pause / 4, .milliseconds(20))
        guard growing.isEmpty else {
            // Who reads of it wants to know what it is, not how it comes to be there.
            let isLong = begin.advanced(by: Self.silence) <= now
            return .wait(
                until: now.advanced(by: shortest), missing: isLong ? missing + growing : missing)
        }
        // What has been missing for long may be found a little later.
        let pause = max(shortest, min(lastChange.duration(to: now) / 20, Self.longestPause))
        return .wait(until: min(now.advanced(by: pause), end), missing: missing)
    }
}

extension MediaSource.State {
    /// How much of the file is there.
    fileprivate var bytes: Int64 {
        switch self {
        case .file(let status), .download(let status): status.bytes
        case .fault: 0
        }
    }
}
