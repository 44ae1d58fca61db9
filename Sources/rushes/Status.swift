// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Shows what the service does, what waits, and what was finished last.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the service does, what waits, and what was finished last.",
        discussion: """
            A line for each request: how far it is and how long it will take, what it waits for, until \
            when it is put off, where its result is, or why it failed.
            """)

    @Flag(help: "Print it as JSON.")
    var json = false

    @Flag(name: .shortAndLong, help: "Draw it again every second, until you press Ctrl-C.")
    var watch = false

    @OptionGroup var root: RootOption

    func validate() throws {
        guard !(json && watch) else {
            throw ValidationError("--json and --watch are different ways to look: choose one.")
        }
    }

    func run() throws {
        try end(StatusCommand.show(root: root.path, as: json ? .json : watch ? .live : .table))
    }
}
