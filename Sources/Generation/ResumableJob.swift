// SPDX-License-Identifier: Apache-2.0

package import Requests

/// A request on its way to files, in bounded pieces of work: call `next` until it is nil, then take
/// the `record`.
package protocol ResumableJob: AnyObject {
    /// Does the next piece of work and reports it, or returns nil when every file is written.
    ///
    /// - Throws: `GenerationError`; the job cannot go on then.
    func next() throws(GenerationError) -> Progress?
    /// Saves what can be saved of the present work, for a later run to go on from here.
    func save()
    /// Why the job's progress cannot be saved at present, as a sentence; nil when it can.
    var savingTrouble: String? { get }
    /// The facts of the finished job; `queued` is the caller's to fill in.
    var record: ResultRecord { get }
}

extension Job: ResumableJob {}
extension TrainingJob: ResumableJob {}

extension Engine {
    /// Plans the job that a request asks for: a `TrainingJob` for a style, a `Job` for a video.
    ///
    /// The arguments are those of both.
    package func job(
        _ request: Request, name: String, media: MediaFiles = .none, into directory: String,
        checkpoint: Checkpoint? = nil
    ) throws(GenerationError) -> any ResumableJob {
        if case .customization(let customization) = request.mode {
            return try TrainingJob(
                customization, of: request, name: name, engine: self, media: media,
                into: directory, checkpoint: checkpoint)
        }
        return try Job(
            request: request, name: name, engine: self, media: media, into: directory,
            checkpoint: checkpoint)
    }

    /// The plan of a request of any mode as `rushes validate` prints it.
    ///
    /// - Throws: As `plan` and `trainingPlan` do.
    package func planText(
        of request: Request, media: MediaFiles? = nil
    ) throws(GenerationError) -> String {
        if case .customization(let customization) = request.mode {
            return try trainingPlan(customization, of: request, media: media).text
        }
        return try plan(request, media: media).text
    }
}
