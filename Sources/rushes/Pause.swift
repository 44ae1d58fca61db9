// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Lets nothing more begin; what is being worked on is finished.
struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets nothing more begin; what is being worked on is finished.")

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.pause(root: root.path))
    }
}
