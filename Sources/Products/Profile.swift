// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Where the processors' time goes, part by part; off unless somebody asks.
package enum Profile {
    /// What the engine spends its time on.
    package enum Part: Int, CaseIterable, Sendable {
        /// Linear layers.
        case linear
        /// Queries by keys.
        case logits
        /// Softmax and the rounding of its weights.
        case softmax
        /// Weights by values.
        case values

        /// What the table calls it.
        package var name: String {
            switch self {
            case .linear: "linear products"
            case .logits: "queries · keys"
            case .softmax: "softmax"
            case .values: "weights · values"
            }
        }
    }

    /// Seconds of all processors together, and floating-point operations.
    package struct Figures: Sendable {
        package let seconds: Double
        package let operations: Double
    }

    private struct Counts {
        var nanoseconds = [Int64](repeating: 0, count: Part.allCases.count)
        var operations = [Int64](repeating: 0, count: Part.allCases.count)
    }
    private static let isOn = Atomic(false)
    private static let counts = Mutex(Counts())

    /// Counts from now on, from zero.
    package static func start() {
        counts.withLock { $0 = Counts() }
        isOn.store(true, ordering: .sequentiallyConsistent)
    }

    /// Stops counting; what was counted, by part.
    package static func stop() -> [Part: Figures] {
        isOn.store(false, ordering: .sequentiallyConsistent)
        return counts.withLock { counts in
            Dictionary(
                uniqueKeysWithValues: Part.allCases.map { part in
                    let figures = Figures(
                        seconds: Double(counts.nanoseconds[part.rawValue]) / 1e9,
                        operations: Double(counts.operations[part.rawValue]))
                    return (part, figures)
                })
        }
    }

    /// Does a piece of work, and counts it where somebody asked.
    static func measure(_ part: Part, operations: Int = 0, _ work: () -> Void) {
        guard isOn.load(ordering: .relaxed) else { return work() }
        let start = ContinuousClock.now
        work()
        let duration = (ContinuousClock.now - start) / .nanoseconds(1)
        counts.withLock { counts in
            counts.nanoseconds[part.rawValue] += Int64(duration)
            counts.operations[part.rawValue] += Int64(operations)
        }
    }
}
