// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// The child process of the service, over one job folder.
struct Work: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Works on one job folder; started by the service.", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The job folder.", valueName: "JOBDIR"))
    var folder: String

    @Option(help: "The process to report to and to die with.")
    var parent: Int32?

    @OptionGroup var engine: EngineOptions

    @OptionGroup var saving: SavingOptions

    func run() throws {
        try end(
            Worker.run(
                folder: folder, engine: engine.settings, parent: parent,
                saveSeconds: saving.saveEvery))
    }
}
