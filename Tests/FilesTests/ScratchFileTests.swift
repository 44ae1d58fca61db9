// SPDX-License-Identifier: Apache-2.0

import Files
import TestSupport
import Testing

@Suite struct ScratchFileTests {
    @Test func `what was written comes back, in any order`() throws {
        try withTemporaryDirectory { directory in
            let file = try ScratchFile(in: Path(directory))
            let far = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try file.write(far, at: 5_000_000_000)
            try file.write([1, 2, 3], at: 0)
            #expect(try file.read(3, at: 0) == [1, 2, 3])
            #expect(try file.read(far.count, at: 5_000_000_000) == far)
        }
    }

    @Test func `it has no name, so that nothing is left behind`() throws {
        try withTemporaryDirectory { directory in
            let file = try ScratchFile(in: Path(directory))
            try file.write([1], at: 0)
            #expect(Folder(directory).tree.isEmpty)
        }
    }

    @Test func `a folder that is not there`() throws {
        let error = #expect(throws: FileError.self) {
            _ = try ScratchFile(in: Path("/nowhere/at all"))
        }
        #expect(error?.operation == "make a scratch file in")
    }
}
