// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport

/// A service that serves two requests with files, one of which is refused, and that leaves whatever
/// fails for later, as the supervisor does.
///
/// A request is a line of words: `done` or `failed`, then the names of its files.
struct FaultStory {
    let root: Folder

    static let requests = [
        "alice/film.json": "done a.png b/c.mov\n", "bad.json": "failed alice/a.png\n",
    ]
    static let media = ["alice/a.png": "picture", "alice/b/c.mov": "clip"]
    /// What stands in the root when everything has ended well.
    static let end: [String: String] = {
        var files = [
            "outbox/alice/film/film.mp4": Service.film, "outbox/bad.failed/error.txt": "why",
            "outbox/bad.failed/alice/a.png": "picture",
            "outbox/alice/film/request.json": requests["alice/film.json", default: ""],
            "outbox/bad.failed/request.json": requests["bad.json", default: ""],
        ]
        for (name, text) in media { files["inbox/\(name)"] = text }
        return files
    }()

    func drop() throws {
        for (name, text) in Self.requests.merging(Self.media, uniquingKeysWith: { $1 }) {
            try root.write(text, "inbox/\(name)")
        }
    }

    /// One life of the service: it looks through the inbox and tries what is left `rounds` times,
    /// and ends at the first trouble that is not one job's.
    ///
    /// - Returns: what it could not do, as sentences.
    @discardableResult
    func serve(rounds: Int) -> [String] {
        var troubles: [String] = []
        do {
            var spool = try Spool(root: root.path)
            let recovery = try spool.recover()
            troubles += recovery.troubles
            var jobs = recovery.jobs
            var inbox = try Inbox(of: spool, pause: .zero) { $0.last == 0x0A }
            for _ in 0..<rounds {
                for arrival in inbox.search(at: .now) {
                    do {
                        if let job = try claim(arrival, from: inbox, for: &spool) {
                            jobs.append(job)
                        }
                    } catch {
                        troubles.append("\(error)")
                    }
                }
                troubles += inbox.troubles
                var left: [String] = []
                for job in jobs {
                    do {
                        try finish(job, of: &spool)
                    } catch {
                        troubles.append("\(error)")
                        left.append(job)
                    }
                }
                jobs = left
            }
        } catch {
            troubles.append("\(error)")
        }
        return troubles
    }

    private func claim(
        _ arrival: Arrival, from inbox: borrowing Inbox, for spool: inout Spool
    ) throws -> String? {
        guard case .success(let bytes) = inbox.read(arrival) else { return nil }
        let names = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return try spool.claim(
            arrival, bytes: bytes, media: names.dropFirst().map(String.init), lastTry: false)
    }

    private func finish(_ job: String, of spool: inout Spool) throws {
        if try spool.settlePublished(job) != nil { return }
        let claim = try spool.open(job)
        if let outcome = try claim.outcome() {
            _ = try spool.publish(claim, outcome)
            return
        }
        var attempts = try claim.attempts()
        attempts.starts += 1
        try claim.record(attempts)
        let outcome = try work(in: claim.folder)
        _ = try spool.publish(claim, outcome)
    }

    /// The worker: a request or a file that cannot be read is refused.
    private func work(in folder: String) throws -> Outcome {
        let workplace = try Workplace(folder: folder)
        let media = try workplace.media()
        let request = try workplace.read()
        // Where a real one is refused; this one is no fault of the sender's.
        if case .failure(.forbidden) = request { throw UnreadableRequest.forbidden }
        guard case .success(let bytes) = request, bytes.starts(with: Array("done".utf8)),
            media.count == 2, media.allSatisfy({ (try? $0.place.get()) != nil })
        else {
            try workplace.clear()
            try workplace.write("why", as: "error.txt")
            try workplace.conclude(.failed)
            return .failed
        }
        try workplace.write(Service.film, as: "film.mp4")
        try workplace.conclude(.done)
        return .done
    }

    /// Whatever must never be seen, between two lives of the service.
    var violations: [String] {
        var found: [String] = []
        for file in root.tree where file.hasPrefix("outbox/") && !file.hasSuffix("/") {
            if root.text(file) != Self.end[file] {
                found.append("'\(file)' is not as it should be")
            }
        }
        for (folder, request) in [
            ("outbox/alice/film/", "alice/film.json"), ("outbox/bad.failed/", "bad.json"),
        ] {
            let isPublished = root.tree.contains(folder)
            for file in Self.end.keys where isPublished && file.hasPrefix(folder) {
                if root.text(file) == nil { found.append("'\(file)' is missing") }
            }
            let jobs = root.tree.filter { $0.hasPrefix("spool/jobs/") }
            let isKept = jobs.contains {
                $0.hasSuffix("request.json") && root.text($0) == Self.requests[request]
            }
            if !isPublished && !isKept && root.text("inbox/\(request)") == nil {
                found.append("'\(request)' is lost")
            }
            // One that could not be moved was copied, and is known.
            let isKnown = root.text("spool/ledger")?.contains(" \(request)") == true
            if isPublished && !isKnown && root.text("inbox/\(request)") != nil {
                found.append("'\(request)' would be run twice")
            }
        }
        for (name, text) in Self.media where root.text("inbox/\(name)") != text {
            found.append("'\(name)' is lost")
        }
        return found
    }

    /// Whatever is not as it should be when a healthy service has gone through.
    var endViolations: [String] {
        let kept = root.tree.filter { $0.hasPrefix("spool/jobs/") && $0 != "spool/jobs/" }
        let hidden = root.tree.filter { $0.contains("/.") }
        let missing = Self.end.keys.filter { root.text($0) == nil }
        return violations + (kept + hidden).map { "'\($0)' is left over" }
            + missing.sorted().map { "'\($0)' is missing at the end" }
    }
}
