// SPDX-License-Identifier: Apache-2.0

internal import Spool

/// What the outbox says about a request that has no result yet, to somebody who sees no log.
enum Notice {
    case waitingForFiles([String], limit: Duration)
    case notAcceptable(reason: String)
    case putOff(reason: String)
    case paused(Orders.Pause)
    case obstructed(reason: String)
    case inboxAway(reason: String)

    /// The text of `NAME.waiting.txt`.
    var text: String {
        switch self {
        case .waitingForFiles(let names, let limit):
            """
            This request waits for files that it names and that are not there yet, or not all of
            them:

            \(names.prefix(20).map { "    \($0)" }.joined(separator: "\n"))\(more(names))

            It begins by itself when they are there. If nothing changes for \
            \(limit.components.seconds) seconds, it ends
            in a folder that says what is missing.

            """
        case .notAcceptable(let reason):
            """
            This request cannot be taken out of the inbox, or not be read:

                \(reason)

            It is tried again when it changes, and every few minutes. Removing it cancels it.

            """
        case .putOff(let reason):
            """
            This request was accepted and cannot be worked on at the moment:

                \(reason)

            It is tried again by itself, and nothing needs to be dropped again. If this text stays
            for long, the administrator of the service should know of it.

            """
        case .paused(let pause):
            """
            The service is paused: requests wait in the inbox, and none is begun.

            \(way(pause))

            """
        case .obstructed(let reason):
            """
            No request can be begun at the moment, whatever it is:

                \(reason)

            Requests wait in the inbox, and it goes on by itself within a minute after that is over.
            If this text stays for long, the administrator of the service should know of it.

            """
        case .inboxAway(let reason):
            """
            The inbox is not where it should be, so that nothing can be taken out of it:

                \(reason)

            Requests in it are not lost. It goes on by itself when the inbox is back; the
            administrator of the service can put it there.

            """
        }
    }

    private func more(_ names: [String]) -> String {
        names.count > 20 ? "\n    and \(names.count - 20) more" : ""
    }

    private func way(_ pause: Orders.Pause) -> String {
        switch pause {
        case .file(let name): "It goes on when the file \"\(name)\" is removed from the inbox."
        case .command: "It goes on when the administrator runs 'rushes resume'."
        }
    }
}

extension Daemon {
    /// Puts a text beside the results to come; a text that cannot be written is left out.
    func post(_ notice: Notice, for request: Arrival) {
        do throws(SpoolError) { try spool.post(notice.text, for: request) } catch {
            trouble(error.description)
        }
    }

    func withdrawNotice(for request: Arrival) {
        do throws(SpoolError) { try spool.withdraw(request) } catch { trouble(error.description) }
    }
}
