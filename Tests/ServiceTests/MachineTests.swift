// SPDX-License-Identifier: Apache-2.0

import Service
import TestSupport
import Testing

/// Facts for people, and the programs that know more.
@Suite struct MachineTests {
    @Test func usersAndGroupsHaveNames() {
        #expect(Machine.user(0) == "root")
        #expect(Machine.group(0) == "root")
        #expect(Machine.isMember("root", of: 0))
        #expect(Machine.user(4_000_000_000) == nil)
        #expect(Machine.group(4_000_000_000) == nil)
        #expect(!Machine.isMember("root", of: 4_000_000_000))
        #expect(!Machine.isMember("no such user", of: 0))
    }

    @Test func theKernelSaysItsLimits() {
        #expect(Machine.inotifyLimit("max_user_watches").map { $0 > 0 } == true)
        #expect(Machine.inotifyLimit("no_such_limit") == nil)
        #expect(Machine.processors > 0)
    }

    @Test func linesOfAnotherProgramAreWhatItWritesToItsOutput() {
        let words = ["-c", "echo one; echo two words; echo three >&2"]
        #expect(OtherProgram.lines(of: "/bin/sh", words: words) == ["one", "two words"])
        #expect(OtherProgram.lines(of: "echo", words: ["$0; `id`", "a  b"]) == ["$0; `id` a  b"])
        #expect(OtherProgram.lines(of: "true", words: []) == [])
    }

    @Test(arguments: [["/bin/sh", "-c", "echo x; exit 3"], ["/no/such/program"], ["kill -9 $$"]])
    func oneThatFailsSaysNothing(command: [String]) {
        let words = Array(command.dropFirst())
        #expect(OtherProgram.lines(of: command[0], words: words) == nil)
    }

    @Test func aProgramThatIsNotThereIsNotBecome() {
        #expect(throws: ServiceError.self) {
            try OtherProgram.become("/no/such/program", words: [])
        }
    }
}
