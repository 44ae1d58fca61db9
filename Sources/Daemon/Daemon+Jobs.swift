// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// The life of one job: begun, finished.
extension Daemon {
    /// Starts a worker on a job, or publishes what an earlier run of the service left to publish.
    func begin(_ job: String) {
        var request = job
        do {
            let claim = try spool.open(job)
            request = claim.request
            if let outcome = try claim.outcome() {
                let facts = Event.Facts(job: job, request: request)
                return try publish(claim, outcome, facts, code: nil)
            }
            var attempts = try claim.attempts()
            guard !attempts.areExhausted else { return try giveUp(claim, attempts) }
            attempts.starts += 1
            try claim.record(attempts)
            let child = try start(claim, attempts)
            log(.begun(job: job, request: request, attempt: attempts.starts))
            running.append(
                Run(
                    claim, child: child, attempts: attempts,
                    stallLimit: configuration.stallLimit))
        } catch {
            leave(job, request, "\(error)")
        }
    }

    /// Starts the worker; a start that fails does not count, because the job is not to blame.
    private func start(_ claim: borrowing Claim, _ attempts: Attempts) throws -> ChildProcess {
        do throws(ServiceError) {
            return try ChildProcess(
                configuration.worker,
                words: configuration.workerWords + ["--parent", "\(ownProcess)", claim.folder],
                environment: Containment.environment)
        } catch {
            try claim.record(Attempts(starts: attempts.starts - 1, crashes: attempts.crashes))
            throw error
        }
    }

    /// Settles a job whose worker has ended.
    func finish(_ run: Run, _ end: ChildProcess.End, isStopping: Bool) {
        let facts = Event.Facts(
            job: run.id, request: run.request, mode: run.mode, seconds: run.seconds)
        let claim = run.takeClaim()
        do {
            if let outcome = try claim.outcome() {
                return try publish(claim, outcome, facts, code: run.failureCode)
            }
            if let failure = run.failure(end) {
                return try refuse(claim, failure, .inputMissing, facts)
            }
            // Asked to stop, or not to blame: this beginning does not count.
            let isTemporary = end == .exit(ExitStatus.tryAgain.rawValue)
            if isStopping || isTemporary {
                run.attempts.starts -= 1
                try claim.record(run.attempts)
                guard isStopping else {
                    return leave(run.id, run.request, "the worker could not do its work")
                }
                waiting.insert(run.id, at: 0)
                return log(.interrupted(job: run.id, request: run.request))
            }
            run.attempts.crashes += 1
            try claim.record(run.attempts)
            log(.crashed(facts, how: run.crash(end), crashes: run.attempts.crashes))
            waiting.insert(run.id, at: 0)
        } catch {
            leave(run.id, run.request, "\(error)")
        }
    }

    private func publish(
        _ claim: consuming Claim, _ outcome: Outcome, _ facts: Event.Facts, code: String?
    ) throws(SpoolError) {
        var facts = facts
        facts.result = try claim.publish(outcome)
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
            attempts.crashes >= Attempts.crashLimit
            ? "The engine crashed \(attempts.crashes) times while it worked on this request."
            : "The service ended \(attempts.starts) times while it worked on this request."
        let failure = Failure(
            code: "crashed", message: message,
            hint: "It was given up so that others can go on. Try a smaller size or fewer frames, "
                + "and tell the administrator, whose log says more.")
        try refuse(
            claim, failure, .internalError, Event.Facts(job: claim.id, request: claim.request))
    }

    /// Ends a job whose worker can no longer do it.
    private func refuse(
        _ claim: consuming Claim, _ failure: Failure, _ status: ExitStatus, _ facts: Event.Facts
    ) throws(SpoolError) {
        let workplace = try claim.workplace()
        let refusal = Refusal(
            failure, status, name: workplace.name,
            queued: Timestamp(milliseconds: workplace.queued))
        try workplace.refuse(refusal)
        try publish(claim, .failed, facts, code: failure.code)
    }

    private func leave(_ job: String, _ request: String, _ reason: String) {
        setAside.append((job, .now.advanced(by: configuration.retryInterval)))
        log(.setAside(job: job, request: request, reason: reason))
    }
}

extension Attempts {
    var areExhausted: Bool {
        starts >= Self.startLimit || crashes >= Self.crashLimit
    }
}

extension ChildProcess.End {
    /// A few words: `exit status 70`, `signal 11`.
    var description: String {
        switch self {
        case .exit(let status): "exit status \(status)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}
