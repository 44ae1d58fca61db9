// SPDX-License-Identifier: Apache-2.0

/// What of the whole language this version can do.
///
/// Every request is read and checked against the whole language first; this is the last check,
/// so that a mode arrives by adding one word here.
package struct Availability: Equatable, Sendable {
    package var modes: Set<ModeName>
    package var formats: Set<Request.Format>
    /// Keys that are understood and then refused.
    package var missing: Set<Field>
    package var variations: ClosedRange<Int>

    /// What this version does.
    package static let thisVersion = Availability(
        modes: [.textToVideo], formats: [.mp4, .png],
        missing: [.style, .deliver, .camera, .preview], variations: 1...1)

    /// The whole language, for tests and tools that only check requests.
    package static let everything = Availability(
        modes: Set(ModeName.allCases), formats: Set(Request.Format.allCases), missing: [],
        variations: Limits.variations)
}

extension ModeName {
    /// Whether this version makes videos in this mode.
    package var isAvailable: Bool { Availability.thisVersion.modes.contains(self) }
}
