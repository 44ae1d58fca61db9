// SPDX-License-Identifier: Apache-2.0

internal import Service
internal import Spool

/// The supervisor: accepts requests, keeps workers busy, publishes what they made.
///
/// One thread, one loop, one wait. Whatever it does is durable before the next thing begins, so
/// that it may be killed between any two lines; see `Recovery` in Spool.
package final class Daemon {
    let configuration: Configuration
    let journal = Journal(identifier: "rushes")
    var spool: Spool
    var inbox: Inbox
    /// Requests that are ready to be accepted, oldest first.
    var arrived: [Arrival] = []
    /// Requests that wait for files that they name.
    var gathering: [Gathering] = []
    /// Those of them whose waiting the log knows of.
    var announced: Set<Arrival> = []
    /// Whether a request had to stay in the inbox.
    var isHolding = false
    /// Accepted jobs that nobody works on, oldest first.
    var waiting: [String] = []
    /// Jobs that could not be begun or published, and when they are tried again.
    var setAside: [(job: String, until: SuspendingClock.Instant)] = []
    var running: [Run] = []

    let signals: Signals
    private let watchdog = Notifier.watchdogInterval
    private var isStopping = false
    private var nextSearch = SuspendingClock.now
    private var nextSign = SuspendingClock.now
    private var killTime: SuspendingClock.Instant?
    private var lastStatus = ""
    private var knownTroubles: Set<String> = []
    private var knownAbsence: String?

    /// Serves a root folder until a signal comes, or with `once` until nothing is left to do.
    package static func serve(_ configuration: Configuration) -> ExitStatus {
        let journal = Journal(identifier: "rushes")
        do {
            return try Daemon(configuration).run()
        } catch {
            journal.write(Event.fatal("\(error)").entry)
            switch error {
            case SpoolError.notOneMount: return .configuration
            case SpoolError.file: return .cannotCreate
            default: return .tryAgain
            }
        }
    }

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        signals = try Signals()
        spool = try Spool(root: configuration.root)
        inbox = try Inbox(
            of: spool, pause: configuration.pause,
            emptyPause: configuration.once ? configuration.pause : configuration.mediaWait,
            polled: configuration.poll, isComplete: requestIsComplete)
    }

    func run() throws -> ExitStatus {
        try recover()
        search()
        log(.started(root: configuration.root, waiting: waiting.count + arrived.count))
        if let gap = Containment.gap { log(.lessContained(gap)) }
        Notifier.ready()
        while true {
            keepTime()
            acceptSome()
            gatherSome()
            beginSome()
            // Asked here, because beginning may end a job without a worker whose end would wake us.
            if isFinished { break }
            showStatus()
            _ = try wait(for: descriptors, until: deadline)
            try obey()
            arrive(inbox.arrivals(at: .now))
            notice()
            try attend()
        }
        log(.stopped(waiting: waiting.count + setAside.count))
        return configuration.once && (isHolding || !setAside.isEmpty || inbox.absence != nil)
            ? .tryAgain : .success
    }

    private var isFinished: Bool {
        if isStopping { return running.isEmpty }
        return configuration.once && running.isEmpty && waiting.isEmpty && arrived.isEmpty
            && gathering.isEmpty && !inbox.isSettling
    }

    private func recover() throws {
        let recovery = try spool.recover()
        waiting = recovery.jobs
        for trouble in recovery.troubles { log(.trouble(trouble)) }
    }

    private func search() {
        arrive(inbox.search(at: .now))
        notice()
        nextSearch = .now.advanced(by: configuration.searchInterval)
        for reason in inbox.pollingReasons where knownTroubles.insert(reason).inserted {
            log(.polling(reason: reason))
        }
        for trouble in inbox.troubles where knownTroubles.insert(trouble).inserted {
            log(.trouble(trouble))
        }
    }

    /// Tells once when the inbox goes away and when it is back, and drops what left it.
    private func notice() {
        depart(inbox.departures)
        guard inbox.absence != knownAbsence else { return }
        if let absence = inbox.absence {
            log(.inboxAway(reason: absence))
        } else {
            log(.inboxBack(root: configuration.root))
        }
        knownAbsence = inbox.absence
    }

    private func obey() throws {
        while let request = try signals.next() {
            switch request {
            case .reload:
                log(.searched)
                Notifier.reloading()
                search()
                Notifier.ready()
            case .stop where !isStopping:
                isStopping = true
                log(.stopping(running: running.count, waiting: waiting.count))
                Notifier.stopping()
                for run in running { run.child.stop(forcefully: false) }
                killTime = .now.advanced(by: configuration.stopLimit)
            case .stop:
                continue
            }
        }
    }

    /// Does what is due by the clock.
    func keepTime() {
        let now = SuspendingClock.now
        giveSign()
        if let killTime, killTime <= now {
            for run in running { run.child.stop(forcefully: true) }
            self.killTime = nil
        }
        for run in running where run.isOverdue(by: configuration.mediaLimit, at: now) {
            run.child.stop(forcefully: true)
        }
        for run in running where run.hasStopped(at: now) { run.child.stop(forcefully: true) }
        guard !isStopping else { return }
        if nextSearch <= now { search() }
        waiting += setAside.filter { $0.until <= now }.map(\.job)
        setAside.removeAll { $0.until <= now }
    }

    /// Shows the service manager that the service lives, and its workers with it.
    func giveSign() {
        let now = SuspendingClock.now
        guard let watchdog, nextSign <= now else { return }
        nextSign = now.advanced(by: watchdog / 2)
        guard !running.contains(where: \.heartbeat.isBeyondHelp) else { return }
        Notifier.alive()
        // Workers that save what they have may take until `killTime`.
        if isStopping { Notifier.extend(by: watchdog) }
    }

    private func acceptSome() {
        guard !isStopping else { return }
        // A few at a time, so that ten thousand requests at once keep nobody waiting.
        for _ in 0..<min(32, arrived.count) { accept(arrived.removeFirst()) }
    }

    private func beginSome() {
        while !isStopping, running.count < configuration.jobs, !waiting.isEmpty {
            begin(waiting.removeFirst())
        }
    }

    private func attend() throws {
        for run in running {
            _ = try run.listen()
            guard let end = run.child.end() else { continue }
            // What was written just before the end.
            _ = try run.listen()
            running.removeAll { $0 === run }
            finish(run, end, isStopping: isStopping)
        }
    }

    private var descriptors: [Int32] {
        [signals.descriptor, inbox.descriptor]
            + running.flatMap { [$0.child.endDescriptor, $0.child.lineDescriptor] }
    }

    private var deadline: SuspendingClock.Instant? {
        if !isStopping, !arrived.isEmpty { return .now }
        var times = isStopping ? [] : [nextSearch] + setAside.map(\.until)
        if !isStopping, let deadline = inbox.deadline { times.append(deadline) }
        if !isStopping { times += gathering.map(\.next) }
        times += running.map(\.heartbeat.nextLook)
        times += running.compactMap { $0.mediaSince?.advanced(by: configuration.mediaLimit) }
        if let killTime { times.append(killTime) }
        if watchdog != nil { times.append(nextSign) }
        return times.min()
    }

    private func showStatus() {
        let jobs = running.map(\.status).joined(separator: ", ")
        let rest = waiting.count + arrived.count + gathering.count + setAside.count
        let text = (jobs.isEmpty ? "idle" : jobs) + (rest > 0 ? ", \(rest) waiting" : "")
        guard text != lastStatus else { return }
        Notifier.status(text)
        lastStatus = text
    }

    func log(_ event: Event) {
        journal.write(event.entry)
    }
}
