// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Whether this machine is fit for the service.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks whether everything is as the service needs it, and says what to do.",
        discussion: """
            It changes nothing. Exit status: 0 without faults, warnings or not; 78 when something has \
            to be put right.
            """)

    @Flag(help: "Print it as JSON.")
    var json = false

    @OptionGroup var root: RootOption

    @OptionGroup var engine: EngineOptions

    func run() throws {
        try end(Examination.examine(root: root.path, engine: engine.settings, asJSON: json))
    }
}
