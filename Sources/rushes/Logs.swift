// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// What the journal has about one request.
struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the journal has about one request or job.",
        discussion: """
            It becomes journalctl, so that its exit status and its variables (SYSTEMD_PAGER) are those. \
            Members of the groups systemd-journal and adm see everything, others what is theirs.
            """)

    @Argument(
        help: ArgumentHelp(
            "The request's path below the inbox, its result's below the outbox, or the id of its job.",
            valueName: "NAME"))
    var name: String

    @Flag(name: .shortAndLong, help: "Go on with what is still to come.")
    var follow = false

    @Flag(name: [.customShort("x"), .long], help: "Explain each entry, and what to do.")
    var explain = false

    @Flag(help: "Print it as JSON, an entry a line.")
    var json = false

    func validate() throws {
        guard !name.isEmpty else { throw ValidationError("NAME must not be empty.") }
    }

    func run() throws {
        try end(
            JobLog.show(
                name, .init(follows: follow, explains: explain, asJSON: json)))
    }
}
