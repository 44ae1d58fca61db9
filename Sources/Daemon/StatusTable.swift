// SPDX-License-Identifier: Apache-2.0

internal import Requests

/// What `rushes status` shows: a line for each request, in columns of state, name and all the rest.
struct StatusTable: Sendable {
    var root: String
    /// The process that serves it; nil when nobody does.
    var server: Int32?
    /// How the queue is paused, a sentence; nil when it is not.
    var pause: String?
    var record: StatusRecord

    private struct Row {
        let state: String
        let meaning: Ink.Meaning
        let name: String
        let rest: String
    }

    /// The lines, cut to so many characters where there is a limit.
    func lines(in ink: Ink, columns: Int? = nil) -> [String] {
        var lines = [heading(ink)]
        if let pause { lines.append(ink(pause, .waiting)) }
        let states = ["running", "paused", "stopped"]
        if !states.contains(record.state) {
            lines.append(
                ink(record.state + (record.reason.map { ": \($0)" } ?? ""), .bad))
        }
        let rows = self.rows
        if rows.isEmpty { lines.append("nothing to do") }
        let widths = (
            rows.map(\.state.count).max() ?? 0, min(rows.map(\.name.count).max() ?? 0, 48)
        )
        for row in rows {
            let state = ink(row.state, row.meaning) + Self.spaces(widths.0 - row.state.count)
            let name = row.name + Self.spaces(widths.1 - row.name.count)
            let used = widths.0 + max(widths.1, row.name.count) + 4
            let rest = columns.map { Self.cut(row.rest, to: $0 - used) } ?? row.rest
            lines.append(rest.isEmpty ? "\(state)  \(row.name)" : "\(state)  \(name)  \(rest)")
        }
        for trouble in record.troubles { lines.append(ink("trouble", .bad) + "  \(trouble)") }
        return lines
    }

    private func heading(_ ink: Ink) -> String {
        guard let server else { return ink("nobody serves '\(root)'", .bad) }
        let process = server > 0 ? ", process \(server)" : ""
        return ink("serving '\(root)'", .title) + process
    }

    private var rows: [Row] {
        var rows = record.running.map { run in
            let step = run.stage.isEmpty ? "begins" : "\(run.stage) \(run.completed)/\(run.total)"
            let left = run.secondsLeft.map { ", \(timeLeft(Double($0)))" } ?? ""
            return Row(
                state: "running", meaning: .busy, name: run.request,
                rest: "\(run.percent) %, \(step)\(left), \(run.seconds) s so far, job \(run.job)")
        }
        for (index, request) in record.next.enumerated() {
            rows.append(
                Row(
                    state: "waiting", meaning: .waiting, name: request,
                    rest: server == nil
                        ? "for a service" : "for its turn, \(index + 1) of \(record.waiting)"))
        }
        let more = record.waiting - record.next.count
        if more > 0 {
            rows.append(
                Row(state: "waiting", meaning: .waiting, name: "and \(more) more", rest: ""))
        }
        rows += record.gathering.map {
            Row(state: "waiting", meaning: .waiting, name: $0.request, rest: "for \($0.reason)")
        }
        rows += record.deferred.map { held in
            let until = held.until.map { " until \(Self.clock($0))" } ?? ""
            return Row(
                state: "put off", meaning: .bad, name: held.request,
                rest: "\(until.dropFirst())\(until.isEmpty ? "" : ": ")\(held.reason)")
        }
        rows += record.finished.map { end in
            let place = end.folder.map { "-> \($0)" } ?? ""
            return Row(
                state: end.isFailed ? "failed" : "done", meaning: end.isFailed ? .bad : .good,
                name: end.request,
                rest: place + (end.reason.map { "  \($0)" } ?? ""))
        }
        return rows
    }

    /// `2026-11-29 12:30:05Z`.
    private static func clock(_ time: Timestamp) -> String {
        String(time.description.replacing("T", with: " ").prefix(19)) + "Z"
    }

    private static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: max(0, count))
    }

    private static func cut(_ text: String, to count: Int) -> String {
        text.count <= count ? text : String(text.prefix(max(0, count - 1))) + "…"
    }
}
