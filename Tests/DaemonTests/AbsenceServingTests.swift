// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The service whose inbox goes away, and the one that trusts no event.
@Suite("Serving an inbox that goes away")
struct AbsenceServingTests {
    @Test func `an inbox that is moved away and back is taken up again`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            #expect(root.waits { root.has("inbox") && root.has("spool/lock") })
            try root.drop("a.json", smallRequest())
            #expect(root.waits { root.has("outbox/a/result.json") })
            let folder = Folder(root.path)
            try folder.move("inbox", to: "elsewhere")
            try folder.write(smallRequest(), "elsewhere/b.json")
            #expect(root.waits { root.has("outbox/AWAY.waiting.txt") })
            #expect(try root.text("outbox/AWAY.waiting.txt").contains("inbox"))
            #expect(!root.has("outbox/b"))
            try folder.move("elsewhere", to: "inbox")
            #expect(root.waits { root.has("outbox/b/result.json") })
            try root.drop("deep/c.json", smallRequest())
            #expect(root.waits { root.has("outbox/deep/c/result.json") })
            service.signal(SIGTERM)
            let end = service.end()
            #expect(end.status == 0)
            #expect(end.complaints.contains("the inbox is away"))
            #expect(end.complaints.contains("is there again"))
            #expect(root.names(in: "outbox") == ["a", "b", "deep"])
        }
    }

    @Test func `an inbox that is removed and made anew is taken up again`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            #expect(root.waits { root.has("spool/lock") && root.has("inbox") })
            try root.drop("a.json", smallRequest())
            #expect(root.waits { root.has("outbox/a/result.json") })
            rmdir("\(root.path)/inbox")
            #expect(!root.has("inbox"))
            try root.drop("b.json", smallRequest())
            #expect(root.waits { root.has("outbox/b/result.json") })
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func `an inbox on another file system is served when requests may stay`() throws {
        try withRoot { root in
            try withTemporaryDirectory(inMemory: true) { elsewhere in
                symlink(elsewhere, "\(root.path)/inbox")
                let folder = Folder(elsewhere)
                try folder.write("", "placeholder")
                try folder.write(smallRequest(), "alice/a.json")
                let end = try Program.serve(root, "--once", "--claim", "leave").end()
                #expect(end.status == 0, "\(end.complaints)")
                #expect(root.has("outbox/alice/a/result.json"))
                #expect(folder.tree == ["alice/", "alice/a.json", "placeholder"])
            }
        }
    }

    /// A user namespace has limits of its own, so that nobody else is disturbed.
    static let canLimitWatches: Bool = {
        let words = ["unshare", "-Ur", "sh", "-c", limit]
        return (try? Program(running: "/usr/bin/unshare", words).end())?.status == 0
    }()
    private static let limit = "echo 0 >/proc/sys/user/max_inotify_instances"

    @Test(.enabled(if: canLimitWatches, "needs user namespaces"))
    func `where nothing can be watched it starts, serves and obeys`() throws {
        try withRoot { root in
            let serve = "exec \"$0\" serve --root \"$1\" --models \"$2\""
            let words = ["unshare", "-Ur", "sh", "-c", "\(Self.limit) && \(serve)"]
            let service = try Program(
                running: "/usr/bin/unshare", words + [Program.path, root.path, Root.models])
            #expect(root.waits { root.has("spool/status.json") })
            try root.drop("a.json", smallRequest())
            #expect(root.waits { root.has("outbox/a/result.json") })
            // Cancelled while it waits for its picture.
            try root.drop("b.json", pictureRequest("never.png"))
            #expect(root.waits { root.has("outbox/b.waiting.txt") })
            #expect(try Program(["cancel", "--root", root.path, "b.json"]).end().status == 0)
            #expect(root.waits { root.has("outbox/b.failed/error.txt") })
            service.signal(SIGTERM)
            let end = service.end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(end.complaints.contains("'rushes cancel' ask for is read every 5 seconds"))
            #expect(try root.text("outbox/b.failed/error.txt").contains("cancelled"))
        }
    }

    @Test func `with --poll everything is found by the clock`() throws {
        try withRoot { root in
            let service = try Program.serve(root, "--poll")
            #expect(root.waits { root.has("spool/lock") && root.has("inbox") })
            try root.drop("alice/a.json", smallRequest())
            #expect(root.waits { root.has("outbox/alice/a/result.json") })
            service.signal(SIGTERM)
            let end = service.end()
            #expect(end.status == 0)
            #expect(end.complaints.contains("as --poll asks"))
        }
    }
}
