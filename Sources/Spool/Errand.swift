// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Synchronization

/// Work on another thread, which keeps nobody waiting and whose end wakes whoever waits for it.
package final class Errand<Answer: Sendable>: Sendable {
    private let answer = Mutex<Answer?>(nil)
    private let isCancelled = Atomic(false)
    private let pipe: Pipe

    /// Begins to work.
    ///
    /// * `work`: Asks now and then whether its answer is still wanted.
    package init(
        _ work: @escaping @Sendable (_ isWanted: () -> Bool) -> Answer
    ) throws(SpoolError) {
        pipe = try spooling { () throws(FileError) in try Pipe() }
        try spooling { () throws(FileError) in
            try BackgroundThread.begin { [self] in run(work) }
        }
    }

    private func run(_ work: (() -> Bool) -> Answer) {
        let made = work { !isCancelled.load(ordering: .relaxed) }
        answer.withLock { $0 = made }
        // That the supervisor hears of the end is no call of the work that may fail.
        FaultPlan.$current.withValue(nil) {
            do throws(FileError) { try pipe.writing.write([1], Path("a pipe")) } catch {
                preconditionFailure("one byte always fits into an empty pipe: \(error)")
            }
        }
    }

    /// Becomes readable when the work has ended.
    package var descriptor: Int32 { pipe.reading.number }

    /// Tells the work that its answer is not wanted any more.
    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// What came of it, or nil while it goes on.
    package func result() -> Answer? { answer.withLock { $0 } }
}
