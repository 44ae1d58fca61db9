// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Synchronization

/// A request's files being copied on another thread, so that gigabytes keep nobody waiting.
package final class Collection: Sendable {
    /// What is being accepted.
    package let staging: Staging

    private let state = Mutex<Result<Collected, SpoolError>?>(nil)
    private let isCancelled = Atomic(false)
    private let pipe: Pipe

    /// Begins to copy.
    package init(_ staging: Staging, lastTry: Bool) throws(SpoolError) {
        self.staging = staging
        pipe = try spooling { () throws(FileError) in try Pipe() }
        try spooling { () throws(FileError) in
            try BackgroundThread.begin { [self] in work(lastTry) }
        }
    }

    private func work(_ lastTry: Bool) {
        let result = collect(staging, lastTry)
        state.withLock { $0 = result }
        // That the supervisor hears of the end is no call of the copying that may fail.
        FaultPlan.$current.withValue(nil) {
            do throws(FileError) { try pipe.writing.write([1], Path("a pipe")) } catch {
                preconditionFailure("one byte always fits into an empty pipe: \(error)")
            }
        }
    }

    private func collect(_ staging: Staging, _ lastTry: Bool) -> Result<Collected, SpoolError> {
        do throws(SpoolError) {
            return .success(
                try staging.collect(lastTry: lastTry) { !isCancelled.load(ordering: .relaxed) })
        } catch {
            return .failure(error)
        }
    }

    /// The request whose files they are.
    package var arrival: Arrival { staging.arrival }

    /// Becomes readable when the copying has ended.
    package var descriptor: Int32 { pipe.reading.number }

    /// Gives the copying up soon; it ends with `SpoolError.notNow` then.
    package func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// What came of it, or nil while it goes on.
    package func result() -> Result<Collected, SpoolError>? { state.withLock { $0 } }
}
