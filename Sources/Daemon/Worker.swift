// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// The child process: turns one job folder's request into results or into a refusal.
///
/// It may be killed at any instant. Everything it writes stands in the job's `out/`, and counts
/// only when the outcome, written last, says so.
package enum Worker {
    /// Works on a job folder; with a parent it reports to that one and dies with it.
    package static func run(folder: String, engine: EngineSettings, parent: Int32?) -> ExitStatus {
        var lifeline: Lifeline?
        if let parent {
            lifeline = Lifeline(toParent: parent)
            guard lifeline != nil else { return .tryAgain }
        }
        Lifeline.beNicer(by: 5)
        do throws(ServiceError) {
            try Containment.enter(
                reading: engine.models + [engine.styles], filling: [folder])
        } catch {
            // Files of strangers are not read without it.
            Journal(identifier: "rushes").write(Event.workerTrouble("\(error)").entry)
            return .tryAgain
        }
        do throws(SpoolError) {
            try work(try Workplace(folder: folder), engine.engine) { lifeline?.report($0.line) }
            return .success
        } catch {
            Journal(identifier: "rushes").write(Event.workerTrouble("\(error)").entry)
            return .tryAgain
        }
    }

    private static func work(
        _ workplace: consuming Workplace, _ engine: Engine, tell: (Report) -> Void
    ) throws(SpoolError) {
        switch try make(workplace, engine, tell) {
        case .success(let record):
            try workplace.write(record.text, as: "result.json")
            try workplace.conclude(.done)
        case .failure(let refusal):
            tell(.failure(code: refusal.failure.code))
            try workplace.refuse(refusal)
        }
    }

    private static func make(
        _ workplace: borrowing Workplace, _ engine: Engine, _ tell: (Report) -> Void
    ) throws(SpoolError) -> Result<ResultRecord, Refusal> {
        let (name, queued) = (workplace.name, Timestamp(milliseconds: workplace.queued))
        switch workplace.read() {
        case .success(let bytes):
            let production = Production(engine: engine, name: name, queued: queued)
            let media = try workplace.media()
            return try production.make(
                bytes, media: { _ in media }, into: workplace.output, tell: tell)
        case .failure(let unreadable):
            return .failure(
                Refusal(unreadable.failure, .badRequest, name: name, queued: queued))
        }
    }
}
