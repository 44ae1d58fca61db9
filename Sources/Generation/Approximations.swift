// SPDX-License-Identifier: Apache-2.0

/// What an engine computes inexactly to be faster; nothing, unless somebody asks.
package struct Approximations: Sendable, Equatable {
    /// Below what accumulated change a step reuses an earlier one, see `StepCache`; 0 is exact.
    package let stepCache: Double

    /// The range of `stepCache`.
    package static let stepCacheRange = 0.0...1.0
    /// Nothing inexact.
    package static let none = Approximations()

    /// Asks for what is named.
    package init(stepCache: Double = 0) {
        precondition(Self.stepCacheRange.contains(stepCache), "a step cache of \(stepCache)")
        self.stepCache = stepCache
    }
}
