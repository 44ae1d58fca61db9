// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Which queue a command is about.
struct RootOption: ParsableArguments {
    @Option(
        name: .customLong("root"),
        help: ArgumentHelp("The folder with inbox, outbox and spool.", valueName: "DIR"))
    var path = "/srv/rushes"

    func validate() throws {
        guard !path.isEmpty else { throw ValidationError("--root must name a folder.") }
    }
}
