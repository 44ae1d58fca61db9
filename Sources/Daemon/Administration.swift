// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Spool

/// The commands for whoever looks after a service, which may be running or not.
package enum Administration {
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

    /// Does something with a root folder, and tells what is in the way.
    static func inspecting(
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

    static func complain(_ text: String) { put(text, STDERR_FILENO) }
}
