// SPDX-License-Identifier: Apache-2.0

/// What of the whole language this version can do.
///
/// Every request is read and checked against the whole language first; this is the last check,
/// so that a mode or a key arrives by one word here.
package struct Availability: Equatable, Sendable {
    /// Whether ``ModeName/customization`` works.
    package var trainsStyles: Bool
    /// Keys that are understood and then refused.
    package var missing: Set<Field>

    /// Describes a version.
    package init(trainsStyles: Bool, missing: Set<Field>) {
        (self.trainsStyles, self.missing) = (trainsStyles, missing)
    }

    /// What this version does.
    package static let thisVersion = Availability(trainsStyles: true, missing: [])

    /// The whole language, for tests and tools that only check requests.
    package static let everything = Availability(trainsStyles: true, missing: [])
}

extension ModeName {
    /// Whether this version works in this mode.
    package var isAvailable: Bool {
        self != .customization || Availability.thisVersion.trainsStyles
    }
}
