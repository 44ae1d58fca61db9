// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Service
internal import Spool

/// What the service tells its log: a sentence, and fields to search by.
///
/// `journalctl RUSHES_JOB=…` tells the story of one job. Prompts are never logged.
enum Event {
    case started(root: String, waiting: Int)
    case accepted(job: String, request: String)
    case refusedClaim(request: String, reason: String)
    case waiting(request: String, missing: [String])
    case duplicate(request: String, job: String, result: String?)
    case withdrawn(request: String)
    case paused(by: Orders.Pause)
    case resumed
    case obstructed(reason: String)
    case cleared
    case begun(job: String, request: String, attempt: Int)
    case done(Facts)
    case styleInstalled(job: String, request: String, style: String, folder: String)
    case warned(job: String, request: String, warning: String)
    case failed(Facts, code: String)
    case crashed(Facts, how: String, crashes: Int, limit: Int = Attempts.crashLimit)
    case setAside(job: String, request: String, reason: String)
    case interrupted(job: String, request: String)
    case trouble(String)
    case workerTrouble(String)
    case lessContained(String)
    case fatal(String)
    case searched
    case inboxAway(reason: String)
    case inboxBack(root: String)
    case galleryWithheld(file: String)
    case polling(reason: String)
    case stopping(running: Int, waiting: Int)
    case stopped(waiting: Int)

    /// What is known of a job when its worker has ended.
    struct Facts {
        let job: String
        let request: String
        var mode: ModeName?
        var seconds: Double = 0
        /// Where the results are, relative to the outbox.
        var result = ""
    }

    /// The entry for the log.
    var entry: JournalEntry {
        JournalEntry(sentence, priority, kind: kind, fields: fields)
    }

    private var sentence: String {
        switch self {
        case .duplicate(let request, let job, let result):
            "'\(request)' was accepted before as job \(job)"
                + (result.map { ", results in '\($0)'" } ?? "") + "; it is not done again"
        case .withdrawn(let request): "'\(request)' was removed from the inbox before its turn"
        case .paused(.command): "paused by command: nothing is begun until 'rushes resume'"
        case .paused(.file(let name)):
            "paused by the file '\(name)' in the inbox: nothing is begun until it is removed"
        case .resumed: "no longer paused"
        case .obstructed(let reason):
            "nothing can be begun, trying again every minute: \(reason)"
        case .cleared: "the obstacle is gone, going on"
        case .started(let root, let waiting):
            "watching '\(root)/inbox'" + (waiting > 0 ? ", jobs waiting: \(waiting)" : "")
        case .accepted(_, let request): "accepted '\(request)'"
        case .refusedClaim(let request, let reason):
            "cannot accept '\(request)' yet, ignoring it until it changes: \(reason)"
        case .waiting(let request, let missing):
            "'\(request)' waits for "
                + missing.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
                + (missing.count > 5 ? " and \(missing.count - 5) more" : "")
        case .begun(_, let request, let attempt):
            "working on '\(request)'" + (attempt > 1 ? ", attempt \(attempt)" : "")
        case .done(let facts):
            "finished '\(facts.request)' in \(facts.rounded) s, results in '\(facts.result)'"
        case .styleInstalled(_, let request, let style, let folder):
            "'\(request)' made the style '\(style)', installed in '\(folder)'"
        case .warned(_, let request, let warning): "'\(request)': \(warning)"
        case .failed(let facts, let code):
            "refused '\(facts.request)' (\(code)), reasons in '\(facts.result)'"
        case .crashed(let facts, let how, let crashes, let limit):
            "the worker on '\(facts.request)' crashed after \(facts.rounded) s (\(how)), "
                + "\(crashes) of \(limit)"
        case .setAside(_, let request, let reason):
            "cannot go on with '\(request)' now, trying again later: \(reason)"
        case .interrupted(_, let request): "interrupted '\(request)', it goes on at the next start"
        case .trouble(let text): "\(text), ignoring"
        case .workerTrouble(let text): text
        case .lessContained(let text): text
        case .fatal(let text): text
        case .searched: "searching the whole inbox"
        case .inboxAway(let reason):
            "the inbox is away, nothing is taken until it is back: \(reason)"
        case .inboxBack(let root): "'\(root)/inbox' is there again and was searched"
        case .galleryWithheld(let file):
            "no gallery is written: '\(file)' is not one of its pages, and is left alone"
        case .polling(let reason): reason
        case .stopping(let running, let waiting):
            "stopping, jobs running: \(running), waiting: \(waiting)"
        case .stopped(let waiting):
            waiting > 0
                ? "stopped, jobs left for the next start: \(waiting)" : "stopped, no jobs left"
        }
    }

    private var priority: JournalEntry.Priority {
        switch self {
        case .started, .stopping, .stopped, .inboxBack, .paused, .resumed, .cleared,
            .styleInstalled:
            .notice
        case .accepted, .duplicate, .withdrawn, .waiting, .begun, .done, .interrupted, .searched:
            .information
        case .refusedClaim, .warned, .failed, .trouble, .lessContained, .polling,
            .galleryWithheld:
            .warning
        case .crashed, .setAside, .obstructed, .inboxAway, .workerTrouble, .fatal: .error
        }
    }

    /// Made once with `systemd-id128 new`; never changed.
    private var kind: String {
        switch self {
        case .started: "41493a59ad42489d89d4e3362f5db0cf"
        case .accepted: "be34ad4a6e4d4b8db61fdaef0815b881"
        case .refusedClaim: "45eac97d34aa4abc8357e9897b2d5742"
        case .waiting: "2c4578e24edb447089c6b7463023b99a"
        case .duplicate: "ec8218a8912f4c4eb65c5c51fee1e4bf"
        case .withdrawn: "758f7995ad064f7485d272931dc64b10"
        case .paused: "632bcba8f1454daaad8cc2860f6c5ea8"
        case .resumed: "89d847f197f5433194f43db44c95df66"
        case .obstructed: "30cd2de69e164dd2b4cda6125b5a5f4b"
        case .cleared: "a3860ddcc71943a88a29249ab11a329b"
        case .begun: "3d2b5ddae9614997af64814e31654b53"
        case .done: "5b667930465c48eaafa570dcca1810ef"
        case .styleInstalled: "7b282939b0c74c27bb8423888da40889"
        case .warned: "f1ec56050eb5464cbeb3eb29656d962a"
        case .failed: "29cd71624de247e18ff7359829f6af1c"
        case .crashed: "5d1f2403875a4b688bb253baaaee7a23"
        case .setAside: "b4dcff3e72db4bb390b9788e39adc141"
        case .interrupted: "e0f1febe83c04e1b80d8a5fd63767bb8"
        case .trouble: "418de96dd43748a8a0112df52ba78c0c"
        case .searched: "56024348463141fd958563edb4318363"
        case .inboxAway: "9f1c12513fcb4d3ead28b704df0bc79a"
        case .inboxBack: "7640956fee64486388c6a4628faf878d"
        case .galleryWithheld: "ea6f79da696c43a8acade2e98d308d26"
        case .polling: "05a9e0fed6514375813d9d95b1d47c7d"
        case .stopping: "7cd37b3e3ce14784b029bd7310305784"
        case .stopped: "f980c34ca877437a8630d6881148bb79"
        case .workerTrouble: "07f0e9b204c24820a26c3afa8a4ad248"
        case .lessContained: "8cce055ccfb9462295d8f530e5db0206"
        case .fatal: "1d57bcb8ed97432280822c110ff533dd"
        }
    }

    private var fields: [(name: String, value: String)] {
        switch self {
        case .started(let root, let waiting):
            [("RUSHES_ROOT", root), ("RUSHES_WAITING", String(waiting))]
        case .accepted(let job, let request): Self.job(job, request, "queued")
        case .refusedClaim(let request, _): [("RUSHES_REQUEST", request)]
        case .waiting(let request, _):
            [("RUSHES_REQUEST", request), ("RUSHES_STATE", "waiting")]
        case .duplicate(let request, let job, let result):
            Self.job(job, request, "duplicate") + [("RUSHES_RESULT", result ?? "")]
        case .withdrawn(let request):
            [("RUSHES_REQUEST", request), ("RUSHES_STATE", "withdrawn")]
        case .paused, .resumed, .obstructed, .cleared: []
        case .begun(let job, let request, let attempt):
            Self.job(job, request, "running") + [("RUSHES_ATTEMPT", String(attempt))]
        case .done(let facts): facts.fields("done")
        case .styleInstalled(let job, let request, let style, _):
            Self.job(job, request, "installed") + [("RUSHES_STYLE", style)]
        case .warned(let job, let request, _): Self.job(job, request, "done")
        case .failed(let facts, let code): facts.fields("failed") + [("RUSHES_ERROR_CODE", code)]
        case .crashed(let facts, _, let crashes, _):
            facts.fields("crashed") + [("RUSHES_CRASHES", String(crashes))]
        case .setAside(let job, let request, _): Self.job(job, request, "deferred")
        case .interrupted(let job, let request): Self.job(job, request, "queued")
        case .inboxBack(let root): [("RUSHES_ROOT", root)]
        case .trouble, .workerTrouble, .lessContained, .fatal, .searched, .inboxAway, .polling,
            .galleryWithheld:
            []
        case .stopping(_, let waiting), .stopped(let waiting):
            [("RUSHES_WAITING", String(waiting))]
        }
    }

    private static func job(
        _ job: String, _ request: String, _ state: String
    ) -> [(name: String, value: String)] {
        [("RUSHES_JOB", job), ("RUSHES_REQUEST", request), ("RUSHES_STATE", state)]
    }
}

extension Event.Facts {
    func with(result: String) -> Event.Facts {
        var facts = self
        facts.result = result
        return facts
    }

    /// Seconds with one digit after the point, free of any locale.
    fileprivate var rounded: String { String((seconds * 10).rounded() / 10) }

    fileprivate func fields(_ state: String) -> [(name: String, value: String)] {
        [
            ("RUSHES_JOB", job), ("RUSHES_REQUEST", request), ("RUSHES_STATE", state),
            ("RUSHES_MODE", mode?.rawValue ?? ""), ("RUSHES_SECONDS", rounded),
            ("RUSHES_RESULT", result),
        ]
    }
}
