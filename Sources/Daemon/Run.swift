// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// One job that a worker is busy with.
final class Run {
    let id: String
    /// The request's path below the inbox, for people.
    let request: String
    /// The same as a place in the inbox.
    let arrival: Arrival
    /// Whether somebody ordered it to be given up.
    var isCancelled = false
    /// Why the worker could not go on now, in its own words.
    private(set) var deferral: String?
    /// When this run began.
    let began = SuspendingClock.now
    /// How often the job was begun, this time included.
    var attempts: Attempts
    var child: ChildProcess

    private(set) var mode: ModeName?
    private(set) var progress: Progress?
    private(set) var failureCode: String?
    /// What the worker could not do as asked.
    private(set) var warnings: [String] = []
    /// Since when the worker has been reading the request's files without a word; nil while it does
    /// something else, which may take its time.
    private(set) var mediaSince: SuspendingClock.Instant?
    private(set) var heartbeat: Heartbeat
    /// When the outbox is told next how far it is.
    var nextReport: SuspendingClock.Instant
    private var isOverdue = false
    private var claim: Claim?

    init(
        _ claim: consuming Claim, child: consuming ChildProcess, attempts: Attempts,
        stallLimit: Duration, noticeDelay: Duration
    ) {
        id = claim.id
        request = claim.request
        arrival = claim.arrival
        self.attempts = attempts
        self.child = child
        heartbeat = Heartbeat(limit: stallLimit, at: .now)
        // What is made in a moment need not be announced.
        nextReport = .now.advanced(by: noticeDelay)
        self.claim = consume claim
    }

    /// Takes in what the worker has reported; answers whether it was anything.
    func listen() throws(ServiceError) -> Bool {
        let reports = try child.lines().compactMap(Report.init)
        if !reports.isEmpty { heartbeat.hear() }
        for report in reports {
            switch report {
            case .mode(let mode):
                self.mode = mode
                mediaSince = .now
            case .progress(let progress):
                self.progress = progress
                // The first thing that is loaded is what tells how to read them.
                let isReading =
                    progress.stage == .media || progress.stage == .load && progress.completed == 1
                mediaSince = isReading ? .now : nil
            case .warning(let text): warnings.append(text)
            case .failure(let code): failureCode = code
            case .deferred(let reason): deferral = reason
            }
        }
        return !reports.isEmpty
    }

    /// Whether the worker has been at the request's files for too long; it stays so.
    func isOverdue(by limit: Duration, at now: SuspendingClock.Instant) -> Bool {
        if let mediaSince, mediaSince.advanced(by: limit) <= now {
            isOverdue = true
            self.mediaSince = nil
            return true
        }
        return false
    }

    /// Whether the worker gets on no more; looks at its processor time when it is time to.
    func hasStopped(at now: SuspendingClock.Instant) -> Bool {
        if heartbeat.nextLook <= now {
            heartbeat.look(processorTime: child.processorTime, at: now)
        }
        return heartbeat.hasStopped
    }

    /// A few words on how the worker ended that cannot be the right way.
    func crash(_ end: ChildProcess.End) -> String {
        guard heartbeat.hasStopped else { return end.description }
        return "made no progress for \(heartbeat.standstill.components.seconds) s"
    }

    /// Why the job is given up at its first end, because another try would end the same.
    func failure(_ end: ChildProcess.End) -> Failure? {
        if isOverdue {
            return Failure(
                code: "media-too-slow",
                message: "The files of this request kept the engine busy without getting on.",
                hint: "One of them is damaged or much too complex. Open it in another program, "
                    + "save it anew, and try again with that.")
        }
        guard end == .signal(processorTimeSignal) else { return nil }
        return Failure(
            code: "too-much-work",
            message: "This request used up the processor time that one request may have, "
                + "\(Containment.processorDays) days on every processor.",
            hint: "Ask for fewer frames, fewer steps or a smaller size.")
    }

    /// Whether it was ended by this service.
    var isStoppedForcefully: Bool { isCancelled || isOverdue || heartbeat.hasStopped }

    /// Hands the claim over, once, when the worker has ended.
    func takeClaim() -> Claim {
        guard let claim = claim.take() else { preconditionFailure("a run ends once") }
        return claim
    }

    /// How long this run took so far.
    var seconds: Double {
        let elapsed = began.duration(to: .now).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }

    /// A few words for the status line: `alice/sunset.json denoise 12/20 (45 %)`.
    var status: String {
        guard let progress else { return "'\(request)'" }
        return "'\(request)' \(progress.stage.rawValue) \(progress.completed)/\(progress.total) "
            + "(\(Int(progress.fraction * 100)) %"
            + (progress.secondsLeft.map { ", \(timeLeft($0))" } ?? "") + ")"
    }
}
