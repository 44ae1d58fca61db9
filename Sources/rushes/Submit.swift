// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Drops requests into the inbox: files that were written before, or one made from options.
struct Submit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks requests and drops them into the inbox with the files that they name.",
        discussion: """
            Without REQUEST.json a request is made from the options that say what is to be seen:

              rushes submit --prompt "a red balloon over the sea" --seconds 2 --wait
              rushes submit --image ~/cat.jpg --prompt "it turns its head" --wait
              rushes submit --mode mask --video clip.mp4 --mask '{"color": "#00ff00"}' \\
                --prompt "a blue car"

            Each is a key of a request, see rushes-request(5); --set says those that have no option. \
            Files may lie anywhere and are copied. Exit status: 64 wrong usage, 65 refused, 66 a file \
            is missing, 70 failed, 73 cannot be written, 75 cancelled; with --wait also that of the \
            result, 0 when there is a video.
            """)

    @Argument(help: ArgumentHelp("The requests.", valueName: "REQUEST.json"))
    var requests: [String] = []

    @Option(help: ArgumentHelp("The folder of the inbox.", valueName: "FOLDER"))
    var folder = ""

    @Flag(
        name: .shortAndLong,
        help:
            "Wait for the result, with a progress bar; its files are printed, or why there is none."
    )
    var wait = false

    @OptionGroup(title: "A request from options") var made: RequestOptions

    @OptionGroup var root: RootOption

    func validate() throws {
        guard requests.isEmpty != made.isEmpty else {
            throw ValidationError(
                requests.isEmpty
                    ? "Name a REQUEST.json, or say what is to be seen, with --prompt for example."
                    : "A REQUEST.json says everything itself: leave the options away that make one."
            )
        }
        guard made.name == nil || requests.isEmpty else {
            throw ValidationError("--as names a request that is made from options.")
        }
    }

    func run() throws {
        let place = Submission.Destination(root: root.path, folder: folder, waits: wait)
        if requests.isEmpty {
            try end(Submission.submit(made.settings, named: made.name, to: place))
        } else {
            try end(Submission.submit(requests, to: place))
        }
    }
}
