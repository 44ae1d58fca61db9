// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// One request, here and now.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes the video of one request, here and now.")

    @Argument(help: ArgumentHelp("The request.", valueName: "REQUEST.json"))
    var request: String

    @Option(
        help: ArgumentHelp(
            "Gets what the outbox folder would hold. (default: the request's name without .json)",
            valueName: "DIR"))
    var output: String?

    @OptionGroup var engine: EngineOptions

    func run() throws {
        try end(Foreground.generate(request, into: output, engine: engine.settings))
    }
}
