// SPDX-License-Identifier: Apache-2.0

extension Tensor {
    /// SiLU, x·sigmoid(x), in place.
    package mutating func applySiLU() {
        mapLanes(&values) { x in x / (1 + exponential(-x)) }
    }

    /// GELU in its tanh form, in place: ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
    ///
    /// Hendrycks and Gimpel, arXiv 1606.08415; PyTorch's `gelu(approximate="tanh")`.
    package mutating func applyGELU() {
        // ½(1 + tanh z) = sigmoid(2z), so one exponential suffices.
        mapLanes(&values) { x in
            let z = 1.595_769_1 * (x + 0.044_715 * x * x * x)
            return x / (1 + exponential(-z))
        }
    }
}
