// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out, H rows, W columns.

import Tensors

/// A 3×3 convolution of a frame enlarged to twice its rows and columns, which is never made.
///
/// Of the nine pixels that the kernel sees several are the same pixel of the small frame. Added
/// together, their taps are a 2×2 kernel on the small frame, another one for even and odd rows and
/// columns of the result: the same sums with 4 products instead of 9.
package struct EnlargingKernel: Sendable {
    package let precision: Precision
    /// Of the result's pixels (2y, 2x), (2y, 2x + 1), (2y + 1, 2x) and (2y + 1, 2x + 1).
    private let quarters: [ConvolutionKernel]

    /// A kernel that reads its weight when it is needed.
    ///
    /// * `bias`: (O).
    /// * `weight`: (O, C, 3, 3).
    package init(
        inputs: Int, outputs: Int, bias: [Float], precision: Precision,
        weight: @escaping @Sendable () -> [Float]
    ) {
        self.precision = precision.ofConvolutions
        quarters = (0..<4).map { quarter in
            ConvolutionKernel(
                inputs: inputs, outputs: outputs, size: KernelSize(depth: 1, rows: 2, columns: 2),
                bias: bias, precision: precision
            ) { _ in
                sumTaps(weight(), down: quarter / 2, right: quarter % 2)
            }
        }
    }

    /// Enlarges a frame (H, W, C) and convolves it to (2H, 2W, O) in float32.
    package func callAsFunction(_ frame: PixelFrame) -> PixelFrame {
        let frame = frame.operand(for: precision)
        let outputs = quarters[0].outputs
        precondition(frame.channels == quarters[0].inputs)
        let result = PixelFrame(
            rows: 2 * frame.rows, columns: 2 * frame.columns, channels: outputs)
        let strips = strips(of: frame.rows, columns: frame.columns)
        parallelForEach(strips.count) { index in
            let strip = strips[index]
            Scratch.lend { scratch in
                let rows = strip.lowerBound - 1..<strip.upperBound + 1
                let source = unsafe scratch.take(rows.count * frame.rowBytes)
                unsafe frame.copy(rows, into: source)
                let quarter = unsafe scratch.floats(strip.count * frame.columns * outputs)
                for (index, kernel) in quarters.enumerated() {
                    let (down, right) = (index / 2, index % 2)
                    let shape = kernel.shape(
                        depth: 1, rows: strip.count + 1, columns: frame.columns, left: 1 - right,
                        right: right)
                    unsafe kernel.convolve(source + down * frame.rowBytes, shape, into: quarter)
                    for row in 0..<strip.count {
                        let line = (2 * (strip.lowerBound + row) + down) * result.columns + right
                        for column in 0..<frame.columns {
                            unsafe result.pixel(line + 2 * column).update(
                                from: quarter + (row * frame.columns + column) * outputs,
                                count: outputs)
                        }
                    }
                }
            }
        }
        return result
    }
}

/// Adds the taps of 3×3 kernels that find the same pixel of the small frame: (…, 3, 3) to (…, 2, 2).
///
/// * `down`, `right`: 0 for the even rows and columns of the result, 1 for the odd ones.
private func sumTaps(_ weight: [Float], down: Int, right: Int) -> [Float] {
    var result = [Float](repeating: 0, count: weight.count / 9 * 4)
    // Even pixels find their neighbour before with the first tap, odd ones with the first two.
    let (rowOf, columnOf) = ([[0, 1, 1], [0, 0, 1]][down], [[0, 1, 1], [0, 0, 1]][right])
    for kernel in 0..<weight.count / 9 {
        for row in 0..<3 {
            for column in 0..<3 {
                result[kernel * 4 + rowOf[row] * 2 + columnOf[column]] +=
                    weight[kernel * 9 + row * 3 + column]
            }
        }
    }
    return result
}
