// SPDX-License-Identifier: Apache-2.0

internal import Files

/// The service in figures, as Prometheus reads them (text format 0.0.4).
package struct Metrics: Equatable, Sendable {
    /// Jobs that ended since the service started, and the seconds that they took.
    package var done = 0
    package var failed = 0
    package var seconds = 0.0
    /// When the last one ended well, in seconds since 1970; nil before.
    package var lastDone: Int64?
    package var running = 0
    /// Requests whose turn has not come, requests that wait for files, jobs that are put off.
    package var waiting = 0
    package var gathering = 0
    package var deferred = 0
    package var isPaused = false
    package var isHeldUp = false
    /// False in the last file that a service writes.
    package var isUp = true

    /// Figures of a service that has done nothing.
    package init() {}

    /// The content of the file.
    package var text: String {
        var lines: [String] = []
        func add(_ name: String, _ kind: String, _ help: String, _ values: [(String, String)]) {
            lines.append("# HELP rushes_\(name) \(help)")
            lines.append("# TYPE rushes_\(name) \(kind)")
            lines += values.map { "rushes_\(name)\($0) \($1)" }
        }
        func flag(_ value: Bool) -> [(String, String)] { [("", value ? "1" : "0")] }
        add("up", "gauge", "Whether the service runs.", flag(isUp))
        add(
            "jobs_total", "counter", "Jobs that ended since the service started.",
            [("{outcome=\"done\"}", "\(done)"), ("{outcome=\"failed\"}", "\(failed)")])
        add(
            "job_seconds_total", "counter", "Seconds that workers took for these jobs.",
            [("", "\(seconds)")])
        add(
            "last_done_timestamp_seconds", "gauge", "When the last job ended well.",
            lastDone.map { [("", "\($0)")] } ?? [])
        add("jobs_running", "gauge", "Jobs that are being worked on.", [("", "\(running)")])
        add(
            "requests_waiting", "gauge", "Requests that wait for their turn.", [("", "\(waiting)")])
        add(
            "requests_gathering", "gauge", "Requests that wait for files.", [("", "\(gathering)")])
        add("jobs_deferred", "gauge", "Jobs that were put off.", [("", "\(deferred)")])
        add("paused", "gauge", "Whether nothing is begun by order.", flag(isPaused))
        add("held_up", "gauge", "Whether nothing can be begun.", flag(isHeldUp))
        return lines.joined(separator: "\n") + "\n"
    }

    /// Replaces the file at a path at once, readable by everybody.
    ///
    /// - Returns: why that cannot be, as a sentence; nil when it is done.
    package func write(to path: String) -> String? {
        let file = Path(path)
        let fresh = file.parent.appending(
            Path(bytes: Array(".".utf8) + file.name + Array(".rushes".utf8)))
        do throws(FileError) {
            try WholeFile.replace(fresh, with: Array(text.utf8))
            try Permissions.set(0o644, of: fresh)
            try Renaming.replace(fresh, to: file)
            return nil
        } catch {
            return "the figures for Prometheus: \(error)"
        }
    }
}
