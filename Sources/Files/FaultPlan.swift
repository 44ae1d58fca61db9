// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Synchronization

/// Which of a task's calls on files fail, and how: for tests that fail every call in turn.
///
/// A plan holds for the task, or for the thread outside of any, that runs inside
/// `FaultPlan.$current.withValue`. Without one, a call costs the look at an empty variable.
package final class FaultPlan: Sendable {
    /// The plan of this task; nil, as in every real run, when nothing is to fail.
    @TaskLocal package static var current: FaultPlan?

    /// What a failing call does.
    package enum Kind: Sendable {
        /// Nothing: it only reports the error.
        case undone
        /// Its work, and then it reports the error, as when a server's answer is lost.
        ///
        /// Only calls that answer nothing but success fail so: a descriptor would be lost.
        case done
    }

    /// One call that failed by this plan.
    package struct Failure: Equatable, Sendable, CustomStringConvertible {
        /// The verb, as in ``FileError``.
        package let operation: String
        package let path: String
        package var description: String { "\(operation) '\(path)'" }
    }

    private struct State {
        var count = 0
        var first: Failure?
    }

    /// The numbers of the calls that fail, from 1.
    package let failing: Range<Int>
    private let reason: Int32
    private let kind: Kind
    private let state = Mutex(State())

    /// Fails the calls whose numbers, from 1, are in `range`, with `errno`.
    package init(failing range: Range<Int>, errno: Int32, _ kind: Kind = .undone) {
        failing = range
        reason = errno
        self.kind = kind
    }

    /// How many calls were made that could fail.
    package var count: Int { state.withLock { $0.count } }
    /// The first call that failed, or nil.
    package var first: Failure? { state.withLock { $0.first } }

    /// Makes a call or fails it; a negative answer leaves the reason in `errno`.
    func pass(_ operation: String, _ path: Path, _ call: () -> Int) -> Int {
        var result = 0
        if kind == .done {
            result = call()
            guard result == 0 else { return result }
        }
        let isFailing = state.withLock { state in
            state.count += 1
            guard failing.contains(state.count) else { return false }
            if state.first == nil {
                state.first = Failure(operation: operation, path: path.description)
            }
            return true
        }
        if isFailing {
            errno = reason
            return -1
        }
        return kind == .done ? result : call()
    }
}
