// SPDX-License-Identifier: Apache-2.0

internal import Files

/// One request after it was dropped, seen from outside the service.
///
/// Who may enter the spool is told by the ledger; anybody else by what appears in the outbox.
package struct Following: Sendable {
    /// How far the request is.
    package enum State: Equatable, Sendable {
        /// It lies in the inbox.
        case waiting
        /// It was taken, and there is no result yet.
        case working
        /// Its result is in this folder of the outbox.
        case ended(Outcome, folder: String)
        /// It is neither in the inbox nor a job, and there is no result.
        case gone
    }

    private let survey: Survey
    private let arrival: Arrival
    private let content: [UInt8]
    /// When it began, in milliseconds since 1970, and the results of that name there were then.
    private let start: Int64
    private let earlier: Set<String>

    /// Begins to follow; before the request is dropped, so that no result is missed.
    package init(_ arrival: Arrival, _ content: [UInt8], root: String) throws(SpoolError) {
        survey = try Survey(root: root)
        self.arrival = arrival
        self.content = content
        start = WallClock.milliseconds
        earlier = Set(survey.results(of: arrival).map(\.name))
    }

    /// The request's path below the inbox, as text for people.
    package var request: String { arrival.description }

    /// How far it is now.
    package func state() -> State {
        let isThere = survey.holds(arrival)
        let isJob: Bool
        do throws(SpoolError) {
            isJob = try !survey.jobs(of: arrival).isEmpty
        } catch {
            return stateInOutbox(isThere: isThere)
        }
        // Read last: a job is written down before it leaves the spool.
        guard let entry = survey.earlierRun(of: arrival, content) else {
            // What a `defaults.json` adds makes another request of it, which the ledger knows instead.
            return isThere ? .waiting : isJob ? .working : newResult ?? .gone
        }
        // The same request may have been made before, and is then not made again.
        let isAnswer = entry.time >= start || !(isThere || isJob)
        if isAnswer, entry.state != .claimed, let folder = entry.folder {
            return .ended(entry.state == .done ? .done : .failed, folder: folder)
        }
        return isJob || entry.state == .claimed && !isThere ? .working : .waiting
    }

    /// Of a result that was not there at the start.
    private var newResult: State? {
        survey.results(of: arrival).first { !earlier.contains($0.name) }
            .map { .ended($0.outcome, folder: $0.name) }
    }

    private func stateInOutbox(isThere: Bool) -> State {
        if let newResult { return newResult }
        guard !isThere else { return .waiting }
        let same = survey.results(of: arrival).last {
            survey.file("request.json", of: $0.name) == content
        }
        return same.map { .ended($0.outcome, folder: $0.name) } ?? .working
    }
}

extension Survey {
    /// Bytes of the longest file of a result that is read: 4 MiB.
    private static let fileLimit = 4 << 20

    /// Whether a request lies in the inbox.
    func holds(_ arrival: Arrival) -> Bool {
        do throws(FileError) {
            return try FileStatus(of: inbox.appending(arrival.path)) != nil
        } catch {
            return false
        }
    }

    /// Whether it can be seen that no service works here: only somebody who may look at its lock can.
    package var isKnownToBeUnserved: Bool {
        do throws(FileError) {
            return try FileStatus(of: root.appending("spool/lock")) != nil && !isServed
        } catch {
            return false
        }
    }

    /// A small file in a result's folder, such as `result.json`; nil when it cannot be read.
    package func file(_ name: String, of result: String) -> [UInt8]? {
        do throws(FileError) {
            return try WholeFile.read(
                root.appending("outbox").appending(result).appending(name), limit: Self.fileLimit)
        } catch {
            return nil
        }
    }
}
