// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// The program: request files into video, as a service or here and now.
@main
struct Rushes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rushes",
        abstract: "Turns request files into video, in a watched folder or here and now.",
        discussion: """
            Drop a JSON request into ROOT/inbox; the video appears in ROOT/outbox.
            Exit status (sysexits.h): 64 wrong usage, 65 bad request, 66 input missing, 70 internal error, \
            73 cannot create, 75 try again, 78 configuration.
            """,
        version: EngineSettings.version,
        subcommands: [
            Serve.self, Generate.self, Validate.self, Explain.self, Submit.self, Status.self,
            Logs.self, Cancel.self, Retry.self, Pause.self, Resume.self, Styles.self, Models.self,
            Doctor.self, Work.self,
        ])
}

/// Ends the program with the daemon's status.
func end(_ status: ExitStatus) throws -> Never {
    throw ExitCode(status.rawValue)
}
