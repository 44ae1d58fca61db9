// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Shows what the service does, what waits, and what was finished last.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the service does, what waits, and what was finished last.")

    @Flag(help: "Print it as JSON.")
    var json = false

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.status(root: root.path, asJSON: json))
    }
}
