// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Requests are checked and planned, nothing is made.
struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks requests and prints what each would do and cost.")

    @Argument(help: ArgumentHelp("The requests.", valueName: "REQUEST.json"))
    var requests: [String]

    @OptionGroup var engine: EngineOptions

    func run() throws {
        try end(Foreground.validate(requests, engine: engine.settings))
    }
}
