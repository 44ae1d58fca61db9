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
            let file = Path(folder).appending("a")
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
                    "examine", "create", "write", "synchronise", "rename", "open", "synchronise",
                ])
        }
    }

    @Test func aCallMayDoItsWorkAndFail() throws {
        try withTemporaryDirectory { folder in
            let target = Path(folder).appending("b")
            let plan = FaultPlan(failing: 1..<2, errno: EIO, .done)
            #expect(throws: FileError.self) {
                try FaultPlan.$current.withValue(plan) { try Directory.make(target) }
            }
            let status = try FileStatus(of: target)
            #expect(status?.kind == .directory)
        }
    }

    @Test func interruptedCallsAreMadeAgain() throws {
        try withTemporaryDirectory { folder in
            let plan = FaultPlan(failing: 1..<4, errno: EINTR)
            #expect(replace(Path(folder).appending("a"), under: plan) == nil)
            #expect(plan.first != nil)
        }
    }

    @Test func othersAreLeftAlone() async {
        await FaultPlan.$current.withValue(FaultPlan(failing: 1..<1000, errno: EIO)) {
            #expect(throws: FileError.self) { _ = try FileStatus(of: Path("/")) }
            await Task.detached {
                #expect(throws: Never.self) { _ = try FileStatus(of: Path("/")) }
            }
            .value
        }
    }
}
