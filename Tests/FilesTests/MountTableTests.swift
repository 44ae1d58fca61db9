// SPDX-License-Identifier: Apache-2.0

import Files
import Testing

@Suite struct MountTableTests {
    private let mounts = Files.Mounts(
        Array(
            #"""
            22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            30 22 254:1 / /srv/rushes rw - ext4 /dev/vdb rw
            31 22 254:2 / /srv/my\040films\134x rw - ext4 /dev/vdc rw
            no line at all
            33 22
            """#.utf8))

    @Test(
        arguments: [
            ("/srv/rushes/inbox", "/srv/rushes"), ("/srv/rushes", "/srv/rushes"),
            ("/srv/rushes-alice/inbox", "/"), (#"/srv/my films\x/inbox"#, #"/srv/my films\x"#),
            ("/home", "/"),
        ])
    func theLongestPlaceHoldsAPath(path: String, place: String) {
        #expect(mounts.point(of: Path(path)) == Path(place))
    }

    @Test func whatIsNoLineIsPassedOver() {
        #expect(mounts.points.count == 3)
        #expect(Files.Mounts([]).point(of: Path("/x")) == nil)
    }

    @Test func thisMachineHasARoot() throws {
        #expect(try Files.Mounts().point(of: Path("/")) == Path("/"))
    }
}
