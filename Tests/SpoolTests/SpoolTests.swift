// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import Synchronization
import TestSupport
import Testing

/// Opening the queue and accepting requests.
@Suite struct SpoolTests {
    @Test func makesItsFolders() throws {
        try withTemporaryFolder { folder in
            _ = try Spool(root: folder.at("new/root"))
            #expect(
                Folder(folder.at("new/root")).tree
                    == [
                        "inbox/", "outbox/", "spool/", "spool/jobs/", "spool/ledger", "spool/lock",
                        "spool/notices/", "spool/orders/", "spool/progress/",
                    ])
        }
    }

    @Test func isServedOnce() throws {
        try withTemporaryFolder { folder in
            let spool = try Spool(root: folder.path)
            #expect(throws: SpoolError.alreadyServed(root: folder.path, process: getpid())) {
                _ = try Spool(root: folder.path)
            }
            _ = consume spool
            _ = try Spool(root: folder.path)
        }
    }

    @Test(arguments: ["inbox", "outbox", "spool", "spool/jobs"])
    func aFileInTheWayIsAnError(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("kept", name)
            do {
                _ = try Spool(root: folder.path)
                Issue.record("the queue was opened")
            } catch let error as SpoolError {
                guard case .file(let file) = error else { throw error }
                #expect([EEXIST, ENOTDIR].contains(file.errno))
            }
            #expect(folder.text(name) == "kept")
        }
    }

    /// `rushes status` asks who has the lock in the very moment of a start.
    @Test func aLookAtTheLockKeepsNobodyFromStarting() throws {
        try withService { service in
            let path = Path(service.root.at("spool/lock"))
            let probe = Probe(try FileLock(probing: path))
            try BackgroundThread.begin {
                usleep(200_000)
                probe.end()
            }
            _ = try Spool(root: service.root.path)
        }
    }

    /// A lock that another thread gives up.
    private final class Probe: Sendable {
        private let lock: Mutex<FileLock?>

        init(_ lock: consuming FileLock) { self.lock = Mutex(.some(lock)) }

        func end() { lock.withLock { $0 = nil } }
    }

    /// A service that is started again on a full disk waits for room; it is not to blame.
    @Test(arguments: [ENOSPC, EDQUOT]) func aFullDiskKeepsNobodyFromStarting(reason: Int32) throws {
        var refused: Set<String> = []
        for number in 1..<60 {
            try withService { service in
                let plan = FaultPlan(failing: number..<number + 1, errno: reason)
                do {
                    try FaultPlan.$current.withValue(plan) {
                        _ = try Spool(root: service.root.path)
                    }
                } catch {
                    // Only calls that need no room, and those that find what is there already.
                    let path = plan.first?.path ?? ""
                    #expect(!path.hasSuffix("probe"), "\(error)")
                    #expect(plan.first?.operation != "write", "\(error)")
                }
                guard let first = plan.first else { return }
                refused.insert("\(first.operation) \(Path(bytes: Path(first.path).name))")
                // What it left is no trouble for the next one.
                try service.run()
                #expect(service.tree == [])
            }
        }
        let room = ["make the directory .probe", "write lock"]
        #expect(refused.isSuperset(of: room), "\(refused)")
    }

    @Test func aProbeLeftByACrashIsTakenAway() throws {
        try withService { service in
            try service.root.make("spool/.probe")
            try service.root.make("inbox/.rushes-probe")
            try service.root.make("outbox/.rushes-probe")
            try service.run()
            #expect(service.tree == [])
        }
    }

    @Test(arguments: ["x.json", "alice/x.json", "a b/ż\n%/🎈.JSON"])
    func aClaimMovesTheRequest(name: String) throws {
        try withService { service in
            try service.root.write("{the request}", "inbox/\(name)")
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path(name))))
            #expect(service.root.text("inbox/\(name)") == nil)
            #expect(service.root.text("spool/jobs/\(id)/request.json") == "{the request}")
            let claim = try spool.open(id)
            #expect(claim.id == id)
            #expect(claim.request == Path(name).description)
            #expect(claim.folder == service.root.at("spool/jobs/\(id)"))
            let (outcome, attempts) = (try claim.outcome(), try claim.attempts())
            #expect(outcome == nil)
            #expect([attempts.starts, attempts.crashes] == [0, 0])
        }
    }

    @Test func theSecondClaimOfAnArrivalIsNil() throws {
        try withService { service in
            try service.root.write("{}", "inbox/x.json")
            var spool = try Spool(root: service.root.path)
            let arrival = Arrival(Path("x.json"))
            let first = try spool.claim(arrival)
            let before = service.tree
            let second = try spool.claim(arrival)
            #expect(first != nil)
            #expect(second == nil)
            #expect(service.tree == before)
        }
    }

    @Test(arguments: ["gone.json", "gone/x.json", "file/x.json"])
    func whatIsGoneIsNotClaimed(name: String) throws {
        try withService { service in
            try service.root.write("", "inbox/file")
            var spool = try Spool(root: service.root.path)
            let id = try spool.claim(Arrival(Path(name)))
            #expect(id == nil)
            #expect(service.tree == ["inbox/file"])
        }
    }

    @Test func jobsAreInTheOrderOfTheirClaims() throws {
        try withService { service in
            var spool = try Spool(root: service.root.path)
            var ids: [String] = []
            for index in 0..<50 {
                try service.root.write("{}", "inbox/\(50 - index).json")
                let id = try spool.claim(Arrival(Path("\(50 - index).json")))
                ids.append(try #require(id))
            }
            let recovery = try spool.recover()
            #expect(recovery.jobs == ids)
            #expect(recovery.troubles == [])
        }
    }

    /// The work is done on what was dropped, even when that is no file at all.
    @Test(arguments: [
        ("folder", UnreadableRequest.folder), ("link", .link), ("fifo", .notAFile),
        ("huge", .tooLarge),
    ])
    func whatIsNoRequestIsClaimedAndSaysSo(kind: String, expected: UnreadableRequest) throws {
        try withService { service in
            let inbox = Folder(service.root.at("inbox"))
            try service.root.write("{secret}", "secret")
            switch kind {
            case "folder": try inbox.write("{}", "x.json/inside.json")
            case "link": try inbox.link("x.json", to: "../secret")
            case "fifo": try inbox.pipe("x.json")
            default: try inbox.write(String(repeating: "x", count: 256 * 1024 + 1), "x.json")
            }
            var spool = try Spool(root: service.root.path)
            let id = try #require(try spool.claim(Arrival(Path("x.json"))))
            let workplace = try Workplace(folder: service.root.at("spool/jobs/\(id)"))
            let request = try workplace.read()
            #expect(request == .failure(expected))
            #expect(!expected.description.isEmpty && !expected.hint.isEmpty)
            try workplace.conclude(.failed)
            let claim = try spool.open(id)
            let name = try spool.publish(claim, .failed)
            #expect(name == "x.failed")
            // Only a file is handed out; what is in a folder stays where it is.
            let isOut = service.tree.contains { $0.hasPrefix("outbox/x.failed/request.json") }
            #expect(isOut == (kind == "huge"))
            let isLeft = service.tree.contains { $0.hasPrefix("inbox/x.json") }
            #expect(isLeft == (kind == "folder"))
            #expect(service.root.text("secret") == "{secret}")
        }
    }
}
