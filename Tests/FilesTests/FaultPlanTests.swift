// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import TestSupport
import Testing

@Suite struct FaultPlanTests {
    /// The error of replacing `file` under a plan, or nil.
    private func replace(_ file: Path, under plan: FaultPlan) -> FileError? {
        FaultPlan.$current.withValue(plan) {
            do throws(FileError) {
                try WholeFile.write([2], to: file)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func everyCallFailsInItsTurnUntilNoneIsLeft() throws {
        try withTemporaryDirectory { folder in
            let file = folder.appending("a")
            var operations: [String] = []
            for number in 1... {
                try WholeFile.write([1], to: file)
                let plan = FaultPlan(failing: number..<number + 1, errno: EIO)
                let error = replace(file, under: plan)
                guard plan.first != nil else {
                    #expect(error == nil)
                    break
                }
                #expect(error?.errno == EIO)
                operations.append(try #require(plan.first).operation)
                // The old content or the new, and no leftover that a next write trips over.
                #expect([[1], [2]].contains(try WholeFile.read(file, limit: 9)))
            }
            #expect(
                operations == [
                    "examine", "open", "write", "synchronise", "rename", "open", "synchronise",
                ])
        }
    }

    @Test func aCallMayDoItsWorkAndFail() throws {
        try withTemporaryDirectory { folder in
            let target = folder.appending("b")
            let plan = FaultPlan(failing: 1..<2, errno: EIO, .done)
            #expect(throws: FileError.self) {
                try FaultPlan.$current.withValue(plan) { try Directory.make(target) }
            }
            #expect(try FileStatus(of: target)?.kind == .directory)
        }
    }

    @Test func interruptedCallsAreMadeAgain() throws {
        try withTemporaryDirectory { folder in
            let plan = FaultPlan(failing: 1..<4, errno: EINTR)
            #expect(replace(folder.appending("a"), under: plan) == nil)
            #expect(plan.first != nil)
        }
    }

    @Test func othersAreLeftAlone() async throws {
        try await FaultPlan.$current.withValue(FaultPlan(failing: 1..<1000, errno: EIO)) {
            #expect(throws: FileError.self) { try FileStatus(of: Path("/")) }
            await Task.detached { #expect(throws: Never.self) { try FileStatus(of: Path("/")) } }
                .value
        }
    }
}
