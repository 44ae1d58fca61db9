// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Takes a pause back.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Takes a pause back.")

    @OptionGroup var root: RootOption

    func run() throws {
        try end(Administration.resume(root: root.path))
    }
}
