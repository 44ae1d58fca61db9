// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What the service is doing, as `spool/status.json` holds it for the commands.
package struct StatusRecord: Equatable, Sendable {
    /// A job that a worker is busy with.
    package struct Running: Equatable, Sendable {
        package var job: String
        package var request: String
        package var mode: ModeName?
        /// What is being done, and how much of it; empty at the very beginning.
        package var stage: String
        package var completed: Int
        package var total: Int
        /// Of the whole job, 0 to 100.
        package var percent: Int
        /// Since it was begun this time.
        package var seconds: Int
        /// Until it is done, at its present pace; nil where nobody can tell.
        package var secondsLeft: Int?

        /// A running job from its facts.
        package init(
            job: String, request: String, mode: ModeName?, stage: String, completed: Int,
            total: Int, percent: Int, seconds: Int, secondsLeft: Int? = nil
        ) {
            self.job = job
            self.request = request
            self.mode = mode
            self.stage = stage
            self.completed = completed
            self.total = total
            self.percent = percent
            self.seconds = seconds
            self.secondsLeft = secondsLeft
        }
    }

    /// Something that cannot go on now.
    package struct Held: Equatable, Sendable {
        package var request: String
        package var reason: String
        /// When it is tried again; nil where that depends on something else than time.
        package var until: Timestamp?

        /// A request and why it does not go on.
        package init(request: String, reason: String, until: Timestamp? = nil) {
            self.request = request
            self.reason = reason
            self.until = until
        }
    }

    /// A request that is done with.
    package struct Finished: Equatable, Sendable {
        package var request: String
        package var isFailed: Bool
        package var time: Timestamp
        /// Where its results are, relative to the outbox.
        package var folder: String?
        /// Why it failed, a sentence or two.
        package var reason: String?

        /// A finished request from its facts.
        package init(
            request: String, isFailed: Bool, time: Timestamp, folder: String?, reason: String?
        ) {
            self.request = request
            self.isFailed = isFailed
            self.time = time
            self.folder = folder
            self.reason = reason
        }
    }

    /// `running`, `paused`, `held up` or `away`.
    package var state: String
    /// Why, if it is not `running`.
    package var reason: String?
    package var running: [Running] = []
    /// How many wait for their turn, and the first of them in order.
    package var waiting = 0
    package var next: [String] = []
    /// Requests that wait for files, with the names that are missing.
    package var gathering: [Held] = []
    /// Jobs that were put off.
    package var deferred: [Held] = []
    package var troubles: [String] = []
    /// The latest first; only for whoever asks, the service does not write them down.
    package var finished: [Finished] = []

    /// A record of a service that has nothing to do.
    package init(state: String, reason: String? = nil) {
        self.state = state
        self.reason = reason
    }

    /// The content of `status.json`.
    package var text: String {
        let running: [JSONValue] = running.map { run in
            [
                "job": .string(run.job), "request": .string(run.request),
                "mode": run.mode.map { .string($0.rawValue) } ?? .null, "stage": .string(run.stage),
                "completed": .integer(Int64(run.completed)), "total": .integer(Int64(run.total)),
                "percent": .integer(Int64(run.percent)), "seconds": .integer(Int64(run.seconds)),
                "seconds_left": run.secondsLeft.map { .integer(Int64($0)) } ?? .null,
            ]
        }
        func list(_ held: [Held]) -> JSONValue {
            .array(
                held.map {
                    [
                        "request": .string($0.request), "reason": .string($0.reason),
                        "until": $0.until.map { .string($0.description) } ?? .null,
                    ]
                })
        }
        let finished: [JSONValue] = finished.map {
            [
                "request": .string($0.request), "status": .string($0.isFailed ? "failed" : "done"),
                "time": .string($0.time.description),
                "folder": $0.folder.map { .string($0) } ?? .null,
                "reason": $0.reason.map { .string($0) } ?? .null,
            ]
        }
        let record: JSONValue = [
            "state": .string(state), "reason": reason.map { .string($0) } ?? .null,
            "running": .array(running),
            "waiting": .integer(Int64(waiting)), "next": .array(next.map { .string($0) }),
            "gathering": list(gathering), "deferred": list(deferred),
            "troubles": .array(troubles.map { .string($0) }), "finished": .array(finished),
        ]
        return record.serialized()
    }

    /// Reads what `text` wrote; nil when the bytes are something else.
    package init?(_ bytes: [UInt8]) {
        let node: JSONNode
        do throws(JSONError) {
            let limits = JSONLimits(bytes: 4 << 20, depth: 8, duplicateKeys: .kept)
            node = try JSONNode(parsing: bytes, limits: limits)
        } catch {
            return nil
        }
        guard let state = node["state"]?.string else { return nil }
        func list(_ key: String) -> [Held] {
            (node[key]?.array ?? []).compactMap {
                guard let request = $0["request"]?.string, let reason = $0["reason"]?.string
                else { return nil }
                return Held(
                    request: request, reason: reason,
                    until: $0["until"]?.string.flatMap(Timestamp.init))
            }
        }
        self.init(state: state, reason: node["reason"]?.string)
        running = (node["running"]?.array ?? []).compactMap(Running.init)
        waiting = node["waiting"]?.int ?? 0
        next = (node["next"]?.array ?? []).compactMap(\.string)
        gathering = list("gathering")
        deferred = list("deferred")
        troubles = (node["troubles"]?.array ?? []).compactMap(\.string)
    }
}

extension StatusRecord.Running {
    fileprivate init?(_ node: JSONNode) {
        guard let job = node["job"]?.string, let request = node["request"]?.string else {
            return nil
        }
        self.init(
            job: job, request: request,
            mode: node["mode"]?.string.flatMap { ModeName(rawValue: $0) },
            stage: node["stage"]?.string ?? "", completed: node["completed"]?.int ?? 0,
            total: node["total"]?.int ?? 0, percent: node["percent"]?.int ?? 0,
            seconds: node["seconds"]?.int ?? 0, secondsLeft: node["seconds_left"]?.int)
    }
}
