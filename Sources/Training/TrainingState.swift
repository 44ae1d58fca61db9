// SPDX-License-Identifier: Apache-2.0

package import Tensors

/// All that the next step needs of those before it.
///
/// Factors, the optimiser's moments, and how many steps were made. Written and read again it is equal
/// bit by bit.
package struct TrainingState: Sendable, Equatable {
    package internal(set) var factors: FactorSet
    /// Running means of the gradients and of their squares, as the layout of the factors has them.
    var firstMoments: [Float]
    var secondMoments: [Float]
    /// How many steps were made; also the number of the next one, from 0.
    package internal(set) var step: Int

    /// Begins with the given factors.
    package init(_ factors: FactorSet) {
        self.factors = factors
        firstMoments = [Float](repeating: 0, count: factors.values.count)
        secondMoments = firstMoments
        step = 0
    }

    /// Everything as float32 tensors: `factors`, `first_moments`, `second_moments` (each of
    /// `layout.count`), `step` (2: thousands and the rest).
    package var tensors: [String: Tensor] {
        func flat(_ values: [Float]) -> Tensor { Tensor(shape: [values.count], values: values) }
        return [
            "factors": flat(factors.values), "first_moments": flat(firstMoments),
            "second_moments": flat(secondMoments),
            "step": flat([Float(step / 1_000), Float(step % 1_000)]),
        ]
    }

    /// Goes on from what `tensors` gave, or is nil where they are not of such factors.
    ///
    /// * `factors`: Of the same transformer, rank and alpha; their values do not matter.
    package init?(resuming factors: FactorSet, from tensors: [String: Tensor]) {
        self.init(factors)
        let shape = [factors.layout.count]
        guard let values = tensors["factors"], values.shape == shape,
            let first = tensors["first_moments"], first.shape == shape,
            let second = tensors["second_moments"], second.shape == shape,
            let count = tensors["step"], count.shape == [2],
            count.values.allSatisfy({ 0 <= $0 && $0 < 0x1p24 })
        else { return nil }
        self.factors.values = values.values
        firstMoments = first.values
        secondMoments = second.values
        step = Int(count.values[0]) * 1_000 + Int(count.values[1])
    }
}
