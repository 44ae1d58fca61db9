// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// The life of one job: begun, finished.
extension Daemon {
    /// Starts a worker on a job, or publishes what an earlier run of the service left to publish.
    func begin(_ job: String) {
        var known: Arrival?
        do {
            if let settlement = try spool.settlePublished(job) { return end(job, settlement) }
            let claim = try spool.open(job)
            known = claim.arrival
            let facts = Event.Facts(job: job, request: claim.request)
            if let outcome = try claim.outcome() {
                if outcome == .done { try installStyle(of: claim) }
                return try publish(claim, outcome, facts, code: nil)
            }
            if try claim.isCancelled() { return try refuse(claim, .cancelled, .tryAgain, facts) }
            var attempts = try claim.attempts()
            guard !attempts.areExhausted else { return try giveUp(claim, attempts) }
            attempts.starts += 1
            try claim.record(attempts)
            let child = try start(claim, attempts)
            log(.begun(job: job, request: claim.request, attempt: attempts.starts))
            running.append(
                Run(
                    claim, child: child, attempts: attempts,
                    stallLimit: configuration.stallLimit, noticeDelay: configuration.noticeDelay))
        } catch {
            putOff(job, known, error)
        }
    }

    /// Tells of a job that only had to be tidied away.
    private func end(_ job: String, _ settlement: Settlement) {
        endDeferral(of: job)
        gallery.fallBehind()
        guard case .published(let result, let outcome) = settlement else { return }
        let facts = Event.Facts(job: job, request: result, result: result)
        log(outcome == .done ? .done(facts) : .failed(facts, code: "failed"))
    }

    /// Starts the worker; a start that fails does not count, because the job is not to blame.
    private func start(_ claim: borrowing Claim, _ attempts: Attempts) throws -> ChildProcess {
        do throws(ServiceError) {
            return try ChildProcess(
                configuration.worker,
                words: configuration.workerWords + ["--parent", "\(ownProcess)", claim.folder],
                environment: Containment.environment)
        } catch {
            var attempts = attempts
            attempts.starts -= 1
            try claim.record(attempts)
            throw error
        }
    }

    /// Settles a job whose worker has ended.
    func finish(_ run: Run, _ end: ChildProcess.End, isStopping: Bool) {
        let facts = Event.Facts(
            job: run.id, request: run.request, mode: run.mode, seconds: run.seconds)
        let claim = run.takeClaim()
        defer { endReport(of: run) }
        do {
            if let outcome = try claim.outcome() {
                for warning in run.warnings {
                    log(.warned(job: run.id, request: run.request, warning: warning))
                }
                if outcome == .done { try installStyle(of: claim) }
                return try publish(claim, outcome, facts, code: run.failureCode)
            }
            if run.isCancelled { return try refuse(claim, .cancelled, .tryAgain, facts) }
            if let failure = run.failure(end) {
                return try refuse(claim, failure, .inputMissing, facts)
            }
            // Asked to stop, or not to blame: this beginning does not count.
            let isTemporary = end == .exit(ExitStatus.tryAgain.rawValue)
            if isStopping || isTemporary {
                run.attempts.starts -= 1
                try claim.record(run.attempts)
                guard isStopping else {
                    let reason = run.deferral ?? "the worker could not do its work"
                    return putOff(run.id, claim.arrival, reason)
                }
                queue.insert(claim.entry(.job(run.id)))
                return log(.interrupted(job: run.id, request: run.request))
            }
            if end.isKill, !run.isStoppedForcefully {
                return try forgive(claim, run, facts)
            }
            run.attempts.crashes += 1
            try claim.record(run.attempts)
            log(.crashed(facts, how: run.crash(end), crashes: run.attempts.crashes))
            queue.insert(claim.entry(.job(run.id)))
        } catch {
            putOff(run.id, run.arrival, error)
        }
    }

    /// Tries a job again whose worker was killed by nobody here: most likely there was no memory
    /// left, which passes.
    private func forgive(
        _ claim: consuming Claim, _ run: Run, _ facts: Event.Facts
    ) throws(SpoolError) {
        run.attempts.kills += 1
        try claim.record(run.attempts)
        let kills = run.attempts.kills
        log(.crashed(facts, how: "killed", crashes: kills, limit: Attempts.killLimit))
        guard !run.attempts.areExhausted else { return queue.insert(claim.entry(.job(run.id))) }
        let pauses = [Duration.seconds(1), .seconds(5)].map { min($0, configuration.retryInterval) }
        putOff(
            run.id, claim.arrival, "the worker was killed, as when memory is short",
            for: kills <= pauses.count ? pauses[kills - 1] : nil)
    }

    private func publish(
        _ claim: consuming Claim, _ outcome: Outcome, _ facts: Event.Facts, code: String?
    ) throws(SpoolError) {
        let (arrival, reason) = (claim.arrival, outcome == .failed ? reason(of: claim) : nil)
        let facts = facts.with(result: try spool.publish(claim, outcome))
        endDeferral(of: facts.job)
        gallery.fallBehind()
        tell(facts, outcome, of: arrival, reason: reason)
        switch outcome {
        case .done: log(.done(facts))
        case .failed: log(.failed(facts, code: code ?? "failed"))
        }
    }

    /// Refuses a job that crashes its workers or the service, so that it stops doing so.
    private func giveUp(
        _ claim: consuming Claim, _ attempts: Attempts
    ) throws(SpoolError) {
        let message =
            if attempts.crashes >= Attempts.crashLimit {
                "The engine crashed \(attempts.crashes) times while it worked on this request."
            } else if attempts.kills >= Attempts.killLimit {
                "The engine was killed \(attempts.kills) times while it worked on this request, as "
                    + "the system does when memory is short."
            } else {
                "The service ended \(attempts.starts) times while it worked on this request."
            }
        let failure = Failure(
            code: "crashed", message: message,
            hint: "It was given up so that others can go on. Try a smaller size or fewer frames, "
                + "and tell the administrator, whose log says more.")
        try refuse(
            claim, failure, .internalError, Event.Facts(job: claim.id, request: claim.request))
    }

    /// Ends a job whose worker can no longer do it.
    func refuse(
        _ claim: consuming Claim, _ failure: Failure, _ status: ExitStatus, _ facts: Event.Facts
    ) throws(SpoolError) {
        let workplace = try claim.workplace()
        let refusal = Refusal(
            failure, status, name: workplace.name,
            queued: Timestamp(milliseconds: workplace.queued))
        try workplace.refuse(refusal)
        try publish(claim, .failed, facts, code: failure.code)
    }

    private func putOff(_ job: String, _ request: Arrival?, _ error: any Error) {
        putOff(job, request, "\(error)")
    }

    /// Tries a job again later; until then it is somebody else's turn.
    private func putOff(
        _ job: String, _ request: Arrival?, _ reason: String, for pause: Duration? = nil
    ) {
        let request = request ?? .named(job)
        let deferral = Deferral(reason: reason, request: request)
        let earlier = deferrals.updateValue(deferral, forKey: job)
        if earlier?.reason != reason {
            log(.setAside(job: job, request: request.description, reason: reason))
        }
        if let earlier, earlier.request != request { withdrawNotice(for: earlier.request) }
        let wait = pause ?? configuration.retryInterval
        setAside.append(
            PutOff(
                id: job, request: request.description, until: .now.advanced(by: wait),
                time: Timestamp(
                    milliseconds: Timestamp.now().milliseconds + wait.components.seconds * 1000),
                isShort: pause != nil))
        post(.putOff(reason: reason), for: request)
    }

    /// Takes back what was said about a job that had to wait.
    private func endDeferral(of job: String) {
        guard let deferral = deferrals.removeValue(forKey: job) else { return }
        withdrawNotice(for: deferral.request)
    }
}

/// Why a job was put off the last time, and the request under whose name people were told.
struct Deferral {
    let reason: String
    let request: Arrival
}

/// A job that cannot go on now.
struct PutOff {
    let id: String
    let request: String
    /// When it is tried again.
    let until: SuspendingClock.Instant
    /// The same for people, by the clock on the wall.
    let time: Timestamp
    /// Whether that is worth waiting for where the service ends by itself.
    let isShort: Bool
}

extension Attempts {
    var areExhausted: Bool {
        starts >= Self.startLimit || crashes >= Self.crashLimit || kills >= Self.killLimit
    }
}

extension ChildProcess.End {
    var isKill: Bool { self == .signal(killSignal) }

    /// A few words: `exit status 70`, `signal 11`.
    var description: String {
        switch self {
        case .exit(let status): "exit status \(status)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}
