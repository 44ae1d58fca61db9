// SPDX-License-Identifier: Apache-2.0

package import Files

/// Decides when a file that just appeared is all there.
///
/// A JSON object is complete when it parses: no part of it does. Anything else (nothing yet, half
/// a file, broken JSON, a folder with a request's name) has to stay the same for `pause` on the
/// monotonic clock. Modification times decide nothing: sync tools set the sender's. Pure: time
/// and facts are passed in.
package struct Settling: Sendable {
    package typealias Instant = SuspendingClock.Instant

    /// How long an incomplete file must stay the same.
    package let pause: Duration
    private var candidates: [Path: Candidate] = [:]

    private struct Candidate {
        var status: FileStatus
        var unchangedSince: Instant
    }

    /// A state with nothing to wait for.
    package init(pause: Duration) {
        self.pause = pause
    }

    /// Takes note of what a name looks like now.
    ///
    /// - Returns: whether it is ready to be claimed; it is then forgotten.
    package mutating func observe(
        _ path: Path, _ status: FileStatus?, isComplete: Bool, at now: Instant
    ) -> Bool {
        guard let status, !isComplete else {
            candidates[path] = nil
            return status != nil
        }
        guard let known = candidates[path], known.status == status else {
            candidates[path] = Candidate(status: status, unchangedSince: now)
            return false
        }
        guard known.unchangedSince.advanced(by: pause) <= now else { return false }
        candidates[path] = nil
        return true
    }

    /// The names whose pause has passed, in byte order: look at them again.
    package func due(at now: Instant) -> [Path] {
        candidates.filter { $0.value.unchangedSince.advanced(by: pause) <= now }.keys
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// When the next pause ends; nil while nothing is waited for.
    package var deadline: Instant? {
        candidates.values.map { $0.unchangedSince.advanced(by: pause) }.min()
    }
}
