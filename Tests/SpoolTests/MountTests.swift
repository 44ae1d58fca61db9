// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Spool
import TestSupport
import Testing

/// File systems that come and go over the inbox and in it.
@Suite(.enabled(if: Mounts.arePermitted, "needs the right to mount file systems"))
struct MountTests {
    static let whole = InboxTests.whole

    /// Another file system is mounted over the inbox, and taken away again, of which no event tells.
    @Test func aFileSystemOverTheInbox() throws {
        try DepartureTests.withRequests(["alice/x.json", "y.json"]) { bench in
            try Mounts.with("tmpfs", at: bench.folder.path) {
                #expect(try bench.arrivals(after: 1) == [])
                #expect(bench.isAway)
                #expect(bench.departures == [])
                #expect(bench.deadline == bench.after(3001))
                // Nothing could be moved from there into the spool.
                try bench.folder.write(Self.whole, "z.json")
                #expect(try bench.arrivals(after: 3001) == [])
                #expect(bench.isAway)
            }
            #expect(try bench.arrivals(after: 6001) == ["alice/x.json", "y.json"])
            #expect(!bench.isAway)
            #expect(bench.departures == [])
            try bench.folder.write(Self.whole, "alice/w.json")
            #expect(try bench.arrivals(after: 6002) == ["alice/w.json"])
        }
    }

    /// With `--claim leave` nothing is moved, and the inbox may be on any file system; that one may go
    /// and come back as another device.
    @Test func anInboxElsewhereThatStays() throws {
        try withTemporaryFolder { folder in
            let spool = try Spool(root: folder.path, claiming: .leave)
            let inbox = try Inbox(of: spool, pause: InboxTests.pause) { !$0.isEmpty }
            let bench = InboxTests.Bench(folder: Folder(folder.at("inbox")), inbox: inbox)
            try Mounts.with("tmpfs", at: bench.folder.path) {
                try bench.folder.write(Self.whole, "x.json")
                #expect(bench.search() == ["x.json"])
                #expect(!bench.isAway)
                try bench.folder.write(Self.whole, "y.json")
                #expect(try bench.arrivals(after: 1) == ["y.json"])
            }
            // An empty mount point is not an empty inbox.
            #expect(try bench.arrivals(after: 2) == [])
            #expect(bench.isAway)
            #expect(bench.departures == [])
            try Mounts.with("tmpfs", at: bench.folder.path) {
                try bench.folder.write(Self.whole, "x.json")
                #expect(try bench.arrivals(after: 3002) == ["x.json"])
                #expect(!bench.isAway)
                #expect(bench.departures == ["y.json"])
            }
            _ = consume spool
        }
    }

    /// The whole root is a mount that goes and comes back, as when a disk is plugged in again.
    @Test func aRootThatIsUnmounted() throws {
        try withTemporaryFolder { folder in
            try Mounts.mount("tmpfs", at: folder.path)
            let spool = try Spool(root: folder.path)
            let inbox = try Inbox(of: spool, pause: InboxTests.pause) { !$0.isEmpty }
            let bench = InboxTests.Bench(folder: Folder(folder.at("inbox")), inbox: inbox)
            try bench.folder.write(Self.whole, "x.json")
            #expect(bench.search() == ["x.json"])
            try Mounts.unmount(folder.path)
            #expect(try bench.arrivals(after: 1) == [])
            #expect(bench.isAway)
            #expect(bench.departures == [])
            try Mounts.with("tmpfs", at: folder.path) {
                #expect(try bench.arrivals(after: 3001) == [])
                try folder.make("spool")
                try folder.write(Self.whole, "inbox/x.json")
                #expect(try bench.arrivals(after: 6001) == ["x.json"])
                #expect(!bench.isAway)
                try folder.write(Self.whole, "inbox/a/y.json")
                #expect(try bench.arrivals(after: 6002) == ["a/y.json"])
            }
            _ = consume spool
        }
    }

    /// A mount of a local kind inside the inbox is watched like the rest, once a search has met it.
    @Test func mountsInTheInbox() throws {
        try InboxTests.withInbox(searched: false) { folder in
            try folder.make("one")
            try folder.make("two")
        } _: { bench in
            try Mounts.with("tmpfs", at: bench.folder.at("one")) {
                try Mounts.with("tmpfs", at: bench.folder.at("two")) {
                    try bench.folder.write(Self.whole, "one/deep/x.json")
                    try bench.folder.write(Self.whole, "two/x.json")
                    #expect(bench.search() == ["one/deep/x.json", "two/x.json"])
                    #expect(bench.pollingReasons == [])
                    try bench.folder.write(Self.whole, "one/deep/y.json")
                    try bench.folder.write(Self.whole, "two/y.json")
                    #expect(try bench.arrivals() == ["one/deep/y.json", "two/y.json"])
                    #expect(bench.departures == [])
                }
                #expect(try bench.arrivals(after: 1) == [])
                #expect(bench.search(after: 2) == ["one/deep/x.json", "one/deep/y.json"])
                #expect(bench.departures == ["two/x.json", "two/y.json"])
            }
        }
    }

    /// What changes in a lower layer raises no event in the overlay: that folder alone is searched
    /// by the clock.
    @Test func anOverlayInTheInboxIsPolled() throws {
        try InboxTests.withInbox(searched: false) { folder in
            for name in ["over", "plain"] { try folder.make(name) }
        } _: { bench in
            try Mounts.with("tmpfs", at: try bench.root.make("layers").path) {
                for name in ["lower", "upper", "work"] { try bench.root.make("layers/\(name)") }
                let layers = bench.root.at("layers")
                try Mounts.with(
                    "overlay", at: bench.folder.at("over"),
                    options: "lowerdir=\(layers)/lower,upperdir=\(layers)/upper,"
                        + "workdir=\(layers)/work"
                ) {
                    #expect(bench.search() == [])
                    #expect(bench.pollingReasons.count == 1)
                    #expect(bench.pollingReasons.first?.hasPrefix("'over' is on overlayfs") == true)
                    #expect(bench.deadline == bench.after(5000))
                    try bench.root.write(Self.whole, "layers/lower/x.json")
                    try bench.folder.write(Self.whole, "plain/y.json")
                    #expect(try bench.arrivals(after: 1) == ["plain/y.json"])
                    #expect(try bench.arrivals(after: 5000) == ["over/x.json"])
                }
            }
            // Asked anew when another file system stands there.
            #expect(bench.search(after: 6000) == ["plain/y.json"])
            #expect(bench.departures == ["over/x.json"])
            #expect(bench.pollingReasons == [])
            #expect(bench.deadline == nil)
        }
    }

    @Test func anInboxThatCannotBeWrittenToIsPolled() throws {
        try withTemporaryFolder { folder in
            let spool = try Spool(root: folder.path)
            let inbox = try Inbox(of: spool, pause: InboxTests.pause) { !$0.isEmpty }
            let bench = InboxTests.Bench(folder: Folder(folder.at("inbox")), inbox: inbox)
            try bench.folder.write(Self.whole, "x.json")
            // Immutable is not enough for root; a bind mount that is read-only is.
            try Mounts.bindReadOnly(bench.folder.path)
            defer { try? Mounts.unmount(bench.folder.path) }
            #expect(bench.search() == ["x.json"])
            #expect(bench.pollingReasons.count == 1)
            #expect(bench.pollingReasons.first?.contains("cannot be tried") == true)
            #expect(bench.deadline == bench.after(5000))
            _ = consume spool
        }
    }
}
