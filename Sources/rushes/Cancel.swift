// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Gives requests up that wait or are being worked on.
struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gives requests up that wait or are being worked on.")

    @Argument(
        help: ArgumentHelp(
            "The request's path below the inbox, or the id of its job.", valueName: "REQUEST"))
    var requests: [String]

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.cancel(requests, root: root.path))
    }
}
