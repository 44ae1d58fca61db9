// SPDX-License-Identifier: Apache-2.0

import Files
import Spool
import TestSupport

/// The queue's part of a service: opens the root, recovers, claims what lies in the inbox, "works"
/// on every job in its place, publishes, and ends.
struct Service {
    let root: Folder
    /// What a complete result holds.
    static let film = "whole film"

    /// What one run published, in order, and what it complained about.
    struct Run: Equatable {
        var published: [String] = []
        var troubles: [String] = []
    }

    /// One run from start to end.
    @discardableResult
    func run(outcome: Outcome = .done) throws -> Run {
        var spool = try Spool(root: root.path)
        let recovery = try spool.recover()
        var run = Run(published: [], troubles: recovery.troubles)
        var inbox = try Inbox(of: spool, pause: .zero) { !$0.isEmpty }
        var jobs = recovery.jobs
        for arrival in inbox.search(at: .now) {
            if let job = try spool.claim(arrival) { jobs.append(job) }
        }
        for job in jobs { run.published.append(try finish(job, of: &spool, outcome)) }
        return run
    }

    private func finish(
        _ job: String, of spool: inout Spool, _ outcome: Outcome
    ) throws -> String {
        if case .published(let name, _) = try spool.settlePublished(job) { return name }
        let claim = try spool.open(job)
        if let outcome = try claim.outcome() { return try spool.publish(claim, outcome) }
        let workplace = try Workplace(folder: claim.folder)
        try workplace.write(Self.film, as: "film.mp4")
        try workplace.conclude(outcome)
        return try spool.publish(claim, outcome)
    }

    /// All that users see and all that the queue keeps, without its lock.
    var tree: [String] {
        let fixed: Set = [
            "inbox/", "outbox/", "spool/", "spool/jobs/", "spool/lock", "spool/ledger",
            "spool/notices/", "spool/orders/", "spool/progress/",
        ]
        return root.tree.filter { !fixed.contains($0) }
    }
}

/// Runs `body` over a root folder that has been served once, so that its folders stand.
func withService(_ body: (Service) throws -> Void) throws {
    try withTemporaryFolder { folder in
        let service = Service(root: folder)
        try service.run()
        try body(service)
    }
}
