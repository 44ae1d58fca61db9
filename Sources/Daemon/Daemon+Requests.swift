// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool

/// The life of one request: arrived, waiting for the files that it names, accepted.
extension Daemon {
    /// Remembers requests that are ready, each once.
    func arrive(_ arrivals: [Arrival]) {
        let known = Set(arrived + gathering.map(\.arrival))
        arrived += arrivals.filter { !known.contains($0) }
    }

    /// Forgets requests that left the inbox while they waited.
    func depart(_ departures: [Arrival]) {
        guard !departures.isEmpty else { return }
        let gone = Set(departures)
        arrived.removeAll(where: gone.contains)
        gathering.removeAll { gone.contains($0.arrival) }
        announced.subtract(gone)
    }

    /// Accepts a request, or begins to wait for the files that it names.
    ///
    /// Of the request only those names are of interest here. A request that will be refused anyway
    /// waits for nothing, and takes along what is there.
    func accept(_ arrival: Arrival) {
        guard case .success(let bytes) = inbox.read(arrival) else { return claim(arrival) }
        let names = Request.files(namedIn: bytes).map(\.path.text)
        guard !names.isEmpty, isUnderstood(bytes) else { return claim(arrival, media: names) }
        let limit = configuration.once ? configuration.pause : configuration.mediaWait
        let waiting = Gathering(arrival, names: names, in: inbox, limit: limit, at: .now)
        if let waiting { gather(waiting) }
    }

    /// Looks again at the requests that wait for files, as far as it is time.
    func gatherSome() {
        let now = SuspendingClock.now
        let due = gathering.filter { $0.next <= now }
        gathering.removeAll { $0.next <= now }
        for waiting in due { gather(waiting) }
    }

    private func gather(_ waiting: Gathering) {
        var waiting = waiting
        do throws(SpoolError) {
            switch try waiting.look(in: inbox, at: .now) {
            case .changed:
                announced.remove(waiting.arrival)
                arrive(inbox.revisit(waiting.arrival, at: .now))
            case .ready:
                announced.remove(waiting.arrival)
                claim(waiting.arrival, media: waiting.names, for: waiting)
            case .waiting(let missing):
                gathering.append(waiting)
                if !missing.isEmpty, announced.insert(waiting.arrival).inserted {
                    log(.waiting(request: waiting.arrival.description, missing: missing))
                }
            }
        } catch {
            hold(waiting.arrival, error)
        }
    }

    /// Moves a request into the spool, with copies of its files.
    private func claim(
        _ arrival: Arrival, media names: [String] = [], for waiting: Gathering? = nil
    ) {
        do throws(SpoolError) {
            let job = try spool.claim(
                arrival, media: names, lastTry: waiting?.isLast ?? true, while: canGoOn)
            guard let job else { return }
            self.waiting.append(job)
            log(.accepted(job: job, request: arrival.description))
        } catch {
            guard case .notNow = error else { return hold(arrival, error) }
            guard var waiting else { return arrived.append(arrival) }
            waiting.postpone(from: .now)
            gathering.append(waiting)
        }
    }

    /// Leaves a request in the inbox until it changes or everything is searched again.
    private func hold(_ arrival: Arrival, _ error: SpoolError) {
        inbox.hold(arrival)
        isHolding = true
        log(.refusedClaim(request: arrival.description, reason: error.description))
    }

    /// Asked in the middle of long copying: shows that the service lives, and whether a signal
    /// waits for it.
    private func canGoOn() -> Bool {
        giveSign()
        do throws(ServiceError) {
            return try wait(for: [signals.descriptor], until: .now).isEmpty
        } catch {
            // The loop meets the same trouble at its next wait, and ends with it.
            return false
        }
    }

    private func isUnderstood(_ bytes: [UInt8]) -> Bool {
        do throws(RequestError) {
            _ = try Request(parsing: bytes)
            return true
        } catch {
            // The worker explains it.
            return false
        }
    }
}

/// Whether bytes in the inbox are one whole request, right or wrong.
@Sendable func requestIsComplete(_ bytes: [UInt8]) -> Bool {
    Request.isComplete(bytes)
}
