// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

@testable import Spool

/// The same request sent again, where requests are moved and where they are left.
@Suite struct DuplicateTests {
    private static let request = Arrival(Path("alice/x.json"))

    /// Accepts `alice/x.json` as it lies there now, and finishes it if it is a job.
    private func send(
        _ service: Service, _ claiming: Claiming = .move, media: [String] = [],
        outcome: Outcome? = .done, isRetry: Bool = false
    ) throws -> Acceptance {
        var spool = try Spool(root: service.root.path, claiming: claiming)
        let bytes = Array(try #require(service.root.text("inbox/alice/x.json")).utf8)
        let staging = try #require(
            try spool.stage(Offer(Self.request, .success(bytes), names: media)))
        let acceptance = try spool.accept(try staging.collect(lastTry: true), isRetry: isRetry)
        guard case .job(let id) = acceptance, let outcome else { return acceptance }
        let claim = try spool.open(id)
        let workplace = try Workplace(folder: claim.folder)
        try workplace.write(Service.film, as: "film.mp4")
        try workplace.conclude(outcome)
        _ = try spool.publish(claim, outcome)
        return acceptance
    }

    private func drop(_ service: Service, _ text: String = "{}") throws {
        try service.root.write(text, "inbox/alice/x.json")
    }

    private func remove(_ name: String, _ service: Service) throws {
        try Directory.removeTree(Path(service.root.at(name)))
    }

    private func results(_ service: Service) -> [String] {
        service.root.tree.filter { $0.hasPrefix("outbox/alice/") && $0.hasSuffix("/film.mp4") }
    }

    @Test func theSameIsDoneOnceAndTakenAway() throws {
        try withService { service in
            try drop(service)
            guard case .job = try send(service) else { return #expect(Bool(false)) }
            try drop(service)
            guard case .duplicate(let entry) = try send(service) else {
                return #expect(Bool(false))
            }
            #expect(entry.state == .done && entry.folder == "alice/x")
            #expect(service.root.text("inbox/alice/x.json") == nil)
            #expect(results(service) == ["outbox/alice/x/film.mp4"])
        }
    }

    @Test func anotherTextIsAnotherRequest() throws {
        try withService { service in
            try drop(service)
            _ = try send(service)
            try drop(service, "{ }")
            guard case .job = try send(service) else { return #expect(Bool(false)) }
            #expect(results(service).count == 2)
        }
    }

    @Test func otherFilesMakeAnotherRequest() throws {
        try withService { service in
            try service.root.write("one", "inbox/alice/a.png")
            try drop(service)
            _ = try send(service, media: ["a.png"])
            try service.root.write("two", "inbox/alice/a.png")
            try drop(service)
            guard case .job = try send(service, media: ["a.png"]) else {
                return #expect(Bool(false))
            }
            try drop(service)
            guard case .duplicate = try send(service, media: ["a.png"]) else {
                return #expect(Bool(false))
            }
            #expect(results(service).count == 2)
        }
    }

    /// Who takes the results away and sends the same again wants it again.
    @Test func withoutItsResultsItIsWantedAgain() throws {
        try withService { service in
            try drop(service)
            _ = try send(service)
            try remove("outbox/alice/x", service)
            try drop(service)
            guard case .job = try send(service) else { return #expect(Bool(false)) }
        }
    }

    /// `error.txt` says: correct request.json and move it into the inbox.
    @Test func aRefusedRequestThatIsMovedBackIsTriedAgain() throws {
        try withService { service in
            try drop(service)
            _ = try send(service, outcome: .failed)
            try service.root.move("outbox/alice/x.failed/request.json", to: "inbox/alice/x.json")
            guard case .job = try send(service) else { return #expect(Bool(false)) }
            #expect(results(service).contains("outbox/alice/x/film.mp4"))
        }
    }

    @Test func aRefusedRequestThatIsSentAgainIsNot() throws {
        try withService { service in
            try drop(service)
            _ = try send(service, outcome: .failed)
            try drop(service)
            guard case .duplicate(let entry) = try send(service) else {
                return #expect(Bool(false))
            }
            #expect(entry.state == .failed)
        }
    }

    @Test func aRetryIsNoDuplicate() throws {
        try withService { service in
            try drop(service)
            _ = try send(service, outcome: .failed)
            try drop(service)
            guard case .job = try send(service, isRetry: true) else {
                return #expect(Bool(false))
            }
        }
    }

    /// While the first one is worked on the second waits for nothing.
    @Test func whatIsBeingWorkedOnIsKnown() throws {
        try withService { service in
            try drop(service)
            guard case .job(let id) = try send(service, outcome: nil) else {
                return #expect(Bool(false))
            }
            try drop(service)
            guard case .duplicate = try send(service, outcome: nil) else {
                return #expect(Bool(false))
            }
            // A foreign hand takes the job away: nobody else does what it asked for.
            try remove("spool/jobs/\(id)", service)
            try drop(service)
            guard case .job = try send(service) else { return #expect(Bool(false)) }
        }
    }

    @Test func whereRequestsAreLeftTheyAreDoneOnce() throws {
        try withService { service in
            try drop(service)
            guard case .job = try send(service, .leave) else { return #expect(Bool(false)) }
            #expect(service.root.text("inbox/alice/x.json") == "{}")
            #expect(service.root.text("outbox/alice/x/request.json") == "{}")
            guard case .duplicate = try send(service, .leave) else {
                return #expect(Bool(false))
            }
            // Also when it is written anew, and its results have been taken away.
            try remove("outbox/alice/x", service)
            try drop(service)
            guard case .duplicate = try send(service, .leave) else {
                return #expect(Bool(false))
            }
            #expect(service.root.text("inbox/alice/x.json") == "{}")
            #expect(results(service) == [])
        }
    }

    /// Its files may have been tidied away since.
    @Test func whereRequestsAreLeftMissingFilesMakeNoNewOne() throws {
        try withService { service in
            try service.root.write("one", "inbox/alice/a.png")
            try drop(service)
            _ = try send(service, .leave, media: ["a.png"])
            try remove("inbox/alice/a.png", service)
            guard case .duplicate = try send(service, .leave, media: ["a.png"]) else {
                return #expect(Bool(false))
            }
        }
    }

    /// Between the move of the results and the line in the ledger the power may go.
    @Test func whatWasPublishedAndNotWrittenDownIsKnownAtTheNextStart() throws {
        try withService { service in
            try drop(service)
            guard case .job(let id) = try send(service, outcome: nil) else {
                return #expect(Bool(false))
            }
            let job = "spool/jobs/\(id)"
            try service.root.write("done\n", "\(job)/outcome")
            try service.root.write("alice/x", "\(job)/target")
            try service.root.write(Service.film, "outbox/alice/x/film.mp4")
            try service.root.move("\(job)/request.json", to: "outbox/alice/x/request.json")
            try remove("spool/ledger", service)
            #expect(try service.run().published == ["alice/x"])
            #expect(!service.root.tree.contains { $0.hasPrefix(job) })
            try drop(service)
            guard case .duplicate = try send(service) else { return #expect(Bool(false)) }
            #expect(results(service) == ["outbox/alice/x/film.mp4"])
        }
    }

    @Test func aRequestThatChangesInTheLastMomentStays() throws {
        try withService { service in
            try drop(service)
            var spool = try Spool(root: service.root.path)
            let staging = try #require(
                try spool.stage(Offer(Self.request, .success(Array("{}".utf8)))))
            let collected = try staging.collect(lastTry: true)
            try drop(service, "{ }")
            #expect(throws: SpoolError.notNow(request: "alice/x.json")) {
                _ = try spool.accept(collected)
            }
            #expect(service.root.text("inbox/alice/x.json") == "{ }")
            #expect(try spool.recover().jobs == [])
        }
    }
}
