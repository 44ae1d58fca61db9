// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool

/// What people order beyond requests, and what stands in the way of everything.
extension Daemon {
    /// Reads the orders again; asked before anything is begun.
    ///
    /// One that cannot be obeyed yet stays: what it names is about to be found, or being copied.
    func heed() {
        ordersWatch.drain()
        do throws(SpoolError) {
            for cancellation in try spool.cancellations() {
                do throws(SpoolError) {
                    if try obey(cancellation) { try spool.complete(cancellation) }
                } catch {
                    // The others are not to blame, and this one is tried again.
                    trouble(error.description)
                }
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
                post(.paused(pause), for: Self.paused)
            } else {
                log(.resumed)
                withdrawNotice(for: Self.paused)
            }
        } catch {
            trouble(error.description)
        }
    }

    /// The names under which texts about the whole queue stand in the outbox.
    static let paused = Arrival.named("PAUSED")
    static let heldUp = Arrival.named("HELD UP")
    static let away = Arrival.named("AWAY")

    /// Gives up what an order names.
    ///
    /// - Returns: whether the order is of no more use: obeyed, durably, or about nothing.
    private func obey(_ cancellation: Cancellation) throws(SpoolError) -> Bool {
        let target = cancellation.target
        if let run = running.first(where: { $0.id == target || $0.request == target }) {
            run.isCancelled = true
            run.child.stop(forcefully: true)
            try spool.open(run.id).cancel()
            return true
        }
        if let job = try waitingJobs().first(where: { $0.id == target || $0.request == target }) {
            try cancel(job: job.id)
            return true
        }
        if let collection = collecting.first(where: { $0.arrival.description == target }) {
            // It is a candidate again when the copying has ended, or a job already.
            collection.cancel()
            return false
        }
        if let arrival = candidates.keys.first(where: { $0.description == target }) {
            try cancel(arrival)
        }
        return !arrived.contains { $0.description == target } && !inbox.expects(cancellation)
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

    /// Gives up a job that nobody works on, durably: it is refused now, or as soon as it can be.
    ///
    /// One that has its results already is published.
    func cancel(job: String) throws(SpoolError) {
        try spool.open(job).cancel()
        queue.remove(.job(job))
        setAside.removeAll { $0.id == job }
        begin(job)
    }

    /// Begins nothing for a while, because whatever is begun would meet the same trouble.
    ///
    /// * `numbers`: what changes from minute to minute, which no text in the outbox follows.
    func obstruct(_ cause: String, _ numbers: String = "") {
        let reason = cause + numbers
        if obstacle == nil { log(.obstructed(reason: reason)) }
        obstacle = Obstacle(
            reason: reason, until: .now.advanced(by: configuration.retryInterval))
        post(.obstructed(reason: cause), for: Self.heldUp)
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
            let reserve = Spool.reserve(of: space.total)
            guard space.free > reserve else {
                obstruct(
                    "the disk is full",
                    ": \(space.free >> 10) KiB are free, \(reserve >> 10) are kept")
                return false
            }
        } catch {
            obstruct(error.description)
            return false
        }
        if obstacle != nil {
            obstacle = nil
            log(.cleared)
            withdrawNotice(for: Self.heldUp)
        }
        return true
    }
}

extension Failure {
    static let cancelled = Failure(
        code: "cancelled", message: "This request was cancelled.",
        hint: "Nobody works on it any more.")
}
