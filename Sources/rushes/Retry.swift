// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Moves refused requests back into the inbox, to be tried again.
struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Moves refused requests back into the inbox, to be tried again.")

    @Argument(
        help: ArgumentHelp(
            "A folder of the outbox, such as 'alice/sunset.failed'.", valueName: "FOLDER"))
    var folders: [String]

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.retry(folders, root: root.path))
    }
}
