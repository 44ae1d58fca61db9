// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Who is told what, beyond the outbox and the log.
struct TellingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How often NAME.progress.json in the outbox says how far a job is, 30 to 86400 seconds; "
                + "0 for never.",
            valueName: "S"))
    var progressEvery = 30

    @Option(
        help: ArgumentHelp(
            "An address that is called (POST, JSON) when a job is done or failed.",
            valueName: "URL"))
    var webhook: String?

    @Option(
        help: ArgumentHelp(
            "A JSON file that says who is told by webhook or mail, for everything and for each folder.",
            valueName: "FILE"))
    var tell: String?

    @Flag(help: "Show a notification on this user's desktop when a job is done or failed.")
    var desktop = false

    @Option(
        help: ArgumentHelp(
            "A text file with figures for Prometheus, for node_exporter's textfile collector.",
            valueName: "FILE"))
    var metrics: String?

    func validate() throws {
        let range = Configuration.progressRange
        guard progressEvery == 0 || range.contains(progressEvery) else {
            throw ValidationError(
                "--progress-every must be 0, or between \(range.lowerBound) and "
                    + "\(range.upperBound), not \(progressEvery).")
        }
    }

    /// Takes them into a configuration.
    func apply(to configuration: inout Configuration) {
        configuration.progressInterval = progressEvery == 0 ? nil : .seconds(progressEvery)
        configuration.webhook = webhook
        configuration.addressees = tell
        configuration.showsOnDesktop = desktop
        configuration.metrics = metrics
    }
}
