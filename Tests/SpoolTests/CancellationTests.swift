// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

@testable import Spool

/// Orders to give a request up, and what they wait for.
@Suite struct CancellationTests {
    private func order(
        _ target: String, _ spool: borrowing Spool
    ) throws -> Cancellation {
        try spool.orders.cancel(target)
        let orders = try spool.cancellations()
        return try #require(orders.first { $0.target == target })
    }

    private func expect(
        _ isExpected: Bool, _ inbox: borrowing Inbox, _ cancellation: Cancellation,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let answer = inbox.expects(cancellation)
        #expect(answer == isExpected, sourceLocation: place)
    }

    @Test func anOrderWaitsWhileItsRequestLiesInTheInbox() throws {
        try withService { service in
            let spool = try Spool(root: service.root.path)
            var inbox = try Inbox(of: spool, pause: .zero) { !$0.isEmpty }
            let cancellation = try order("alice/x.json", spool)
            expect(false, inbox, cancellation)
            // Before any search, and while it is empty and so not ready.
            try service.root.write("", "inbox/alice/x.json")
            expect(true, inbox, cancellation)
            _ = inbox.search(at: .now)
            expect(true, inbox, cancellation)
            try service.root.write("{}", "inbox/alice/x.json")
            let arrival = Arrival(Path("alice/x.json"))
            let arrivals = inbox.search(at: .now)
            #expect(arrivals == [arrival])
            inbox.hold(arrival)
            expect(true, inbox, cancellation)
            // What was answered and stays is given up no more, until somebody changes it.
            inbox.settle(arrival)
            expect(false, inbox, cancellation)
            try Directory.removeTree(Path(service.root.at("inbox/alice/x.json")))
            expect(false, inbox, cancellation)
        }
    }

    @Test(arguments: ["0123456789-abcdef", "alice", "alice/a.png", "", ".hidden/x.json"])
    func anOrderForNoRequestWaitsForNothing(target: String) throws {
        try withService { service in
            let spool = try Spool(root: service.root.path)
            let inbox = try Inbox(of: spool, pause: .zero) { !$0.isEmpty }
            try service.root.write("picture", "inbox/alice/a.png")
            try service.root.write("{}", "inbox/.hidden/x.json")
            let path = Path(target)
            expect(false, inbox, Cancellation(path: path, order: path))
        }
    }

    @Test func anInboxThatIsAwayDropsNoOrder() throws {
        try withService { service in
            let spool = try Spool(root: service.root.path)
            var inbox = try Inbox(of: spool, pause: .zero) { !$0.isEmpty }
            try service.root.write("{}", "inbox/x.json")
            let cancellation = try order("x.json", spool)
            _ = inbox.search(at: .now)
            try service.root.move("inbox", to: "elsewhere")
            _ = inbox.search(at: .now)
            let absence = inbox.absence
            #expect(absence != nil)
            expect(true, inbox, cancellation)
        }
    }

    @Test func theMarkOutlivesTheService() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path("x.json"))))
            let before = try spool.open(id).isCancelled()
            #expect(!before)
            for _ in 0..<2 { try spool.open(id).cancel() }
            _ = consume spool
            var again = try Spool(root: service.root.path)
            let recovery = try again.recover()
            #expect(recovery.jobs == [id])
            let after = try again.open(id).isCancelled()
            #expect(after)
            _ = consume again
        }
    }
}
