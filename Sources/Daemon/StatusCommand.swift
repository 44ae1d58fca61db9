// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Requests
internal import Service
internal import Spool

/// `rushes status`: what a service does, what waits and for what, what was finished last.
package enum StatusCommand {
    /// How the command shows it.
    package enum Form: Sendable {
        case table, json
        /// A table that is drawn again every second, until somebody interrupts it.
        case live
    }

    /// Prints what the service does, what waits, and what was finished last.
    package static func show(root: String, as form: Form) -> ExitStatus {
        Administration.inspecting(root) { premises throws(SpoolError) in
            let columns = Terminal.columns(of: STDOUT_FILENO)
            let ink = Ink(on: STDOUT_FILENO)
            switch form {
            case .json:
                put(try table(premises, root).record.text, STDOUT_FILENO)
            case .table:
                let lines = try table(premises, root).lines(in: ink, columns: columns)
                put(lines.joined(separator: "\n"), STDOUT_FILENO)
            case .live:
                try draw(premises, root, ink)
            }
            return .success
        }
    }

    /// Draws the table anew whenever something in it changes; on a terminal in the place of the last.
    private static func draw(
        _ premises: Premises, _ root: String, _ ink: Ink
    ) throws(SpoolError) -> Never {
        let isTerminal = Terminal.stands(behind: STDOUT_FILENO)
        var shown: [String] = []
        while true {
            let columns = Terminal.columns(of: STDOUT_FILENO)
            let lines = try table(premises, root).lines(in: ink, columns: columns)
            if isTerminal {
                // Home, each line up to its end, and nothing of what was below.
                let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n")
                write(Array("\u{1B}[H\(text)\n\u{1B}[J".utf8), STDOUT_FILENO)
            } else if lines != shown {
                put(lines.joined(separator: "\n") + "\n", STDOUT_FILENO)
            }
            shown = lines
            pause(for: .seconds(1))
        }
    }

    private static func table(
        _ premises: Premises, _ root: String
    ) throws(SpoolError) -> StatusTable {
        let server = try premises.server()
        var record =
            try premises.status().flatMap(StatusRecord.init) ?? StatusRecord(state: "stopped")
        if server == nil {
            record = StatusRecord(state: "stopped")
            let waiting = try premises.jobs().map(\.request) + premises.requests(limit: 1000)
            record.waiting = waiting.count
            record.next = Array(waiting.prefix(20))
        }
        let survey = try Survey(root: root)
        record.finished = try premises.latest(10).filter { $0.state != .claimed }.map { entry in
            let isFailed = entry.state == .failed
            return StatusRecord.Finished(
                request: entry.request, isFailed: isFailed,
                time: Timestamp(milliseconds: entry.time), folder: entry.folder,
                reason: isFailed ? entry.folder.flatMap { reason(in: $0, survey) } : nil)
        }
        // Asked for and not read in the record, which may be a second old.
        return StatusTable(
            root: root, server: server, pause: try premises.orders.pause().map(describe),
            record: record)
    }

    /// The first sentence of why a request failed, as its folder in the outbox says.
    private static func reason(in folder: String, _ survey: Survey) -> String? {
        guard let bytes = survey.file("result.json", of: folder),
            let failure = ResultSummary(bytes)?.failure
        else { return nil }
        return failure.problem ?? failure.message
    }

    private static func describe(_ pause: Orders.Pause) -> String {
        switch pause {
        case .command: "paused: 'rushes resume' lets it go on"
        case .file(let name): "paused by the file '\(name)' in the inbox"
        }
    }

    /// Lets time go by; a wait that cannot be is none.
    static func pause(for time: Duration) {
        do throws(ServiceError) {
            _ = try wait(for: [], until: .now.advanced(by: time))
        } catch {
            // Interrupted: the caller looks again.
        }
    }
}
