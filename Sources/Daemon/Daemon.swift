// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool
internal import Telling

/// The supervisor: gives requests their turn, keeps workers busy, publishes what they made.
///
/// One thread, one loop, one wait. Whatever it does is durable before the next thing begins, so
/// that it may be killed between any two lines; see `Recovery` in Spool.
package final class Daemon {
    let configuration: Configuration
    let journal = Journal(identifier: "rushes")
    var spool: Spool
    var inbox: Inbox
    var ordersWatch: OrdersWatch
    /// Requests that nobody has looked into, oldest first, and the same for finding one.
    var arrived: [Arrival] = []
    var arrivedOnes: Set<Arrival> = []
    /// Requests in the inbox that wait for files or for their turn.
    var candidates: [Arrival: Candidate] = [:]
    /// Those of them that wait for files.
    var gatheringOnes: Set<Arrival> = []
    /// Requests and jobs that wait for nothing but their turn.
    var queue = Queue<Turn>()
    /// Requests whose turn has come and whose files are being copied.
    var collecting: [Collection] = []
    var running: [Run] = []
    /// Jobs that could not go on, until they are tried again.
    var setAside: [PutOff] = []
    /// Why each of them was put off the last time.
    var deferrals: [String: Deferral] = [:]
    /// Whether a request had to stay in the inbox.
    var isHolding = false
    /// By what the queue is paused.
    var pause: Orders.Pause?
    var obstacle: Obstacle?
    var gallery: GalleryUpkeep
    private(set) var isStopping = false

    let signals: Signals
    private let watchdog = Notifier.watchdogInterval
    private var nextSearch = SuspendingClock.now
    private var nextSign = SuspendingClock.now
    private var killTime: SuspendingClock.Instant?
    private var isResting = true
    var shown = Shown()
    /// Nil where nobody is to be told.
    let courier: Courier?
    var metrics = Metrics()
    var shownMetrics: Metrics?
    var nextMetrics = SuspendingClock.now
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
            case SpoolError.notOneMount, is TellingError: return .configuration
            case SpoolError.file: return .cannotCreate
            default: return .tryAgain
            }
        }
    }

    init(_ configuration: Configuration) throws {
        self.configuration = configuration
        gallery = GalleryUpkeep(isWanted: configuration.hasGallery)
        signals = try Signals()
        spool = try Spool(
            root: configuration.root, claiming: configuration.leavesRequests ? .leave : .move)
        inbox = try Inbox(
            of: spool, pause: configuration.pause,
            emptyPause: configuration.mediaWait, polled: configuration.poll,
            isComplete: requestIsComplete)
        ordersWatch = spool.orders.watch()
        let addressees = try Self.addressees(configuration)
        let courier = try Courier(
            addressees, showsOnDesktop: configuration.showsOnDesktop,
            folder: spool.folder("messages"))
        self.courier = courier.isUseless ? nil : courier
    }

    private static func addressees(_ configuration: Configuration) throws -> Addressees {
        guard let path = configuration.addressees else {
            return try Addressees(webhook: configuration.webhook)
        }
        return try Addressees(path: path, webhook: configuration.webhook)
    }

    func run() throws -> ExitStatus {
        try recover()
        furnish()
        search()
        log(.started(root: configuration.root, waiting: queue.count + arrived.count))
        if let reason = ordersWatch.pollingReason { log(.polling(reason: reason)) }
        if let gap = Containment.gap { log(.lessContained(gap)) }
        releaseUnusedMemory()
        Notifier.ready()
        while true {
            keepTime()
            acceptSome()
            heed()
            gatherSome()
            beginSome()
            keepGallery()
            attendMessages()
            reportProgress()
            showMetrics()
            // Asked here, because beginning may end a job without a worker whose end would wake us.
            if isFinished { break }
            rest()
            let shown = showStatus()
            _ = try wait(for: descriptors, until: [deadline, shown].compactMap(\.self).min())
            try obey()
            arrive(inbox.arrivals(at: .now))
            notice()
            acceptCollected()
            try attend()
        }
        for collection in collecting { collection.cancel() }
        log(.stopped(waiting: jobsWaiting))
        showEnd()
        showMetrics(isUp: false)
        let isLeft =
            isHolding || !setAside.isEmpty || !queue.isEmpty || inbox.absence != nil
        return configuration.once && isLeft ? .tryAgain : .success
    }

    private var isFinished: Bool {
        if isStopping { return running.isEmpty && isGallerySettled }
        return configuration.once && hasNothingToDo && isGallerySettled
    }

    /// Whether there is nothing to do but to wait for what may come.
    var hasNothingToDo: Bool {
        running.isEmpty && collecting.isEmpty && (queue.isEmpty || !isOpen) && arrived.isEmpty
            && gatheringOnes.isEmpty && !inbox.isSettling && !setAside.contains(where: \.isShort)
            && courier?.isIdle ?? true
    }

    private func recover() throws {
        let recovery = try spool.recover()
        for job in recovery.jobs { queue.insert(try spool.open(job).entry(.job(job))) }
        for trouble in recovery.troubles { log(.trouble(trouble)) }
        if spool.ledger.damaged > 0 {
            log(.trouble("the ledger has \(spool.ledger.damaged) damaged lines"))
        }
    }

    private func search() {
        arrive(inbox.search(at: .now))
        notice()
        nextSearch = .now.advanced(by: configuration.searchInterval)
        gallery.fallBehind()
        for reason in inbox.pollingReasons where knownTroubles.insert(reason).inserted {
            log(.polling(reason: reason))
        }
        for trouble in inbox.troubles { self.trouble(trouble) }
    }

    /// Tells once when the inbox goes away and when it is back, and drops what left it.
    private func notice() {
        depart(inbox.departures)
        guard inbox.absence != knownAbsence else { return }
        if let absence = inbox.absence {
            log(.inboxAway(reason: absence))
            post(.inboxAway(reason: absence), for: Self.away)
        } else {
            log(.inboxBack(root: configuration.root))
            withdrawNotice(for: Self.away)
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
                log(.stopping(running: running.count, waiting: queue.count))
                Notifier.stopping()
                for run in running { run.child.stop(forcefully: false) }
                gallery.errand?.cancel()
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
        heedPause()
        // Even where nothing may be begun: a pause, or nothing there to begin, clears no obstacle.
        if let obstacle, obstacle.until <= now { _ = isClear() }
        if nextSearch <= now { search() }
        for job in setAside where job.until <= now {
            do throws(SpoolError) {
                queue.insert(try spool.open(job.id).entry(.job(job.id)))
            } catch {
                trouble(error.description)
                queue.insert(.unknown(.job(job.id)))
            }
        }
        setAside.removeAll { $0.until <= now }
    }

    /// Makes itself small whenever the last work is done: the night may be long.
    private func rest() {
        let isIdle =
            running.isEmpty && collecting.isEmpty && queue.isEmpty && arrived.isEmpty
            && gallery.errand == nil
        if isIdle, !isResting { releaseUnusedMemory() }
        isResting = isIdle
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

    private func beginSome() {
        while isOpen, running.count + collecting.count < configuration.jobs, !queue.isEmpty,
            isClear(), let entry = queue.next()
        {
            switch entry.item {
            case .request(let arrival): take(arrival)
            case .job(let job): begin(job)
            }
        }
    }

    private func attend() throws {
        for run in running {
            // A word of progress shows that it is no longer put off.
            if try run.listen(), run.progress != nil { withdrawNotice(for: run.arrival) }
            guard let end = run.child.end() else { continue }
            // What was written just before the end.
            _ = try run.listen()
            running.removeAll { $0 === run }
            finish(run, end, isStopping: isStopping)
        }
    }

    private var descriptors: [Int32] {
        [signals.descriptor, inbox.descriptor, ordersWatch.descriptor]
            + running.flatMap { [$0.child.endDescriptor, $0.child.lineDescriptor] }
            + collecting.map(\.descriptor) + [gallery.errand?.descriptor].compactMap(\.self)
            + (courier?.descriptors ?? [])
    }

    private var deadline: SuspendingClock.Instant? {
        if !isStopping, !arrived.isEmpty { return .now }
        var times: [SuspendingClock.Instant] = []
        if !isStopping {
            times = [nextSearch] + setAside.map(\.until)
            times += [inbox.deadline, ordersWatch.deadline].compactMap(\.self)
            times += gatheringOnes.compactMap { candidates[$0]?.gathering.next }
            if let obstacle { times.append(obstacle.until) }
            if let galleryDeadline { times.append(galleryDeadline) }
        }
        times += running.map(\.heartbeat.nextLook)
        times += running.compactMap { $0.mediaSince?.advanced(by: configuration.mediaLimit) }
        if let killTime { times.append(killTime) }
        if let tellingDeadline { times.append(tellingDeadline) }
        if watchdog != nil { times.append(nextSign) }
        return times.min()
    }

    /// Jobs in the spool that nobody works on.
    private var jobsWaiting: Int {
        let jobs = queue.items.filter { if case .job = $0 { true } else { false } }
        return jobs.count + setAside.count
    }

    func log(_ event: Event) {
        journal.write(event.entry)
    }

    /// Logs something that stands in nobody's way, once.
    func trouble(_ text: String) {
        if knownTroubles.insert(text).inserted { log(.trouble(text)) }
    }

    /// Logs an event that may come again and again, once.
    func report(_ event: Event) {
        if knownTroubles.insert(event.entry.message).inserted { log(event) }
    }
}
