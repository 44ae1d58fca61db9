// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// What others may know of the service: the service manager in a line, the commands in a file.
extension Daemon {
    /// Shows what has changed; at most once a second for the file, which costs a write.
    ///
    /// - Returns: when it is to be called again although nothing else happens.
    func showStatus() -> SuspendingClock.Instant? {
        let line = statusLine
        if line != shown.line {
            Notifier.status(line)
            shown.line = line
        }
        let now = SuspendingClock.now
        guard shown.until <= now else { return shown.until }
        let record = statusRecord
        guard record != shown.record else { return nil }
        shown.record = record
        shown.until = now.advanced(by: .seconds(1))
        do throws(SpoolError) { try spool.show(record.text) } catch { trouble(error.description) }
        return nil
    }

    /// Leaves no record behind that speaks of running jobs.
    func showEnd() {
        do throws(SpoolError) { try spool.show(StatusRecord(state: "stopped").text) } catch {
            trouble(error.description)
        }
    }

    private var statusLine: String {
        let jobs = running.map(\.status).joined(separator: ", ")
        let rest = queue.count + arrived.count + gatheringOnes.count + setAside.count
        let state = pause != nil ? "paused" : obstacle.map { "held up: \($0.reason)" } ?? "idle"
        return (jobs.isEmpty ? state : jobs) + (rest > 0 ? ", \(rest) waiting" : "")
    }

    private var statusRecord: StatusRecord {
        var record = StatusRecord(state: "running")
        if let absence = inbox.absence {
            record = StatusRecord(state: "away", reason: absence)
        } else if let pause {
            switch pause {
            case .command: record = StatusRecord(state: "paused")
            case .file(let name):
                record = StatusRecord(state: "paused", reason: "by the file '\(name)'")
            }
        } else if let obstacle {
            record = StatusRecord(state: "held up", reason: obstacle.reason)
        }
        record.running = running.map(\.record)
        record.waiting = queue.count + arrived.count
        if record.waiting != shown.record?.waiting || record.running.count != shown.running {
            shown.next = queue.preview(10).map(name)
            shown.running = record.running.count
        }
        record.next = shown.next
        record.gathering = gatheringOnes.prefix(100).compactMap { arrival in
            guard let missing = candidates[arrival]?.missing, !missing.isEmpty else { return nil }
            return StatusRecord.Held(
                request: arrival.description, reason: missing.joined(separator: ", "))
        }.sorted { $0.request < $1.request }
        record.deferred = setAside.prefix(100).map {
            StatusRecord.Held(
                request: $0.request, reason: deferrals[$0.id]?.reason ?? "", until: $0.time)
        }
        record.troubles = inbox.troubles
        return record
    }

    private func name(_ turn: Turn) -> String {
        switch turn {
        case .request(let arrival): return arrival.description
        case .job(let id):
            do throws(SpoolError) { return try spool.open(id).request } catch { return id }
        }
    }

    /// What was shown last.
    struct Shown {
        var line = ""
        var record: StatusRecord?
        var next: [String] = []
        var running = -1
        /// Before this time nothing is written again.
        var until = SuspendingClock.now
    }
}

extension Run {
    var record: StatusRecord.Running {
        StatusRecord.Running(
            job: id, request: request, mode: mode, stage: progress?.stage.rawValue ?? "",
            completed: progress?.completed ?? 0, total: progress?.total ?? 0,
            percent: Int((progress?.fraction ?? 0) * 100), seconds: Int(seconds),
            secondsLeft: progress?.secondsLeft.map { Int($0) })
    }
}
