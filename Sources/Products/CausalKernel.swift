// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out. x₋₂ and x₋₁ are the frames before, x₀ and x₁ those of the band;
// g₀, g₁ and g₂ are the kernel's three frames, the oldest first, and · is a convolution over rows
// and columns.

/// A convolution over the present frame and the two before it, made of products over one frame each.
///
/// Of one frame: y = g₀·x₋₂ + g₁·x₋₁ + g₂·x₀. Of two successive ones four products do the work of
/// six, by Winograd's minimal filtering F(2, 3) along time (Lavin and Gray, arXiv 1509.09308):
///
///     m₀ = g₀·(x₋₂ − x₀)                 y₀ = m₀ + m₁ + m₂
///     m₁ = (g₀ + g₁ + g₂)/2·(x₋₁ + x₀)   y₁ = m₁ − m₂ − m₃
///     m₂ = (g₀ − g₁ + g₂)/2·(x₀ − x₋₁)
///     m₃ = g₂·(x₋₁ − x₁)
package struct CausalKernel: Sendable {
    /// C.
    package let inputs: Int
    /// O.
    package let outputs: Int
    package let precision: Precision
    /// How many rows the kernel sees above and below.
    let reach: Int
    /// (O).
    let bias: [Float]
    private let taps: [ConvolutionKernel]
    private let halfSum: ConvolutionKernel
    private let halfDifference: ConvolutionKernel

    /// A kernel that reads its weight when it is needed.
    ///
    /// * `size`: Three frames deep; rows and columns are odd.
    /// * `bias`: (O).
    /// * `weight`: The taps of one of the three frames, (O, C, rows, columns).
    package init(
        inputs: Int, outputs: Int, size: KernelSize, bias: [Float], precision: Precision,
        weight: @escaping @Sendable (Int) -> [Float]
    ) {
        precondition(size.depth == 3 && size.rows % 2 == 1 && bias.count == outputs)
        (self.inputs, self.outputs, self.bias) = (inputs, outputs, bias)
        self.precision = precision.ofConvolutions
        reach = size.rows / 2
        func kernel(_ weight: @escaping @Sendable () -> [Float]) -> ConvolutionKernel {
            ConvolutionKernel(
                inputs: inputs, outputs: outputs,
                size: KernelSize(depth: 1, rows: size.rows, columns: size.columns),
                bias: Array(repeating: 0, count: outputs), precision: precision
            ) { _ in weight() }
        }
        taps = (0..<3).map { frame in kernel { weight(frame) } }
        func half(_ sign: Float) -> ConvolutionKernel {
            kernel {
                let (first, middle, last) = (weight(0), weight(1), weight(2))
                return first.indices.map { (first[$0] + sign * middle[$0] + last[$0]) / 2 }
            }
        }
        halfSum = half(1)
        halfDifference = half(-1)
    }

    /// One product: of a kernel with a frame, or with the sum of a frame and ± another.
    ///
    /// Frames are numbered 0 for x₋₂ to 3 for x₁.
    struct Product {
        let kernel: ConvolutionKernel
        let frame: Int
        var other: (sign: Float, frame: Int)?
    }

    /// One frame of the result as a sum of ± products.
    typealias Sum = [(sign: Float, product: Int)]

    /// What has to be computed for one frame or two, after so many frames.
    func scheme(frames: Int, after past: Int) -> (products: [Product], sums: [Sum]) {
        if frames == 1 {
            let products = (2 - past..<3).map { Product(kernel: taps[$0], frame: $0) }
            return (products, [products.indices.map { (1, $0) }])
        }
        return (
            [
                Product(kernel: taps[0], frame: 0, other: (-1, 2)),
                Product(kernel: halfSum, frame: 1, other: (1, 2)),
                Product(kernel: halfDifference, frame: 2, other: (-1, 1)),
                Product(kernel: taps[2], frame: 1, other: (-1, 3)),
            ],
            [[(1, 0), (1, 1), (1, 2)], [(1, 1), (-1, 2), (-1, 3)]]
        )
    }
}
