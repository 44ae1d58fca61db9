// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool

/// What people order beyond requests, and what stands in the way of everything.
extension Daemon {
    /// Reads the orders again.
    func heed() {
        ordersWatch.drain()
        do throws(SpoolError) {
            for cancellation in try spool.cancellations() {
                try obey(cancellation)
                try spool.complete(cancellation)
            }
        } catch {
            trouble(error.description)
        }
    }

    /// Looks whether the queue is paused; asked whenever something happened.
    func heedPause() {
        do throws(SpoolError) {
            let pause = try spool.orders.pause()
            guard pause != self.pause else { return }
            self.pause = pause
            if let pause {
                log(.paused(by: pause))
                post(.paused(pause), for: Self.everything)
            } else {
                log(.resumed)
                withdrawNotice(for: Self.everything)
            }
        } catch {
            trouble(error.description)
        }
    }

    /// The name under which a text about the whole queue stands in the outbox.
    private static let everything = Arrival.named("PAUSED")

    private func obey(_ cancellation: Cancellation) throws(SpoolError) {
        let target = cancellation.target
        if let run = running.first(where: { $0.id == target || $0.request == target }) {
            run.isCancelled = true
            run.child.stop(forcefully: true)
        } else if let job = try waitingJobs().first(where: {
            $0.id == target || $0.request == target
        }) {
            try cancel(job: job.id)
        } else if let arrival = candidates.keys.first(where: { $0.description == target }) {
            try cancel(arrival)
        }
    }

    /// The jobs in the spool that nobody works on.
    private func waitingJobs() throws(SpoolError) -> [(id: String, request: String)] {
        var jobs: [(String, String)] = []
        for turn in queue.items {
            if case .job(let id) = turn { jobs.append((id, try spool.open(id).request)) }
        }
        for job in setAside { jobs.append((job.id, job.request)) }
        return jobs
    }

    /// Ends a job that nobody works on with the reason that it was cancelled.
    func cancel(job: String) throws(SpoolError) {
        queue.remove(.job(job))
        setAside.removeAll { $0.id == job }
        let claim = try spool.open(job)
        let facts = Event.Facts(job: job, request: claim.request)
        try refuse(claim, .cancelled, .tryAgain, facts)
    }

    /// Begins nothing for a while, because whatever is begun would meet the same trouble.
    func obstruct(_ reason: String) {
        if obstacle == nil { log(.obstructed(reason: reason)) }
        obstacle = Obstacle(
            reason: reason, until: .now.advanced(by: configuration.retryInterval))
    }

    /// Whether something may be begun now.
    var isOpen: Bool {
        guard !isStopping, pause == nil else { return false }
        return obstacle.map { $0.until <= .now } ?? true
    }

    /// Looks whether there is room for another job's results, and whether an obstacle is gone.
    func isClear() -> Bool {
        do throws(SpoolError) {
            let space = try spool.space()
            // A thousandth of the disk, a gigabyte at most: for the ledger and other programs.
            let reserve = min(1 << 30, space.total / 1000)
            guard space.free > reserve else {
                obstruct(
                    "the disk is full: \(space.free >> 10) KiB are free, \(reserve >> 10) are kept")
                return false
            }
        } catch {
            obstruct(error.description)
            return false
        }
        if obstacle != nil {
            obstacle = nil
            log(.cleared)
        }
        return true
    }
}

extension Failure {
    static let cancelled = Failure(
        code: "cancelled", message: "This request was cancelled.",
        hint: "Nobody works on it any more.")
}
