// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Service
import Testing

/// The child's side, and the signals of a service.
///
/// Each test is a process of its own.
@Suite struct LifelineTests {
    @Test(arguments: [1 as Int32, 4_194_305])
    func aDeadParentIsNoticed(id: Int32) async {
        await #expect(processExitsWith: .success) { [id] in
            #expect(Lifeline(toParent: id) == nil)
        }
    }

    @Test func reportsAreLinesOnTheDescriptorOfTheParent() async {
        await #expect(processExitsWith: .success) {
            let lifeline = try #require(Lifeline(toParent: getppid()))
            let pipe = try Pipe()
            // The descriptor is in use in a test: it is lent for the two reports.
            let saved = try lend(pipe.writing.number)
            lifeline.report("denoise 1/20")
            lifeline.report("żółw")
            giveBack(saved)
            let bytes = try pipe.reading.read(upTo: 100, Path("a pipe"))
            #expect(String(decoding: bytes, as: UTF8.self) == "denoise 1/20\nżółw\n")
        }
    }

    @Test func aParentThatDoesNotListenIsNoReasonToStop() async {
        await #expect(processExitsWith: .success) {
            let lifeline = try #require(Lifeline(toParent: getppid()))
            var ends: [Int32] = [-1, -1]
            try #require(pipe(&ends) == 0)
            let saved = try lend(ends[1])
            close(ends[0])
            lifeline.report("nobody reads this")
            close(ChildProcess.reportDescriptor)
            lifeline.report("nor this")
            giveBack(saved)
        }
    }

    @Test(arguments: ["a\nb", "a\r", "\u{2028}"])
    func aReportOfTwoLinesIsABug(line: String) async {
        await #expect(processExitsWith: .failure) { [line] in
            Lifeline(toParent: getppid())?.report(line)
        }
    }

    @Test(arguments: ["alone", "together"])
    func signalsWaitToBeAskedFor(how: String) async {
        await #expect(processExitsWith: .success) { [how] in
            let signals = try Signals()
            let none = try signals.next()
            #expect(none == nil)
            var found: [Signals.Request] = []
            for signal in [SIGHUP, SIGINT, SIGTERM] {
                raise(signal)
                let descriptor = signals.descriptor
                #expect(try wait(for: [descriptor], until: nil) == [descriptor])
                while how == "alone", let request = try signals.next() { found.append(request) }
            }
            while let request = try signals.next() { found.append(request) }
            #expect(found == [.reload, .stop, .stop])
        }
    }

    @Test func nothingToWaitForAndADeadlineInThePast() throws {
        let past = SuspendingClock.now.advanced(by: .seconds(-60))
        #expect(try wait(for: [], until: past) == [])
    }
}

/// Puts a descriptor in the place where reports go; answers what to give back.
func lend(_ number: Int32) throws -> Int32 {
    let saved = dup(ChildProcess.reportDescriptor)
    try #require(dup2(number, ChildProcess.reportDescriptor) == ChildProcess.reportDescriptor)
    return saved
}

/// Puts back what was there before, if anything was.
func giveBack(_ saved: Int32) {
    guard saved >= 0 else { return }
    dup2(saved, ChildProcess.reportDescriptor)
    close(saved)
}
