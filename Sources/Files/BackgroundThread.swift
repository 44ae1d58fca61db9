// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Work on a thread of its own, which ends with it.
///
/// Not a task: the first one starts a pool of threads with a timer that wakes the process every second
/// for as long as it lives.
package enum BackgroundThread {
    /// Begins to work, under the ``FaultPlan`` that holds here; calls `pthread_create`.
    package static func begin(_ work: @escaping @Sendable () -> Void) throws(FileError) {
        let plan = FaultPlan.current
        let errand = unsafe Unmanaged.passRetained(
            Errand { FaultPlan.$current.withValue(plan) { work() } })
        var thread = pthread_t()
        do throws(FileError) {
            try retrying("start", Path("a thread")) { () -> Int in
                let reason = unsafe pthread_create(
                    &thread, nil,
                    { argument in
                        if let argument = unsafe argument {
                            unsafe Unmanaged<Errand>.fromOpaque(argument).takeRetainedValue().work()
                        }
                        return nil
                    }, errand.toOpaque())
                // Not 0: a thread that runs is nothing that a plan may call a failure.
                guard reason != 0 else { return 1 }
                errno = reason
                return -1
            }
        } catch {
            unsafe errand.release()
            throw error
        }
        pthread_detach(thread)
    }

    private final class Errand: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
}
