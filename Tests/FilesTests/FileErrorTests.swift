// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

/// What a person reads when the system refuses.
@Suite struct FileErrorTests {
    @Test func oneSentence() {
        let error = FileError(operation: "open", path: "a/b", errno: ENOENT)
        #expect(error.description == "cannot open 'a/b': No such file or directory")
    }

    @Test func anUnknownReasonIsStillASentence() {
        let error = FileError(operation: "open", path: "a", errno: 9999)
        #expect(error.description.hasPrefix("cannot open 'a': "))
        #expect(error.reason.contains("9999"))
    }
}

/// The reason why a file operation fails, or nil when it does not.
func reason(_ work: () throws -> Void) throws -> Int32? {
    do {
        try work()
        return nil
    } catch let error as FileError {
        return error.errno
    }
}
