// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// What models there are.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what models are installed and can be used.",
        subcommands: [List.self, Check.self], defaultSubcommand: List.self)

    /// All of them.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the installed models, each opened to see whether it can be used.",
            discussion: "Exit status: 78 when there is none that can be used.")

        @Flag(help: "Print it as JSON.")
        var json = false

        @OptionGroup var engine: EngineOptions

        func run() throws {
            try end(ModelCommands.list(engine.settings, asJSON: json))
        }
    }
}
