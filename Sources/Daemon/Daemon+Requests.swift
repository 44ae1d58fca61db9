// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// The life of one request: arrived, waiting for the files that it names, waiting for its turn.
/// Until then it lies in the inbox, where it may be changed or removed.
extension Daemon {
    /// Remembers requests that are ready, each once.
    func arrive(_ arrivals: [Arrival]) {
        for arrival in arrivals where !arrivedOnes.contains(arrival) {
            if let known = candidates[arrival] {
                guard !known.gathering.isUnchanged(in: inbox) else { continue }
                forget(arrival)
            }
            arrivedOnes.insert(arrival)
            arrived.append(arrival)
        }
    }

    /// Looks into some of the requests that have arrived.
    ///
    /// A few at a time, so that ten thousand at once keep nobody waiting.
    func acceptSome() {
        guard !isStopping else { return }
        let some = arrived.prefix(32)
        arrived.removeFirst(some.count)
        for arrival in some {
            arrivedOnes.remove(arrival)
            consider(arrival)
        }
    }

    /// Takes a request into the queue, or begins to wait for the files that it names.
    ///
    /// Of the request only those names and its priority are of interest here. A request that will be
    /// refused anyway waits for nothing, and takes along what is there.
    private func consider(_ arrival: Arrival) {
        let limit = configuration.mediaWait
        guard var gathering = Gathering(arrival, in: inbox, limit: limit, at: .now) else { return }
        var (priority, isUnderstood) = (0, false)
        guard case .request(let composition) = consult(arrival) else { return }
        let content = composition.offer.content
        if case .failure(let reason) = content, reason.mayPass {
            let request = arrival.description
            return hold(arrival, SpoolError.unreadable(request: request, reason: reason))
        }
        if case .success(let bytes) = content {
            guard !isOldResult(arrival) else { return inbox.settle(arrival) }
            gathering.names = composition.names
            let request = understood(bytes)
            priority = request?.priority ?? 0
            // A file that was dropped is waited for whatever comes of it.
            isUnderstood = arrival.isDrop || request != nil
        }
        let earlier = earlierTry(arrival)
        let mayHaveOne =
            arrival.name == "request.json" && earlier == nil || composition.isDefaultsFault
        // The record of an earlier try, or the rest of the defaults, may follow in a moment; whoever
        // moves them keeps no order.
        if mayHaveOne { gathering.postpone(from: .now, by: configuration.pause) }
        let isWaiting = isUnderstood && !gathering.names.isEmpty
        candidates[arrival] = Candidate(
            gathering: gathering, priority: priority, isUnderstood: isUnderstood, earlier: earlier,
            followers: composition.followers)
        for follower in composition.followers { forget(follower) }
        if mayHaveOne {
            gatheringOnes.insert(arrival)
        } else if isWaiting {
            gather(arrival)
        } else {
            enqueue(arrival)
        }
    }

    /// What a name comes to; a drop that goes along with another one begins nothing, and that one begins
    /// anew where it has not heard of it.
    private func consult(_ arrival: Arrival) -> Composed {
        let composed = compose(arrival)
        if case .part(let leader) = composed {
            inbox.settle(arrival)
            if let leader, let known = candidates[leader], !known.followers.contains(arrival) {
                forget(leader)
                arrive([leader])
            }
        }
        return composed
    }

    /// Whether this is the record of an earlier result, which came back with its request.
    private func isOldResult(_ arrival: Arrival) -> Bool {
        guard arrival.name == "result.json",
            let bytes = inbox.content(of: arrival, limit: ResultSummary.limit)
        else { return false }
        return ResultSummary(bytes) != nil
    }

    private func earlierTry(_ arrival: Arrival) -> EarlierTry? {
        let record = arrival.sibling("result.json")
        guard arrival.name == "request.json",
            let bytes = inbox.content(of: record, limit: ResultSummary.limit),
            let summary = ResultSummary(bytes), summary.isFailed,
            let original = arrival.original(named: summary.request)
        else { return nil }
        return EarlierTry(
            original: original,
            remains: [record, arrival.sibling("error.txt")])
    }

    private func understood(_ bytes: [UInt8]) -> Request? {
        do throws(RequestError) {
            return try Request(parsing: bytes)
        } catch {
            // The worker explains it.
            return nil
        }
    }

    private func enqueue(_ arrival: Arrival) {
        guard let candidate = candidates[arrival] else { return }
        gatheringOnes.remove(arrival)
        queue.insert(
            candidate.gathering.entry(Turn.request(arrival), priority: candidate.priority))
    }

    /// Looks again at some of the requests that wait for files, as far as it is time: those first that
    /// were due first.
    ///
    /// A few at a time, because each may list a folder and put up a text. The rest is due still, so
    /// that the next turn of the loop comes at once.
    func gatherSome() {
        guard !isStopping else { return }
        let now = SuspendingClock.now
        let due = gatheringOnes.map { (arrival: $0, time: candidates[$0]?.gathering.next ?? now) }
            .filter { $0.time <= now }.sorted { $0.time < $1.time }
        for (arrival, _) in due.prefix(32) {
            gather(arrival)
            giveSign()
        }
    }

    private func gather(_ arrival: Arrival) {
        guard let candidate = candidates[arrival] else {
            gatheringOnes.remove(arrival)
            return
        }
        if candidate.earlier == nil { candidate.earlier = earlierTry(arrival) }
        guard candidate.isUnderstood else { return enqueue(arrival) }
        do throws(SpoolError) {
            let verdict = try candidate.gathering.look(in: inbox, at: .now)
            candidate.missing = []
            if case .waiting(let missing) = verdict, !missing.isEmpty {
                announce(candidate, missing)
            }
            switch verdict {
            case .changed:
                forget(arrival)
                arrive(inbox.revisit(arrival, at: .now))
            case .ready: enqueue(arrival)
            case .waiting: gatheringOnes.insert(arrival)
            }
        } catch {
            hold(arrival, error)
        }
    }

    /// Tells the log at once and the outbox a little later what a request waits for.
    private func announce(_ candidate: Candidate, _ missing: [String]) {
        candidate.missing = missing
        if !candidate.isAnnounced {
            candidate.isAnnounced = true
            log(.waiting(request: candidate.arrival.description, missing: missing))
        }
        if candidate.since.advanced(by: configuration.noticeDelay) <= .now {
            post(.waitingForFiles(missing, limit: configuration.mediaWait), for: candidate.arrival)
        }
    }

    /// Accepts a request whose turn has come: copies its files, then moves it into the spool.
    func take(_ arrival: Arrival) {
        guard let candidate = candidates[arrival] else { return }
        do throws(SpoolError) {
            // Since it was found ready, it may have waited for hours.
            let verdict: Gathering.Verdict =
                candidate.isUnderstood ? try candidate.gathering.look(in: inbox, at: .now) : .ready
            guard case .ready = verdict, candidate.gathering.isUnchanged(in: inbox) else {
                if case .waiting = verdict { return _ = gatheringOnes.insert(arrival) }
                forget(arrival)
                return arrive(inbox.revisit(arrival, at: .now))
            }
            guard case .request(let composition) = compose(arrival),
                composition.names == candidate.gathering.names
            else {
                // Its defaults, or the files beside it, are others by now.
                forget(arrival)
                return arrive([arrival])
            }
            guard let staging = try stage(candidate, composition.settledOffer) else {
                return forget(arrival)
            }
            let lastTry = candidate.gathering.isLast || !candidate.isUnderstood
            if staging.hasFiles {
                collecting.append(try Collection(staging, lastTry: lastTry))
            } else {
                accept(
                    arrival, staging,
                    Result { () throws(SpoolError) in
                        try staging.collect(lastTry: lastTry)
                    })
            }
        } catch {
            leave(arrival, error)
        }
    }

    private func stage(
        _ candidate: Candidate, _ offer: Offer
    ) throws(SpoolError) -> Staging? {
        if case .failure(let reason) = offer.content, reason.mayPass {
            throw .unreadable(request: candidate.arrival.description, reason: reason)
        }
        // Read again, and perhaps changed since its names were.
        guard candidate.gathering.isUnchanged(in: inbox) else {
            throw .notNow(request: candidate.arrival.description)
        }
        return try spool.stage(
            offer, priority: candidate.priority, as: candidate.earlier?.original)
    }

    /// Goes on with the requests whose files are copied.
    func acceptCollected() {
        // What is left half-way is found in the inbox at the next start.
        guard !isStopping else { return }
        for collection in collecting {
            guard let result = collection.result() else { continue }
            collecting.removeAll { $0 === collection }
            accept(collection.arrival, collection.staging, result)
        }
    }

    private func accept(
        _ arrival: Arrival, _ staging: Staging, _ result: Result<Collected, SpoolError>
    ) {
        let candidate = candidates[arrival]
        do throws(SpoolError) {
            let earlier = candidate?.earlier
            let collected: Collected
            do throws(SpoolError) {
                collected = try result.get()
            } catch {
                // Half a copy may be what filled the disk.
                try spool.abandon(staging)
                throw error
            }
            // What could not be copied stays.
            let followers = collected.isRemovable ? candidate?.followers ?? [] : []
            switch try spool.accept(collected, isRetry: earlier != nil) {
            case .job(let job):
                log(.accepted(job: job, request: arrival.description))
                clear(followers, files: [])
                forget(arrival)
                inbox.settle(arrival)
                begin(job)
                if let earlier {
                    let names = candidate?.gathering.names ?? []
                    // What was dropped alone lies nowhere else, and the job has it now.
                    let dropped = arrival.isBackAmongDrops && collected.isComplete ? names : []
                    clear(earlier.remains + dropped.map { arrival.sibling($0) }, files: names)
                }
            case .duplicate(let entry):
                log(.duplicate(request: arrival.description, job: entry.job, result: entry.folder))
                clear(followers, files: [])
                forget(arrival)
                inbox.settle(arrival)
            case .gone:
                forget(arrival)
            }
        } catch {
            leave(arrival, error)
        }
    }

    /// Takes away what came back with a request from an earlier try; where that may not be, it is
    /// known for what it is.
    private func clear(_ remains: [Arrival], files: [String]) {
        guard !configuration.leavesRequests else { return }
        do throws(SpoolError) {
            try inbox.clear(remains, files: files)
        } catch {
            trouble("what is left of an earlier try cannot be removed: \(error)")
        }
    }

    /// A request that was asked to be given up: accepted without its files, which stay in the inbox.
    func cancel(_ arrival: Arrival) throws(SpoolError) {
        guard let candidate = candidates[arrival],
            let staging = try cancelled(candidate),
            case .job(let job) = try spool.accept(
                try staging.collect(lastTry: true), isRetry: true)
        else { return }
        forget(arrival)
        inbox.settle(arrival)
        queue.insert(.unknown(.job(job)))
        try cancel(job: job)
    }

    /// The same, staged; what was dropped instead of a request goes along, or it would be lost.
    private func cancelled(_ candidate: Candidate) throws(SpoolError) -> Staging? {
        guard case .request(let composition) = compose(candidate.arrival) else { return nil }
        var offer = composition.offer
        if !candidate.arrival.isDrop { offer.names = [] }
        return try stage(candidate, offer)
    }

    /// A request that was about to be accepted and could not: it is still in the inbox.
    private func leave(_ arrival: Arrival, _ error: SpoolError) {
        if case .notNow = error {
            guard candidates[arrival] != nil, !isStopping else { return }
            candidates[arrival]?.gathering.postpone(from: .now)
            gatheringOnes.insert(arrival)
        } else if error.isObstacle, !isClear() {
            enqueue(arrival)
        } else if error.isObstacle, !configuration.once {
            // Others may be smaller: it does not keep them waiting.
            candidates[arrival]?.gathering.postpone(
                from: .now, by: configuration.retryInterval)
            gatheringOnes.insert(arrival)
            log(.refusedClaim(request: arrival.description, reason: error.description))
            post(.notAcceptable(reason: error.description), for: arrival)
        } else {
            hold(arrival, error)
        }
    }

    /// Leaves a request in the inbox until it changes or everything is searched again.
    private func hold(_ arrival: Arrival, _ error: SpoolError) {
        forget(arrival)
        inbox.hold(arrival)
        isHolding = true
        log(.refusedClaim(request: arrival.description, reason: error.description))
        post(.notAcceptable(reason: error.description), for: arrival)
    }

    /// Requests that were removed from the inbox while they waited are given up.
    func depart(_ departures: [Arrival]) {
        for arrival in departures {
            if candidates[arrival] != nil { log(.withdrawn(request: arrival.description)) }
            forget(arrival)
        }
    }

    /// Ends all waiting of a request, and what is said about it.
    private func forget(_ arrival: Arrival) {
        candidates[arrival] = nil
        gatheringOnes.remove(arrival)
        queue.remove(.request(arrival))
        withdrawNotice(for: arrival)
    }
}

/// Whether bytes in the inbox are one whole request, right or wrong.
@Sendable func requestIsComplete(_ bytes: [UInt8]) -> Bool {
    Request.isComplete(bytes)
}
