// SPDX-License-Identifier: Apache-2.0

/// The stages of a job, in their order; their names are the keys of `timing.stages`.
package enum Stage: String, CaseIterable, Sendable {
    case load, text, media, denoise, decode, write
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

    /// Makes a report.
    package init(stage: Stage, completed: Int, total: Int, fraction: Double) {
        self.stage = stage
        self.completed = completed
        self.total = total
        self.fraction = fraction
    }
}
