// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

extension Models {
    /// Whether a folder or a file can be used, and for what.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Says what a model's folder or a single file holds, what is missing, which modes "
                + "it can do, and the time and memory that takes.",
            discussion: """
                Reads the headers of the files, not the weights.
                Exit status: 66 when there is nothing at the path, 78 when it is no whole model.
                """)

        @Argument(help: ArgumentHelp("The models or files.", valueName: "FOLDER|FILE"))
        var paths: [String]

        @Flag(help: "Print it as JSON.")
        var json = false

        func run() throws {
            try end(ModelChecking.check(paths, asJSON: json))
        }
    }
}
