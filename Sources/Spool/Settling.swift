// SPDX-License-Identifier: Apache-2.0

package import Files

/// Decides when a file that just appeared is all there.
///
/// A JSON object is complete when it parses: no part of it does. Anything else (nothing yet, half
/// a file, broken JSON, a folder with a request's name) has to stay the same for `pause` on the
/// monotonic clock, with nobody writing to it. Modification times decide nothing: sync tools set the
/// sender's. Pure: time and facts are passed in.
package struct Settling: Sendable {
    package typealias Instant = SuspendingClock.Instant

    /// How long an incomplete file must stay the same.
    package let pause: Duration
    /// How long an empty file must stay the same; at least `pause`.
    package let emptyPause: Duration
    private var candidates: [Path: Candidate] = [:]

    /// However long somebody has a file open for writing, nobody waits longer after it has grown.
    package static let longest = Duration.seconds(3600)
    /// However long it grows, nobody waits longer.
    static let utmost = Duration.seconds(86_400)

    private struct Candidate {
        var status: FileStatus
        let first: Instant
        /// When it grew last.
        let begin: Instant
        var unchangedSince: Instant
    }

    /// A state with nothing to wait for.
    package init(pause: Duration, emptyPause: Duration = .zero) {
        self.pause = pause
        self.emptyPause = max(pause, emptyPause)
    }

    /// Takes note of what a name looks like now.
    ///
    /// * `isWritten`: whether somebody has the file open for writing; asked when the pause is over.
    ///
    /// - Returns: whether it is ready to be claimed; it is then forgotten.
    package mutating func observe(
        _ path: Path, _ status: FileStatus?, isComplete: Bool, at now: Instant,
        isWritten: () -> Bool = { false }
    ) -> Bool {
        guard let status, !isComplete else {
            candidates[path] = nil
            return status != nil
        }
        guard let known = candidates[path], known.status == status else {
            let known = candidates[path]
            let hasGrown = known.map { $0.status.bytes < status.bytes } ?? true
            candidates[path] = Candidate(
                status: status, first: known?.first ?? now,
                begin: hasGrown ? now : known?.begin ?? now, unchangedSince: now)
            return false
        }
        guard end(of: known) <= now else { return false }
        let last = min(
            known.begin.advanced(by: Self.longest), known.first.advanced(by: Self.utmost))
        if last > now, isWritten() {
            candidates[path]?.unchangedSince = now
            return false
        }
        candidates[path] = nil
        return true
    }

    /// The names whose pause has passed, in byte order: look at them again.
    package func due(at now: Instant) -> [Path] {
        candidates.filter { end(of: $0.value) <= now }.keys
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// When the next pause ends; nil while nothing is waited for.
    package var deadline: Instant? { candidates.values.map(end).min() }

    /// Begins again with nothing to wait for.
    mutating func forgetAll() { candidates = [:] }

    private func end(of candidate: Candidate) -> Instant {
        let isEmpty = candidate.status.kind == .file && candidate.status.bytes == 0
        return candidate.unchangedSince.advanced(by: isEmpty ? emptyPause : pause)
    }
}
