// SPDX-License-Identifier: Apache-2.0
//
// r rank, s = alpha/r, A (r, inputs), B (outputs, r).

/// The factors of one call, and where their gradients are added up; valid while it lasts.
@safe struct Factors {
    private let layout: FactorLayout
    private let scale: Float
    private let values: UnsafePointer<Float>
    private let gradients: UnsafeMutablePointer<Float>?

    /// Lends the values of a set and the memory of their gradients to `body`.
    static func lend<Result>(
        _ set: FactorSet, _ gradients: inout [Float], _ body: (Factors) -> Result
    ) -> Result {
        precondition(gradients.count == set.layout.count, "gradients of other factors")
        return unsafe gradients.withUnsafeMutableBufferPointer { gradients in
            unsafe lend(set, gradients.baseAddress, body)
        }
    }

    /// Lends the values of a set alone, for a forward.
    static func lend<Result>(_ set: FactorSet, _ body: (Factors) -> Result) -> Result {
        unsafe lend(set, nil, body)
    }

    private static func lend<Result>(
        _ set: FactorSet, _ gradients: UnsafeMutablePointer<Float>?, _ body: (Factors) -> Result
    ) -> Result {
        unsafe set.values.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { preconditionFailure("no factors") }
            return body(
                unsafe Factors(
                    layout: set.layout, scale: set.scale, values: start, gradients: gradients))
        }
    }

    var rank: Int { layout.rank }
    var wantsGradients: Bool { unsafe gradients != nil }
    /// Whether the projection of this number in the order of the network has factors.
    func has(_ index: Int) -> Bool { index < layout.entries.count }

    /// The factors of a projection, or nil where it has none.
    ///
    /// * `index`: Its number in the order of the network.
    subscript(index: Int) -> Factor? {
        guard index < layout.entries.count else { return nil }
        let entry = layout.entries[index]
        let (down, up) = (layout.down(entry).lowerBound, layout.up(entry).lowerBound)
        return unsafe Factor(
            rank: layout.rank, inputs: entry.inputs, outputs: entry.outputs, scale: scale,
            down: values + down, up: values + up,
            downGradient: gradients.map { unsafe $0 + down },
            upGradient: gradients.map { unsafe $0 + up })
    }
}

/// The pair of factors of one projection.
@safe struct Factor {
    let rank: Int
    let inputs: Int
    let outputs: Int
    /// s.
    let scale: Float
    /// A.
    let down: UnsafePointer<Float>
    /// B.
    let up: UnsafePointer<Float>
    /// Where ∂A and ∂B are added.
    let downGradient: UnsafeMutablePointer<Float>?
    let upGradient: UnsafeMutablePointer<Float>?
}
