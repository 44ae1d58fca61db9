// SPDX-License-Identifier: Apache-2.0

import Files
import Glibc
import Synchronization
import TestSupport
import Testing

/// Work on a thread of its own.
@Suite struct BackgroundThreadTests {
    /// What the work found.
    private final class Found: Sendable {
        let value = Mutex<(thread: pthread_t, calls: Int?)?>(nil)

        /// Waits for it, a few seconds at most.
        var result: (thread: pthread_t, calls: Int?)? {
            for _ in 0..<5000 {
                if let value = value.withLock({ $0 }) { return value }
                usleep(1000)
            }
            return nil
        }
    }

    @Test func theWorkIsDoneElsewhereUnderTheSamePlan() throws {
        let found = Found()
        let plan = FaultPlan(failing: 1000..<1001, errno: EIO)
        try FaultPlan.$current.withValue(plan) {
            try BackgroundThread.begin {
                found.value.withLock { $0 = (pthread_self(), FaultPlan.current?.count) }
            }
        }
        let result = try #require(found.result)
        #expect(result.thread != pthread_self())
        // The beginning itself is a call that may fail.
        #expect(result.calls == 1)
    }

    @Test(arguments: [FaultPlan.Kind.undone, .done]) func aRefusalIsSaid(kind: FaultPlan.Kind) {
        let plan = FaultPlan(failing: 1..<2, errno: EAGAIN, kind)
        let found = Found()
        do {
            try FaultPlan.$current.withValue(plan) {
                try BackgroundThread.begin {
                    found.value.withLock { $0 = (pthread_self(), nil) }
                }
            }
            // A thread that runs cannot be taken back.
            #expect(kind == .done && found.result != nil)
        } catch {
            #expect(kind == .undone && (error as? FileError)?.errno == EAGAIN)
        }
    }
}
