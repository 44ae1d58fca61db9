// SPDX-License-Identifier: Apache-2.0

package import Tensors
package import Weights

/// A linear layer: y = x·Wᵀ + b over the last axis.
package struct Linear: Sendable {
    /// W, (outputs, inputs).
    let weight: Weight
    /// b, (outputs), absent in T5.
    let bias: Weight?

    /// Takes `NAME.weight` and, if there is to be one, `NAME.bias` from the store.
    package init(
        _ store: inout WeightStore, _ name: String, inputs: Int, outputs: Int, bias: Bool = true
    ) {
        weight = store.take("\(name).weight", [outputs, inputs])
        self.bias = bias ? store.take("\(name).bias", [outputs]) : nil
    }

    /// A layer of the given weights: W (outputs, …) folded to two axes, b (outputs).
    init(weight: Weight, bias: Weight?) {
        self.weight = weight
        self.bias = bias
    }

    /// Maps (…, inputs) to (…, outputs).
    package func callAsFunction(_ x: Tensor) -> Tensor {
        let outputs = weight.shape[0]
        guard let bias else { return x.linear(weight.span, bias: Span(), outputs: outputs) }
        return x.linear(weight.span, bias: bias.span, outputs: outputs)
    }
}
