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

    /// Understands the request and makes every file into `directory`, telling of each step.
    ///
    /// `find` says where the files are that the request names.
    func make(
        _ bytes: [UInt8], media find: ([String]) throws(SpoolError) -> [Medium],
        into directory: String, tell: (Report) -> Void
    ) throws(SpoolError) -> Result<ResultRecord, Refusal> {
        let request: Request
        do throws(RequestError) {
            request = try Request(parsing: bytes)
        } catch {
            return .failure(
                Refusal(error.failure, .badRequest, source: bytes, name: name, queued: queued))
        }
        tell(.mode(request.mode.name))
        let found = FoundMedia(try find(request.media.map(\.text)))
        let media: MediaFiles
        do throws(Failure) {
            media = try found.files(of: request, source: bytes)
        } catch {
            return .failure(
                Refusal(error, .inputMissing, source: bytes, name: name, queued: queued))
        }
        do throws(GenerationError) {
            let job = try Job(
                request: request, name: name, engine: engine, media: media, into: directory)
            while let progress = try job.next() { tell(.progress(progress)) }
            var record = job.record
            record.timing.queued = queued
            return .success(record)
        } catch {
            var failure = error.failure.located(in: bytes)
            failure.mode = request.mode.name
            let status = ExitStatus(rawValue: error.exitStatus) ?? .internalError
            return .failure(
                Refusal(failure, status, source: bytes, name: name, queued: queued))
        }
    }
}
