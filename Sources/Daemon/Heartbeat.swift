// SPDX-License-Identifier: Apache-2.0

/// Whether a worker gets on, judged by what it reports and by the processor time that it uses.
///
/// A worker that waits for something that never comes does neither, but for the crumbs of processor
/// time that timers of libraries use: a hundredth of the time that passed is the least that counts.
/// Time in which nobody looked, because the machine slept or the service was halted, does not count
/// against it.
struct Heartbeat: Equatable {
    /// How long the worker has shown no progress.
    private(set) var standstill: Duration = .zero

    private let limit: Duration
    private var lastLook: SuspendingClock.Instant
    private var processorTime: Duration = .zero

    /// The heart of a worker that begins now and may stand still for `limit`, more than nothing.
    init(limit: Duration, at now: SuspendingClock.Instant) {
        precondition(limit > .zero, "a worker needs some time")
        self.limit = limit
        lastLook = now
    }

    /// When to look again.
    var nextLook: SuspendingClock.Instant { lastLook.advanced(by: limit / 4) }

    /// The worker has reported something.
    mutating func hear() { standstill = .zero }

    /// Compares the processor time that the worker has used, nil when nobody knows.
    mutating func look(processorTime: Duration?, at now: SuspendingClock.Instant) {
        let passed = min(lastLook.duration(to: now), limit / 2)
        lastLook = now
        let used = processorTime.map { $0 - self.processorTime } ?? .zero
        self.processorTime = processorTime ?? self.processorTime
        if used > .zero, used >= passed / 100 {
            standstill = .zero
        } else {
            standstill += passed
        }
    }

    /// The worker gets on no more, and is to be ended.
    var hasStopped: Bool { standstill >= limit }

    /// It should have ended by now, and has not: nothing can end it.
    var isBeyondHelp: Bool { standstill >= limit + limit / 2 }
}
