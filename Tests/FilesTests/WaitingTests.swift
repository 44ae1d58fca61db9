// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Testing

/// Descriptors to wait for.
@Suite struct WaitingTests {
    @Test func onlyWhatHasSomethingIsReady() throws {
        let full = try Pipe()
        let empty = try Pipe()
        try full.writing.write([1], Path("a pipe"))
        let (a, b) = (full.reading.number, empty.reading.number)
        #expect(try Waiting.ready([a, b], within: nil) == [a])
        #expect(try Waiting.ready([b], within: .zero) == [])
        #expect(try Waiting.ready([], within: .zero) == [])
        #expect(try Waiting.ready([b], within: .seconds(-5)) == [])
    }

    @Test func aClosedPipeIsReadyAndEmpty() throws {
        let pipe = try Pipe()
        let reading = pipe.takeReading()
        let number = reading.number
        #expect(try Waiting.ready([number], within: nil) == [number])
        let bytes = try reading.read(upTo: 9, Path("a pipe"))
        #expect(bytes == [])
    }

    @Test func anEmptyPipeNeverMakesItsReaderWait() throws {
        let pipe = try Pipe()
        let found = try reason(reading: pipe)
        #expect(found == EAGAIN)
    }

    private func reason(reading pipe: borrowing Pipe) throws -> Int32? {
        do throws(FileError) {
            _ = try pipe.reading.read(upTo: 1, Path("a pipe"))
            return nil
        } catch {
            return error.errno
        }
    }

    @Test func noProcessHasNoEnd() throws {
        // Beyond the largest process id that Linux gives.
        #expect(throws: FileError(operation: "watch", path: "process 4194305", errno: ESRCH)) {
            _ = try Waiting.end(ofProcess: 4_194_305)
        }
    }

    @Test func codeThatWasGivenBackReturnsWhenItIsUsed() {
        #expect(Waiting.releaseMemory() > 0)
        #expect(Waiting.releaseMemory() > 0)
        #expect(Waiting.processorTime(ofProcess: getpid()) != nil)
    }
}
