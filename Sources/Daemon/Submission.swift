// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Requests
internal import Service
internal import Spool

/// `rushes submit`: requests into the inbox, whether they were written before or are made from options.
package enum Submission {
    /// Where requests go, and whether to wait for what becomes of them.
    package struct Destination: Sendable {
        package var root: String
        /// A folder of the inbox, "" for the inbox itself.
        package var folder: String
        package var waits: Bool

        /// A destination from its parts.
        package init(root: String, folder: String, waits: Bool) {
            self.root = root
            self.folder = folder
            self.waits = waits
        }
    }

    /// One key of a request that is made from options.
    package struct Setting: Sendable {
        /// What an option says.
        package enum Value: Sendable {
            /// A text, or a list of them.
            case texts([String])
            /// Whatever it is as JSON; else a text.
            case literal(String)
            /// Files of whoever calls the program, by their paths; they are dropped beside the request.
            case files([String])
        }

        package var key: String
        package var value: Value

        /// A setting from its parts.
        package init(_ key: String, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Checks requests and drops them with the files that they name.
    ///
    /// The status is that of the first that is refused, or that failed where it waits.
    package static func submit(_ paths: [String], to place: Destination) -> ExitStatus {
        Administration.inspecting(place.root) { premises throws(SpoolError) in
            var status = ExitStatus.success
            var dropped: [Following] = []
            for path in paths {
                switch RequestFile.read(path) {
                case .success(let content):
                    let parcel = try prepare(path, content, place, premises)
                    switch parcel {
                    case .success(let parcel): dropped.append(try send(parcel, place, premises))
                    case .failure(let refusal): if status == .success { status = refusal }
                    }
                case .failure(let unreadable):
                    Administration.complain("rushes: '\(path)': \(unreadable) \(unreadable.hint)")
                    let refusal: ExitStatus = unreadable == .missing ? .inputMissing : .badRequest
                    if status == .success { status = refusal }
                }
            }
            guard place.waits else { return status }
            for following in dropped {
                let end = try Waiting(following, place.root).end()
                if status == .success { status = end }
            }
            return status
        }
    }

    /// Makes a request from options, and drops it with its files.
    ///
    /// * `name`: of the request and so of its results; nil for one after the prompt or the first file.
    package static func submit(
        _ settings: [Setting], named name: String?, to place: Destination
    ) -> ExitStatus {
        Administration.inspecting(place.root) { premises throws(SpoolError) in
            var draft = RequestDraft()
            var files: [(name: String, source: String)] = []
            for setting in settings {
                switch setting.value {
                case .texts(let texts): draft.set(setting.key, texts: texts)
                case .literal(let text): draft.set(setting.key, literal: text)
                case .files(let paths):
                    var names: [String] = []
                    for path in paths {
                        names.append(try take(path, into: &files, place.folder, premises))
                    }
                    draft.set(setting.key, texts: names)
                }
            }
            draft.setModeIfClear()
            let own: String
            if let name {
                own = name.hasSuffix(".json") ? name : name + ".json"
            } else {
                own = try premises.freeName(like: "\(Self.name(settings)).json", in: place.folder)
            }
            switch try prepare(own, draft.text, place, premises) {
            case .success(var parcel):
                // What an option named lies somewhere else than beside the request.
                parcel.files.removeAll { file in files.contains { $0.name == file.name } }
                parcel.files += files
                let following = try send(parcel, place, premises)
                return place.waits ? try Waiting(following, place.root).end() : .success
            case .failure(let refusal): return refusal
            }
        }
    }

    /// A file that an option named, under a name that is free in the inbox.
    private static func take(
        _ path: String, into files: inout [(name: String, source: String)], _ folder: String,
        _ premises: Premises
    ) throws(SpoolError) -> String {
        try premises.requireFile(path)
        if let known = files.first(where: { $0.source == path }) { return known.name }
        var name = try premises.freeName(like: RequestFile.name(of: path), in: folder, for: path)
        while files.contains(where: { $0.name == name }) { name = "_" + name }
        files.append((name, path))
        return name
    }

    private static func name(_ settings: [Setting]) -> String {
        for setting in settings where setting.key == "prompt" {
            if case .texts(let texts) = setting.value, let text = texts.first,
                let name = RequestDraft.name(from: text)
            {
                return name
            }
        }
        for case .files(let paths) in settings.map(\.value) {
            guard let path = paths.first else { continue }
            let stem = RequestFile.name(of: path).prefix { $0 != "." }
            if let name = RequestDraft.name(from: String(stem)) { return name }
        }
        return "request"
    }

    private static func prepare(
        _ path: String, _ content: [UInt8], _ place: Destination, _ premises: Premises
    ) throws(SpoolError) -> Result<Parcel, ExitStatus> {
        do throws(RequestError) {
            let names = try Request(parsing: content).media.map(\.text)
            do throws(SpoolError) {
                return .success(
                    Parcel(
                        name: RequestFile.name(of: path), content: content, folder: place.folder,
                        files: try premises.files(named: names, beside: path)))
            } catch {
                Administration.complain("rushes: \(error)")
                return .failure(.inputMissing)
            }
        } catch {
            Administration.complain(
                error.report(fileName: RequestFile.name(of: path), isInOutbox: false))
            return .failure(.badRequest)
        }
    }

    private static func send(
        _ parcel: Parcel, _ place: Destination, _ premises: Premises
    ) throws(SpoolError) -> Following {
        let following = try Following(premises.place(of: parcel), parcel.content, root: place.root)
        let arrival = try premises.drop(parcel)
        put("'\(arrival)' is in the inbox", place.waits ? STDERR_FILENO : STDOUT_FILENO)
        return following
    }
}

/// Waiting for what becomes of one request, with a bar.
private struct Waiting {
    private let following: Following
    private let survey: Survey
    private let root: String
    private let bar = ProgressBar()

    /// How often it looks.
    private static let interval = Duration.milliseconds(500)

    init(_ following: Following, _ root: String) throws(SpoolError) {
        self.following = following
        self.root = root
        survey = try Survey(root: root)
    }

    /// Waits, and answers how the request ended; the files of a result go to standard output, the
    /// reasons of a refusal to standard error.
    func end() -> ExitStatus {
        var gone = 0
        // Said once: that nobody is there to do it.
        var isToldOfNone = false
        while true {
            switch following.state() {
            case .ended(let outcome, let folder):
                bar.end()
                return outcome == .done ? tell(folder) : complain(folder)
            case .gone:
                // It may be between two places in this moment.
                gone += 1
                guard gone < 10 else {
                    bar.end()
                    Administration.complain(
                        "rushes: '\(following.request)' left the inbox and has no result: it was "
                            + "removed or cancelled")
                    return .tryAgain
                }
            case .working:
                gone = 0
                show(following.request)
            case .waiting:
                gone = 0
                if !isToldOfNone, survey.isKnownToBeUnserved {
                    isToldOfNone = true
                    bar.end()
                    Administration.complain(
                        "rushes: nobody serves '\(root)' now; waiting for 'systemctl start rushes' "
                            + "or 'rushes serve'")
                }
                show(following.request)
            }
            StatusCommand.pause(for: Self.interval)
        }
    }

    private func show(_ request: String) {
        let record = survey.status().flatMap(StatusRecord.init)
        if let run = record?.running.first(where: { $0.request == request }) {
            let left = run.secondsLeft.map { ", \(timeLeft(Double($0)))" } ?? ""
            let step = run.stage.isEmpty ? "begins" : "\(run.stage) \(run.completed)/\(run.total)"
            let topic = run.stage.isEmpty ? "begins" : run.stage
            bar.show(Double(run.percent) / 100, topic: topic, step + left)
        } else if let held = (record?.gathering ?? []).first(where: { $0.request == request }) {
            bar.show(0, topic: "waits for \(held.reason)", "waits for \(held.reason)")
        } else if let held = (record?.deferred ?? []).first(where: { $0.request == request }) {
            bar.show(0, topic: "put off: \(held.reason)", "put off: \(held.reason)")
        } else if let record, record.state == "paused" {
            bar.show(0, topic: "the queue is paused", "the queue is paused: 'rushes resume'")
        } else {
            let place = record?.next.firstIndex(of: request)
            let words = place.map { $0 == 0 ? "next" : "behind \($0) others" } ?? "in the queue"
            bar.show(0, topic: "in the queue", words)
        }
    }

    private func tell(_ folder: String) -> ExitStatus {
        let place = "\(root)/outbox/\(folder)"
        let files = survey.file("result.json", of: folder).flatMap(ResultSummary.init)?.files ?? []
        for file in files { put("\(place)/\(file)", STDOUT_FILENO) }
        if files.isEmpty { put(place, STDOUT_FILENO) }
        return .success
    }

    private func complain(_ folder: String) -> ExitStatus {
        if let report = survey.file("error.txt", of: folder) { write(report, STDERR_FILENO) }
        Administration.complain("rushes: it lies in '\(root)/outbox/\(folder)' now")
        let record = survey.file("result.json", of: folder).flatMap(ResultSummary.init)
        return ExitStatus(failure: record?.failure?.code ?? "")
    }
}

extension ExitStatus {
    /// The status of a request that failed, by the code of its failure in `result.json`.
    init(failure code: String) {
        self =
            switch code {
            case "bad-request", "unusable-media", "no-model", "training-diverged",
                "media-too-slow", "too-much-work":
                .badRequest
            case "input-missing", "cannot-read": .inputMissing
            case "cannot-write": .cannotCreate
            case "cancelled": .tryAgain
            case "model-unusable", "styles-unreadable": .configuration
            default: .internalError
            }
    }
}
