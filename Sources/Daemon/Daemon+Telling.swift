// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Spool
internal import Telling

/// What people and other programs are told beyond the log: nothing of it is ever in a job's way.
extension Daemon {
    /// Tells of a job that has ended.
    ///
    /// * `arrival`: The request's place in the inbox.
    func tell(_ facts: Event.Facts, _ outcome: Outcome, of arrival: Arrival, reason: String?) {
        count(facts, outcome)
        guard let courier else { return }
        let news = News(
            folder: arrival.folders.first ?? "", request: facts.request,
            name: RequestFile.resultName(of: arrival.name),
            status: outcome == .done ? .done : .failed, reason: reason, result: facts.result,
            job: facts.job)
        if let trouble = courier.tell(news) { self.trouble(trouble) }
    }

    /// Why a job is about to be published as failed, from its record.
    func reason(of claim: borrowing Claim) -> String? {
        guard courier != nil else { return nil }
        do throws(SpoolError) {
            return try claim.record(limit: ResultSummary.limit).flatMap(ResultSummary.init)?.reason
        } catch {
            return nil
        }
    }

    /// Looks after the messages that are on their way.
    func attendMessages() {
        guard let courier else { return }
        for trouble in courier.attend(at: .now) { self.trouble(trouble) }
    }

    // MARK: Figures

    private func count(_ facts: Event.Facts, _ outcome: Outcome) {
        metrics.seconds += facts.seconds
        switch outcome {
        case .done:
            metrics.done += 1
            metrics.lastDone = Timestamp.now().milliseconds / 1000
        case .failed: metrics.failed += 1
        }
    }

    /// Writes the figures where they have changed, every few seconds at most.
    func showMetrics(isUp: Bool = true) {
        guard let path = configuration.metrics else { return }
        let now = SuspendingClock.now
        guard nextMetrics <= now || !isUp else { return }
        metrics.running = running.count
        metrics.waiting = queue.count + arrived.count
        metrics.gathering = gatheringOnes.count
        metrics.deferred = setAside.count
        metrics.isPaused = pause != nil
        metrics.isHeldUp = obstacle != nil
        metrics.isUp = isUp
        guard metrics != shownMetrics else { return }
        shownMetrics = metrics
        nextMetrics = now.advanced(by: Self.metricsPause)
        if let trouble = metrics.write(to: path) { self.trouble(trouble) }
    }

    /// Prometheus asks every quarter of a minute, or less often.
    private static let metricsPause = Duration.seconds(5)

    // MARK: Progress

    /// Says beside each result to come how far it is, as often as that may change.
    func reportProgress() {
        guard let interval = configuration.progressInterval else { return }
        let now = SuspendingClock.now
        for run in running where run.nextReport <= now {
            run.nextReport = now.advanced(by: interval)
            let text = run.record.progressText(at: .now())
            do throws(SpoolError) { try spool.report(text, for: run.arrival) } catch {
                trouble(error.description)
            }
        }
    }

    /// Takes the last word on a job's progress away.
    func endReport(of run: Run) {
        do throws(SpoolError) { try spool.endReport(run.arrival) } catch {
            trouble(error.description)
        }
    }

    /// When something of this is due.
    var tellingDeadline: SuspendingClock.Instant? {
        var times = [courier?.deadline].compactMap(\.self)
        if configuration.progressInterval != nil { times += running.map(\.nextReport) }
        if configuration.metrics != nil, nextMetrics > .now { times.append(nextMetrics) }
        return times.min()
    }
}
