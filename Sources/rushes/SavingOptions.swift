// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// How much work an interruption may cost.
struct SavingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Save a job's progress after so many seconds of work; 0 saves every step.",
            valueName: "SECONDS"))
    var saveEvery = Worker.saveSeconds

    func validate() throws {
        let range = Worker.saveSecondsRange
        guard range.contains(saveEvery) else {
            throw ValidationError(
                "--save-every must be between \(range.lowerBound) and \(range.upperBound) "
                    + "seconds, not \(saveEvery).")
        }
    }

    /// The same as arguments, for a worker.
    var arguments: [String] { ["--save-every", String(saveEvery)] }
}
