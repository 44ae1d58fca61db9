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
