// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc
internal import Requests
internal import Spool

/// What `rushes explain` says: why a file is or is not picked up, and what to do about it.
///
/// It looks for itself and asks no service, so that it works when none runs; it changes nothing.
package enum Explanation {
    /// Explains files of one root folder, each in a paragraph on standard output.
    ///
    /// The status is that of the first file that will not run: `badRequest`, `inputMissing` or
    /// `tryAgain`; `success` when every one has run or will.
    package static func explain(_ files: [String], root: String) -> ExitStatus {
        let survey: Survey
        do throws(SpoolError) {
            survey = try Survey(root: root)
        } catch {
            put("rushes: there is no inbox to look at: \(error)", STDERR_FILENO)
            return .tryAgain
        }
        var status = ExitStatus.success
        for file in files {
            let answer = Self.answer(survey.standing(of: file), survey)
            put("\(file): " + answer.sentences.joined(separator: "\n  "), STDOUT_FILENO)
            if status == .success { status = answer.status }
        }
        return status
    }

    /// Sentences, the most important first, and what a script wants to know.
    struct Answer: Equatable {
        var status: ExitStatus
        var sentences: [String]
    }

    private static func answer(_ standing: Survey.Standing, _ survey: Survey) -> Answer {
        switch standing {
        case .outside:
            Answer(
                status: .inputMissing,
                sentences: [
                    "It is not in the inbox, and only what is there is picked up.",
                    "The inbox is '\(survey.place)'. Is another --root meant?",
                ])
        case .passedOver(let part, let reason):
            Answer(
                status: .badRequest,
                sentences: ["It is not picked up because of the name '\(part)'. \(reason)"]
                    + (reason == .suffix
                        ? ["Pictures and clips are taken when a request names them."] : []))
        case .tooDeep:
            Answer(
                status: .badRequest,
                sentences: [
                    "It is not picked up: folders nested deeper than \(Survey.depthLimit) are not "
                        + "searched. Move it further up."
                ])
        case .missing(let arrival): missing(arrival, survey)
        case .forbidden(let part, let user):
            Answer(
                status: .badRequest,
                sentences: [
                    "The service, which runs as user \(user), is not permitted to read '\(part)'.",
                    "Make it readable for the group of the inbox, or for everybody; a folder has to "
                        + "be open to enter, too.",
                ])
        case .unusable(.missing):
            Answer(status: .inputMissing, sentences: ["It went away in this moment."])
        case .unusable(let unreadable):
            Answer(
                status: .badRequest,
                sentences: ["It is picked up and refused. \(unreadable) \(unreadable.hint)"])
        case .empty:
            Answer(
                status: .tryAgain,
                sentences: [
                    "It is empty, as a file is that somebody is about to write. When it stays so for "
                        + "a minute, it is picked up and refused."
                ])
        case .drop(_, let state):
            Answer(
                status: .success,
                sentences: [
                    "It is picked up as a request, because it lies in a folder of "
                        + "'\(InboxName.modeFolder)', when it has stayed the same for a moment and what "
                        + "goes along with it is there."
                ] + (state.isBeingWritten ? ["Somebody is still writing to it."] : [])
                    + (survey.isServed ? [] : ["But no service is running."]))
        case .request(let arrival, let bytes, let state):
            waiting(arrival, bytes, state, survey)
        }
    }

    // MARK: Not there

    private static func missing(_ arrival: Arrival, _ survey: Survey) -> Answer {
        let results = survey.results(of: arrival)
        do throws(SpoolError) {
            if let job = try survey.jobs(of: arrival).last {
                return Answer(
                    status: .success, sentences: [sentence(job, survey)] + earlier(results))
            }
        } catch {
            guard results.isEmpty else { return finished(results) }
            return Answer(
                status: .inputMissing,
                sentences: [
                    "There is no such file in the inbox, and no result of this name.",
                    "Whether it is a job now cannot be seen by this user: \(error).",
                ])
        }
        guard results.isEmpty else { return finished(results) }
        return Answer(
            status: .inputMissing,
            sentences: ["There is no such file in the inbox, no job and no result of this name."])
    }

    private static func finished(_ results: [(name: String, outcome: Outcome)]) -> Answer {
        guard let last = results.last(where: { $0.outcome == .done }) ?? results.last else {
            return Answer(status: .inputMissing, sentences: [])
        }
        let isDone = last.outcome == .done
        let others = results.filter { $0.name != last.name }
        return Answer(
            status: isDone ? .success : .badRequest,
            sentences: [
                isDone
                    ? "It has run, and its result is in 'outbox/\(last.name)'."
                    : "It was refused, and the reasons are in 'outbox/\(last.name)/error.txt'."
            ] + earlier(others))
    }

    private static func earlier(_ results: [(name: String, outcome: Outcome)]) -> [String] {
        guard !results.isEmpty else { return [] }
        let names = results.map { "'outbox/\($0.name)'" }.joined(separator: ", ")
        return ["Of requests of the same name there are also: \(names)."]
    }

    private static func sentence(_ job: Survey.Job, _ survey: Survey) -> String {
        let record = survey.isServed ? survey.status().flatMap(StatusRecord.init) : nil
        if let run = record?.running.first(where: { $0.job == job.id }) {
            return "It is job \(job.id) now and being worked on: \(run.percent) % after "
                + "\(run.seconds) seconds."
        }
        if let held = record?.deferred.first(where: { $0.request == job.request }) {
            return "It is job \(job.id) now and is tried again later: \(held.reason)."
        }
        let state =
            job.hasEnded
            ? "has ended and is about to be published"
            : job.starts == 0 ? "has not begun yet" : "was begun \(times(job.starts))"
        return "It is job \(job.id) now, which \(state)."
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }

    // MARK: There

    private static func waiting(
        _ arrival: Arrival, _ bytes: [UInt8], _ state: Survey.FileState, _ survey: Survey
    ) -> Answer {
        var answer: Answer
        do throws(RequestError) {
            _ = try Request(parsing: bytes)
            answer = known(arrival, bytes, survey) ?? ready(arrival, bytes, survey)
        } catch {
            if !Request.isComplete(bytes), state.isBeingWritten {
                answer = Answer(
                    status: .tryAgain,
                    sentences: [
                        "It is still being written: some program has it open, and what is there is "
                            + "no whole JSON object yet."
                    ])
            } else {
                answer = Answer(
                    status: .badRequest,
                    sentences: ["It will be refused:"]
                        + error.description.split(separator: "\n").map(String.init))
            }
        }
        answer.sentences += earlier(survey.results(of: arrival))
        return answer
    }

    /// What became of the very same request before: it is not run again unless its files differ.
    private static func known(
        _ arrival: Arrival, _ bytes: [UInt8], _ survey: Survey
    ) -> Answer? {
        guard let entry = survey.earlierRun(of: arrival, bytes) else { return nil }
        let place = entry.folder.map { " in 'outbox/\($0)'" } ?? ""
        let hint = "To have it made once more, change it, the seed for example, or its name."
        switch entry.state {
        case .claimed:
            return Answer(
                status: .success,
                sentences: ["The same request is job \(entry.job) already.", hint])
        case .done:
            return Answer(
                status: .success,
                sentences: [
                    "The same request has run, and its result is\(place). With the same files it is "
                        + "not run again.", hint,
                ])
        case .failed:
            return Answer(
                status: .badRequest,
                sentences: [
                    "The same request was refused, and the reasons are\(place). With the same files "
                        + "it is not tried again, unless by 'rushes retry'."
                ])
        }
    }

    private static func ready(
        _ arrival: Arrival, _ bytes: [UInt8], _ survey: Survey
    ) -> Answer {
        let names = Request.files(namedIn: bytes).map(\.path.text)
        do throws(SpoolError) {
            for (name, state) in try survey.media(of: arrival, names: names) {
                guard let obstacle = obstacle(name, state) else { continue }
                return obstacle
            }
        } catch {
            return Answer(
                status: .tryAgain, sentences: ["Its files cannot be looked at: \(error)."])
        }
        do throws(SpoolError) {
            if let pause = try survey.pause() { return paused(pause) }
        } catch {
            // Then nobody knows of a pause; the rest is worth saying.
        }
        return turn(arrival, survey)
    }

    private static func paused(_ pause: Orders.Pause) -> Answer {
        switch pause {
        case .command:
            Answer(
                status: .tryAgain,
                sentences: [
                    "It is complete and waits, because of 'rushes pause'.",
                    "'rushes resume' lets it go on.",
                ])
        case .file(let name):
            Answer(
                status: .tryAgain,
                sentences: [
                    "It is complete and waits, because of the file 'inbox/\(name)'.",
                    "It goes on when that is removed.",
                ])
        }
    }

    /// Where a complete request stands among the others, as far as the service tells.
    private static func turn(_ arrival: Arrival, _ survey: Survey) -> Answer {
        let complete = "It is complete and waits for its turn"
        let others = max(0, survey.requestCount() - 1)
        guard survey.isServed else {
            let count = others == 1 ? "one other request" : "\(others) other requests"
            return Answer(
                status: .success,
                sentences: [
                    others == 0 ? "It is complete and next." : "\(complete), beside \(count).",
                    "No service is running here at the moment.",
                ])
        }
        guard let record = survey.status().flatMap(StatusRecord.init) else {
            return Answer(status: .success, sentences: ["\(complete)."])
        }
        if record.state != "running" {
            let reason = record.reason.map { ": \($0)" } ?? ""
            return Answer(
                status: .tryAgain,
                sentences: ["It is complete, but nothing is begun now (\(record.state)\(reason))."])
        }
        let place = record.next.firstIndex(of: arrival.description)
        let queue =
            switch place {
            case 0: "It is complete and next."
            case .some(let place): "\(complete), behind \(place) of \(record.waiting)."
            case nil: "\(complete), one of \(max(record.waiting, 1)) that wait."
            }
        let running = record.running.map { "'\($0.request)' (\($0.percent) %)" }
        return Answer(
            status: .success,
            sentences: [queue]
                + (running.isEmpty
                    ? [] : ["Being worked on: " + running.joined(separator: ", ") + "."]))
    }

    /// What a named file does to its request; nil when it is there and at rest.
    private static func obstacle(_ name: String, _ state: Survey.MediumState) -> Answer? {
        let file = "'\(Problem.shown(name))'"
        return switch state {
        case .there: nil
        case .empty: waits("for \(file), which is empty so far", .tryAgain)
        case .written: waits("for \(file), which some program is still writing", .tryAgain)
        case .download: waits("for \(file), which is still being downloaded", .tryAgain)
        case .fault(.missing(let part, let siblings)):
            Answer(
                status: .inputMissing,
                sentences: [
                    "It waits for \(file): there is no '\(Problem.shown(part))' beside it."
                        + " After a minute (or --media-wait) without any change it is refused."
                ]
                    + (siblings.isEmpty
                        ? []
                        : [
                            "There is: "
                                + siblings.prefix(10).map { "'\(Problem.shown($0))'" }
                                .joined(separator: ", ")
                        ]))
        case .fault(let fault):
            Answer(
                status: .inputMissing,
                sentences: [
                    "It will be refused: it names \(file), \(fault.what).", fault.hint(name),
                ])
        }
    }

    private static func waits(_ reason: String, _ status: ExitStatus) -> Answer {
        Answer(status: status, sentences: ["It waits \(reason)."])
    }
}
