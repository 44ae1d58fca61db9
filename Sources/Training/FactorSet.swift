// SPDX-License-Identifier: Apache-2.0
//
// r rank, A (r, inputs), B (outputs, r).

package import Tensors

/// The low-rank factors that are trained: each adapted projection becomes W + (alpha/r)·B·A.
///
/// Hu et al., LoRA, arXiv 2106.09685. Names, shapes and initial values are those of PEFT, so that
/// `tensors` is, but for a prefix, what the rest of the world loads.
package struct FactorSet: Sendable, Equatable {
    package let layout: FactorLayout
    package let alpha: Float
    /// Every A and B, as `layout` has them.
    package internal(set) var values: [Float]

    /// r.
    package var rank: Int { layout.rank }
    /// What B·A is multiplied by, alpha/r.
    package var scale: Float { alpha / Float(rank) }

    /// Factors as PEFT begins with: A uniform in ±1/√inputs (Kaiming, a = √5), B zero.
    ///
    /// * `alpha`: The rank where nil.
    /// * `seed`: Each projection's values depend on it and on the projection's name alone.
    /// * `withControl`: Whether the blocks of the control branch get factors as well.
    package init(
        for transformer: TrainableTransformer, rank: Int, alpha: Float? = nil, seed: UInt64,
        withControl: Bool = false
    ) {
        layout = transformer.layout(rank: rank, withControl: withControl)
        self.alpha = alpha ?? Float(rank)
        values = [Float](repeating: 0, count: layout.count)
        for entry in layout.entries {
            var generator = SeededGenerator(seed, entry.name.utf8.map(UInt64.init))
            let bound = 1 / Float(entry.inputs).squareRoot()
            for index in layout.down(entry) {
                values[index] = bound * (2 * Float(generator.nextUniform()) - 1)
            }
        }
    }

    /// The same factors with other values, or nil where `tensors` are not exactly these.
    package func with(_ tensors: [String: Tensor]) -> FactorSet? {
        var result = self
        guard tensors.count == 2 * layout.entries.count else { return nil }
        for entry in layout.entries {
            guard let down = tensors["\(entry.name).lora_A.weight"],
                down.shape == [rank, entry.inputs],
                let up = tensors["\(entry.name).lora_B.weight"],
                up.shape == [entry.outputs, rank]
            else { return nil }
            result.values.replaceSubrange(layout.down(entry), with: down.values)
            result.values.replaceSubrange(layout.up(entry), with: up.values)
        }
        return result
    }

    /// A and B of every projection: `blocks.0.attn1.to_q.lora_A.weight` (r, inputs) and
    /// `….lora_B.weight` (outputs, r).
    package var tensors: [String: Tensor] { named(values) }

    /// Gradients, or whatever else has a value for each of these, under the same names.
    package func named(_ values: [Float]) -> [String: Tensor] {
        precondition(values.count == layout.count)
        var tensors: [String: Tensor] = [:]
        for entry in layout.entries {
            tensors["\(entry.name).lora_A.weight"] = Tensor(
                shape: [rank, entry.inputs], values: Array(values[layout.down(entry)]))
            tensors["\(entry.name).lora_B.weight"] = Tensor(
                shape: [entry.outputs, rank], values: Array(values[layout.up(entry)]))
        }
        return tensors
    }
}
