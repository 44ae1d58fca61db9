// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// The service.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watches ROOT/inbox and makes a video of every request.")

    @OptionGroup var root: RootOption

    @OptionGroup var engine: EngineOptions

    @OptionGroup var saving: SavingOptions

    @OptionGroup var telling: TellingOptions

    @Option(help: ArgumentHelp("How many jobs run at the same time, 1 to 16.", valueName: "N"))
    var jobs = 1

    @Option(
        help: ArgumentHelp(
            "A worker that neither reports nor computes for this long is ended and its job tried "
                + "again, 1 to 86400 seconds.",
            valueName: "S"))
    var stallLimit = 120

    @Option(
        help: ArgumentHelp(
            "How long a request waits for files that are missing, after the last change, before it is "
                + "refused, 1 to 86400 seconds; the same for an empty request.",
            valueName: "S"))
    var mediaWait = 60

    @Flag(help: "Search the inbox every few seconds, where its file system tells of no changes.")
    var poll = false

    @Option(
        help: ArgumentHelp(
            "What becomes of an accepted request: 'move' takes it out of the inbox, 'leave' lets it "
                + "lie, for an inbox that is read-only or filled by a one-way tool.",
            valueName: "HOW"))
    var claim = "move"

    @Flag(
        inversion: .prefixedNo,
        help: "Describe the results in outbox/index.html and the pages that it leads to.")
    var gallery = true

    @Flag(help: "Leave a new inbox empty: make no folders to drop into and no requests to copy.")
    var bare = false

    @Flag(help: "Empty the inbox and end.")
    var once = false

    func validate() throws {
        guard Configuration.jobsRange.contains(jobs) else {
            throw ValidationError("--jobs must be between 1 and 16, not \(jobs).")
        }
        guard (1...86_400).contains(stallLimit) else {
            throw ValidationError("--stall-limit must be between 1 and 86400, not \(stallLimit).")
        }
        guard Configuration.mediaWaitRange.contains(mediaWait) else {
            throw ValidationError("--media-wait must be between 1 and 86400, not \(mediaWait).")
        }
        guard ["move", "leave"].contains(claim) else {
            throw ValidationError("--claim must be 'move' or 'leave', not '\(claim)'.")
        }
    }

    func run() throws {
        let words = ["rushes", "work"] + engine.settings.arguments + saving.arguments
        var configuration = Configuration(
            root: root.path, jobs: jobs, once: once, worker: "/proc/self/exe", workerWords: words)
        configuration.stallLimit = .seconds(stallLimit)
        configuration.mediaWait = .seconds(mediaWait)
        configuration.poll = poll
        configuration.hasGallery = gallery
        configuration.furnishes = !bare
        configuration.styles = engine.settings.styles
        configuration.leavesRequests = claim == "leave"
        telling.apply(to: &configuration)
        try end(Daemon.serve(configuration))
    }
}
