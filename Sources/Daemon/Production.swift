// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Spool

/// From the bytes of a request to files in a folder: what a worker and the foreground share.
struct Production {
    let engine: Engine
    /// The result's name: the video is called `NAME.mp4`.
    let name: String
    /// When the request was accepted.
    let queued: Timestamp
    /// Where progress is saved, and taken up by the next to make the same; nil for nowhere.
    var savings: Savings?

    struct Savings {
        let folder: String
        /// Work that may have to be done again.
        let interval: Duration
    }

    /// How the work ended.
    enum End {
        case made(ResultRecord)
        case refused(Refusal)
        /// Asked to stop; progress was saved as far as it can be.
        case interrupted
    }

    /// Understands the request and makes every file into `directory`, telling of each step.
    ///
    /// * `find`: Says where the files are that the request names.
    /// * `isInterrupted`: Asked after each step.
    /// * `complain`: Is told once what keeps progress from being saved, which ends no job.
    func make(
        _ bytes: [UInt8], media find: ([String]) throws(SpoolError) -> [Medium],
        into directory: String, isInterrupted: () -> Bool = { false },
        complain: (String) -> Void = { _ in }, tell: (Report) -> Void
    ) throws(SpoolError) -> End {
        let request: Request
        do throws(RequestError) {
            request = try Request(parsing: bytes)
        } catch {
            return .refused(
                Refusal(error.failure, .badRequest, source: bytes, name: name, queued: queued))
        }
        tell(.mode(request.mode.name))
        let found = FoundMedia(try find(request.media.map(\.text)))
        let media: MediaFiles
        do throws(Failure) {
            media = try found.files(of: request, source: bytes)
        } catch {
            return .refused(
                Refusal(error, .inputMissing, source: bytes, name: name, queued: queued))
        }
        do throws(GenerationError) {
            let job = try engine.job(
                request, name: name, media: media, into: directory,
                checkpoint: savings.map {
                    Checkpoint(in: $0.folder, of: bytes, every: $0.interval)
                })
            var hasComplained = false
            while let progress = try job.next() {
                tell(.progress(progress))
                if !hasComplained, let trouble = job.savingTrouble {
                    complain(trouble)
                    hasComplained = true
                }
                if isInterrupted() {
                    job.save()
                    return .interrupted
                }
            }
            var record = job.record
            record.timing.queued = queued
            return .made(record)
        } catch {
            var failure = error.failure.located(in: bytes)
            failure.mode = request.mode.name
            let status = ExitStatus(rawValue: error.exitStatus) ?? .internalError
            return .refused(
                Refusal(
                    failure, status, source: bytes, name: name, queued: queued,
                    mayPass: error.mayPass))
        }
    }
}
