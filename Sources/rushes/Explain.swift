// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Why files are or are not picked up.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says why a file in the inbox is or is not picked up.",
        discussion: """
            Works whether the service runs or not, and changes nothing. Exit status: 0 when every \
            file has run or will, 65 when one is not picked up or is refused, 66 when it or a file \
            that it names is missing, 75 when it waits for something else.
            """)

    @Argument(
        help: ArgumentHelp("The files, as seen from here or from the inbox.", valueName: "FILE"))
    var files: [String]

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Explanation.explain(files, root: root.path))
    }
}
