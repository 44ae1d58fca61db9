// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// What styles there are.
struct Styles: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, shows and removes trained styles.",
        discussion: """
            A request uses one with "style": "NAME", or "NAME@2" for its second version.
            Exit status: 66 when there is no such style, 73 when it cannot be removed.
            """,
        subcommands: [List.self, Show.self, Remove.self], defaultSubcommand: List.self)

    /// All of them.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists all styles.")

        @Flag(help: "Print it as JSON.")
        var json = false

        @OptionGroup var library: LibraryOption

        func run() throws {
            try end(StyleCommands.list(in: library.path, asJSON: json))
        }
    }

    /// One of them.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows what is known of one style: how it is called, over which model it was "
                + "trained, and how.")

        @Argument(help: ArgumentHelp("The style.", valueName: "NAME"))
        var name: String

        @Flag(help: "Print it as JSON.")
        var json = false

        @OptionGroup var library: LibraryOption

        func run() throws {
            try end(StyleCommands.show(name, in: library.path, asJSON: json))
        }
    }

    /// One less.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes styles: all versions of NAME, or only NAME@2.")

        @Argument(help: ArgumentHelp("The styles.", valueName: "NAME[@N]"))
        var names: [String]

        @OptionGroup var library: LibraryOption

        func run() throws {
            try end(StyleCommands.remove(names, from: library.path))
        }
    }
}

/// Which library a command is about.
struct LibraryOption: ParsableArguments {
    @Option(
        name: .customLong("styles"),
        help: ArgumentHelp("The folder of trained styles.", valueName: "DIR"))
    var path = EngineSettings.defaultStyles

    func validate() throws {
        guard !path.isEmpty else { throw ValidationError("--styles must name a folder.") }
    }
}
