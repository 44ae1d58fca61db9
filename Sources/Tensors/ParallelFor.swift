// SPDX-License-Identifier: Apache-2.0

import Dispatch

/// Splits `0..<count` into one contiguous range per processor and runs them side by side.
///
/// This is the only place where the engine forks: OpenBLAS is told to stay on the thread that calls
/// it (see `MatrixProduct`), because two pools that both want all the processors slow each other.
///
/// * `count`: How many items there are.
/// * `grain`: The least number of items that is worth a thread.
/// * `body`: Works on one range; ranges never overlap.
package func parallelFor(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
    let parts = min(processorCount, max(1, count / max(1, grain)))
    if parts <= 1 { return body(0..<count) }
    concurrentPerform(parts) { part in
        body(count * part / parts..<count * (part + 1) / parts)
    }
}

/// Runs `body` once for each item, each idle processor taking the next: for items of uneven cost.
package func parallelForEach(_ count: Int, _ body: (Int) -> Void) {
    if processorCount == 1 || count <= 1 { return (0..<count).forEach(body) }
    concurrentPerform(count, body)
}

/// Calls Dispatch, vouching for a closure that is not `@Sendable`.
///
/// Kernels write to disjoint ranges of one buffer, which the compiler cannot see; this is the one
/// place where we say so.
private func concurrentPerform(_ iterations: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: iterations) { unsafe body($0) }
    }
}
