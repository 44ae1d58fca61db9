// SPDX-License-Identifier: Apache-2.0

/// The stages of a job, in their order; their names are the keys of `timing.stages`.
package enum Stage: String, CaseIterable, Sendable {
    case load, text, media, train, denoise, decode, write
}

/// How far a job has come.
package struct Progress: Sendable, Equatable {
    /// What was just worked on.
    package let stage: Stage
    /// Steps or latent frames of this stage that are done.
    package let completed: Int
    /// Steps or latent frames of this stage altogether.
    package let total: Int
    /// The part of the whole job that is done, 0…1.
    package let fraction: Double
    /// Seconds until the whole job is done, at the present pace; nil where nobody can tell yet.
    package let secondsLeft: Double?

    /// Makes a report.
    package init(
        stage: Stage, completed: Int, total: Int, fraction: Double, secondsLeft: Double? = nil
    ) {
        self.stage = stage
        self.completed = completed
        self.total = total
        self.fraction = fraction
        self.secondsLeft = secondsLeft
    }
}

/// How much of a job is done, reckoned from the operations of all its windows.
struct Tally {
    private let operations: Double
    private var done = 0.0

    /// * `operations`: Of the whole job.
    init(operations: Double) {
        self.operations = operations
    }

    /// Counts what was done of a stage and reports it.
    ///
    /// * `operations`: What the whole of this stage costs in the present window, if it counts.
    /// * `share`: The part of that which is done, 0…1, where its pieces do not all cost the same.
    mutating func report(
        _ stage: Stage, _ completed: Int, of total: Int, _ operations: Double = 0,
        share: Double? = nil
    ) -> Progress {
        let part = operations * (share ?? Double(completed) / Double(max(1, total)))
        if completed == total { done += operations }
        let sum = completed == total ? done : done + part
        return Progress(
            stage: stage, completed: completed, total: total,
            fraction: min(1, sum / self.operations))
    }
}
