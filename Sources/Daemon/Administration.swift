// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Requests
internal import Spool

/// The commands for whoever looks after a service, which may be running or not.
package enum Administration {
    /// Prints what the service does, what waits, and what was finished last.
    package static func status(root: String, asJSON: Bool) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            let server = try premises.server()
            let record = try premises.status().flatMap(StatusRecord.init)
            if asJSON {
                var status = record ?? StatusRecord(state: "stopped")
                if server == nil { status.state = "stopped" }
                put(status.text, STDOUT_FILENO)
                return .success
            }
            var lines: [String] = []
            if let server {
                lines.append("serving '\(root)', process \(server)")
            } else {
                lines.append("nobody serves '\(root)'")
            }
            // Asked for and not read in the record, which may be a second old.
            if let pause = try premises.orders.pause() { lines.append(describe(pause)) }
            if server != nil {
                if let record { lines += describe(record) }
            } else {
                lines += section("jobs to go on with", try premises.jobs().map(\.request))
                lines += section("requests in the inbox", try premises.requests(limit: 1000))
            }
            lines += section(
                "finished last",
                try premises.latest(10).filter { $0.state != .claimed }.map {
                    "\($0.state.rawValue)  \($0.request)" + ($0.folder.map { " -> \($0)" } ?? "")
                })
            put(lines.joined(separator: "\n"), STDOUT_FILENO)
            return .success
        }
    }

    /// Lets nothing more begin, until `resume`; what is being worked on is finished.
    package static func pause(root: String) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            try premises.orders.setPaused()
            put("paused: requests wait in the inbox until 'rushes resume'", STDOUT_FILENO)
            return .success
        }
    }

    /// Takes a pause back.
    package static func resume(root: String) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            let wasPaused = try premises.orders.resume()
            if case .file(let name) = try premises.orders.pause() {
                complain("still paused by the file '\(name)' in the inbox: remove it")
                return .tryAgain
            }
            put(wasPaused ? "resumed" : "it was not paused", STDOUT_FILENO)
            return .success
        }
    }

    /// Gives requests up: by their paths below the inbox, or by the ids of their jobs.
    package static func cancel(_ targets: [String], root: String) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            let jobs = try premises.jobs()
            let requests = Set(try premises.requests(limit: .max))
            var status = ExitStatus.success
            for target in targets {
                guard
                    jobs.contains(where: { $0.id == target || $0.request == target })
                        || requests.contains(target)
                else {
                    complain(
                        "rushes: no request '\(target)' waits or is being worked on: 'rushes status' "
                            + "lists them, by their paths below the inbox")
                    status = .inputMissing
                    continue
                }
                try premises.orders.cancel(target)
                let when = try premises.server() == nil ? ", when the service is started" : ""
                put(
                    "'\(target)' is given up\(when), unless its results are made already; what "
                        + "was dropped comes back in the outbox, in a folder that ends in '.failed'",
                    STDOUT_FILENO)
            }
            return status
        }
    }

    /// Moves refused requests back into the inbox, to be tried again.
    package static func retry(_ folders: [String], root: String) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            var status = ExitStatus.success
            for folder in folders {
                do throws(SpoolError) {
                    let place = try premises.retry(folder)
                    put("'\(place)' is in the inbox again", STDOUT_FILENO)
                } catch {
                    complain("rushes: \(error)")
                    status = .inputMissing
                }
            }
            return status
        }
    }

    /// Checks requests and drops them into the inbox with the files that they name.
    package static func submit(_ paths: [String], into folder: String, root: String) -> ExitStatus {
        inspecting(root) { premises throws(SpoolError) in
            var status = ExitStatus.success
            for path in paths {
                let result = try submit(path, folder, premises)
                if status == .success { status = result }
            }
            return status
        }
    }

    private static func submit(
        _ path: String, _ folder: String, _ premises: Premises
    ) throws(SpoolError) -> ExitStatus {
        let bytes: [UInt8]
        switch RequestFile.read(path) {
        case .success(let content): bytes = content
        case .failure(let unreadable):
            complain("rushes: '\(path)': \(unreadable) \(unreadable.hint)")
            return unreadable == .missing ? .inputMissing : .badRequest
        }
        let names: [String]
        do throws(RequestError) {
            names = try Request(parsing: bytes).media.map(\.text)
        } catch {
            complain(error.report(fileName: RequestFile.name(of: path), isInOutbox: false))
            return .badRequest
        }
        let place = try premises.drop(path, files: names, into: folder)
        put("'\(place)' is in the inbox", STDOUT_FILENO)
        return .success
    }

    private static func describe(_ record: StatusRecord) -> [String] {
        var lines: [String] = []
        if !["running", "paused"].contains(record.state) {
            lines.append(record.state + (record.reason.map { ": \($0)" } ?? ""))
        }
        lines += section(
            "being worked on",
            record.running.map { run in
                let part = run.stage.isEmpty ? "" : "  \(run.stage) \(run.completed)/\(run.total)"
                let left = run.secondsLeft.map { ", \(timeLeft(Double($0)))" } ?? ""
                return
                    "\(run.request)\(part)  \(run.percent) %, \(run.seconds) s\(left), job \(run.job)"
            })
        if record.waiting > 0 {
            let more = record.waiting - record.next.count
            lines += section(
                "waiting for their turn: \(record.waiting)",
                record.next + (more > 0 ? ["and \(more) more"] : []))
        }
        func held(_ list: [StatusRecord.Held]) -> [String] {
            list.map { "\($0.request): \($0.reason)" }
        }
        lines += section("waiting for files", held(record.gathering))
        lines += section("put off", held(record.deferred))
        lines += section("troubles", record.troubles)
        if lines.isEmpty { lines.append("nothing to do") }
        return lines
    }

    private static func describe(_ pause: Orders.Pause) -> String {
        switch pause {
        case .command: "paused: 'rushes resume' lets it go on"
        case .file(let name): "paused by the file '\(name)' in the inbox"
        }
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [title + (title.hasSuffix(":") ? "" : ":")] + lines.map { "    " + $0 }
    }

    private static func inspecting(
        _ root: String, _ work: (Premises) throws(SpoolError) -> ExitStatus
    ) -> ExitStatus {
        do throws(SpoolError) {
            return try work(try Premises(root: root))
        } catch {
            complain("rushes: \(error)")
            if case .file = error { return .cannotCreate }
            return .inputMissing
        }
    }

    private static func complain(_ text: String) { put(text, STDERR_FILENO) }
}
