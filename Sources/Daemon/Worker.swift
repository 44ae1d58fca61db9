// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Service
internal import Spool

/// The child process: turns one job folder's request into results or into a refusal.
///
/// It may be killed at any instant. Everything it makes stands in the job's `out/`, and counts
/// only when the outcome, written last, says so; what it saves on the way stands in `checkpoint/`,
/// and the next worker on the job goes on from there.
package enum Worker {
    /// Seconds of work that an interruption may cost, where nobody says otherwise.
    package static let saveSeconds = 20
    /// The range of such seconds; with 0 every step is saved.
    package static let saveSecondsRange = 0...86_400

    /// Works on a job folder; with a parent it reports to that one and dies with it.
    ///
    /// On `SIGTERM` it ends the present piece of work, saves, and answers `tryAgain`.
    package static func run(
        folder: String, engine: EngineSettings, parent: Int32?, saveSeconds: Int
    ) -> ExitStatus {
        var lifeline: Lifeline?
        if let parent {
            lifeline = Lifeline(toParent: parent)
            guard lifeline != nil else { return .tryAgain }
        }
        Lifeline.beNicer(by: 5)
        do {
            let signals = try Signals()
            let running = engine.engine
            // Files of strangers are not read without it.
            try Containment.enter(
                reading: engine.models + [engine.styles], filling: [folder])
            let isDone = try work(
                try Workplace(folder: folder), running, .seconds(saveSeconds),
                isInterrupted: { hasStopped(signals) }
            ) { lifeline?.report($0.line) }
            return isDone ? .success : .tryAgain
        } catch {
            lifeline?.report(Report.deferred(reason: "\(error)").line)
            if lifeline == nil {
                Journal(identifier: "rushes").write(Event.workerTrouble("\(error)").entry)
            }
            return .tryAgain
        }
    }

    /// Whether somebody has asked this process to stop.
    private static func hasStopped(_ signals: borrowing Signals) -> Bool {
        do throws(ServiceError) {
            while let request = try signals.next() {
                if request == .stop { return true }
            }
        } catch {
            // The service does not wait for ever: it ends this process, and the last save counts.
        }
        return false
    }

    /// Works until there is an outcome; false where it was interrupted before.
    private static func work(
        _ workplace: consuming Workplace, _ engine: Engine, _ saveInterval: Duration,
        isInterrupted: () -> Bool, tell: (Report) -> Void
    ) throws(SpoolError) -> Bool {
        switch try make(workplace, engine, saveInterval, isInterrupted, tell) {
        case .interrupted:
            return false
        case .made(let record):
            for warning in record.warnings { tell(.warning(warning)) }
            try workplace.write(record.text, as: "result.json")
            try workplace.conclude(.done)
        case .refused(let refusal) where refusal.mayPass:
            let failure = refusal.failure
            let sentences = [failure.message] + failure.problems.map(\.hint)
            tell(.deferred(reason: sentences.joined(separator: " ")))
            return false
        case .refused(let refusal):
            tell(.failure(code: refusal.failure.code))
            try workplace.refuse(refusal)
        }
        return true
    }

    private static func make(
        _ workplace: borrowing Workplace, _ engine: Engine, _ saveInterval: Duration,
        _ isInterrupted: () -> Bool, _ tell: (Report) -> Void
    ) throws(SpoolError) -> Production.End {
        let (name, queued) = (workplace.name, Timestamp(milliseconds: workplace.queued))
        if let objection = try workplace.objection() {
            let failure = Failure(
                code: Failure.badRequest, message: objection.message, hint: objection.hint)
            return .refused(Refusal(failure, .badRequest, name: name, queued: queued))
        }
        switch try workplace.read() {
        case .success(var bytes):
            let media = try workplace.media()
            if let file = RequestAgain.file(in: bytes) {
                do throws(Failure) {
                    bytes = try FoundMedia(media).requestAgain(of: file)
                } catch {
                    return .refused(Refusal(error, .badRequest, name: name, queued: queued))
                }
                try workplace.replaceRequest(with: bytes)
            }
            let production = Production(
                engine: engine, name: name, queued: queued,
                savings: Production.Savings(
                    folder: workplace.checkpoint, interval: saveInterval))
            return try production.make(
                bytes, media: { _ in media }, into: workplace.output,
                isInterrupted: isInterrupted,
                complain: { Journal(identifier: "rushes").write(Event.workerTrouble($0).entry) },
                tell: tell)
        case .failure(let unreadable):
            return .refused(
                Refusal(unreadable.failure, .badRequest, name: name, queued: queued))
        }
    }
}
