// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

/// What the system says about a name.
@Suite struct FileStatusTests {
    @Test func tellsKindsApartWithoutFollowingLinks() throws {
        try withTemporaryFolder { folder in
            try folder.write("four", "file")
            try folder.make("folder")
            try folder.link("link", to: "file")
            try folder.pipe("fifo")
            for (name, kind) in [
                ("file", FileStatus.Kind.file), ("folder", .directory), ("link", .link),
                ("fifo", .pipe),
            ] { #expect(try FileStatus(of: Path(folder.at(name)))?.kind == kind) }
            #expect(try FileStatus(of: Path(folder.at("file")))?.bytes == 4)
            #expect(try FileStatus(of: Path("/dev/null"))?.kind == .device)
        }
    }

    @Test(arguments: ["nothing", "file/below", "no/way"])
    func nothingHasNoStatus(name: String) throws {
        try withTemporaryFolder { folder in
            try folder.write("", "file")
            #expect(try FileStatus(of: Path(folder.at(name))) == nil)
        }
    }

    @Test func aNameThatCannotBeAskedForIsAnError() throws {
        let name = String(repeating: "x", count: 256)
        #expect(try reason { _ = try FileStatus(of: Path("/tmp/\(name)")) } == ENAMETOOLONG)
    }

    /// A sync tool sets the sender's time of change; the other one betrays it.
    @Test func aSetTimeOfChangeDoesNotHideAChange() throws {
        try withTemporaryFolder { folder in
            try folder.write("four", "file")
            let path = Path(folder.at("file"))
            let before = try #require(try FileStatus(of: path))
            var times = [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]
            #expect(utimes(folder.at("file"), &times) == 0)
            let after = try #require(try FileStatus(of: path))
            #expect(after.modified == 1_000_000_000)
            #expect(after != before)
            #expect(after.inode == before.inode)
        }
    }
}
