// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Checks requests and drops them into the inbox with the files that they name.
struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks requests and drops them into the inbox with the files that they name.")

    @Argument(help: ArgumentHelp("The requests.", valueName: "REQUEST.json"))
    var requests: [String]

    @Option(help: ArgumentHelp("The folder of the inbox.", valueName: "FOLDER"))
    var folder = ""

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.submit(requests, into: folder, root: root.path))
    }
}
