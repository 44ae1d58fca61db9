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

    /// Computes the rows 2y and 2y + 1 of the result for a strip of rows y.
    ///
    /// * `plane`: The small frame's rows, the one above the first one included.
    fileprivate func multiply(
        _ strip: Range<Int>, of plane: PixelFrame, into result: PixelFrame, _ scratch: Scratch
    ) {
        let (columns, outputs) = (plane.columns, result.channels)
        let quarter = unsafe scratch.floats(strip.count * columns * outputs)
        for (index, kernel) in quarters.enumerated() {
            let (down, right) = (index / 2, index % 2)
            let shape = kernel.shape(
                depth: 1, rows: strip.count + 1, columns: columns, left: 1 - right, right: right)
            unsafe kernel.convolve(
                plane.start(row: strip.lowerBound + down), shape, into: quarter)
            for row in 0..<strip.count {
                let line = (2 * (strip.lowerBound + row) + down) * result.columns + right
                for column in 0..<columns {
                    unsafe result.pixel(line + 2 * column).update(
                        from: quarter + (row * columns + column) * outputs, count: outputs)
                }
            }
        }
    }

    fileprivate var inputs: Int { quarters[0].inputs }
    fileprivate var outputs: Int { quarters[0].outputs }
}

/// Enlarging kernels on their way through a clip, a band of rows at a time.
package final class EnlargingFlow: BandFlow {
    private let kernel: EnlargingKernel
    private var edge = BandEdge()
    /// The first row of the small frame that is not worked on yet.
    private var next = 0

    package init(_ kernel: EnlargingKernel) { self.kernel = kernel }

    /// Enlarges the rows that can be completed, (rows, W, C) to (2·rows, 2W, O) in float32.
    package func next(_ band: Band) -> Band {
        let format = kernel.precision.format
        let (planes, first) = edge.room(
            for: band, planes: band.frames.count, reach: 1, channels: kernel.inputs,
            element: Element(format))
        for (plane, frame) in zip(planes, band.frames) {
            plane.copy(frame.operand(for: kernel.precision), to: first)
        }
        let count = max(0, planes[0].rows - 2)
        let results = planes.map {
            PixelFrame(rows: 2 * count, columns: 2 * $0.columns, channels: kernel.outputs)
        }
        let strips = strips(of: count, columns: planes[0].columns, atMost: Self.pixelsAtOnce)
        parallelForEach(strips.count * planes.count) { index in
            let (frame, strip) = (index / strips.count, strips[index % strips.count])
            Scratch.lend { scratch in
                kernel.multiply(strip, of: planes[frame], into: results[frame], scratch)
            }
        }
        edge.keep(planes, reach: 1, after: band)
        let rows = 2 * next..<2 * (next + count)
        next = band.isLast ? 0 : next + count
        return Band(rows: rows, height: 2 * band.height, frames: results)
    }

    /// Pixels of the small frame that are worked on at once, more or less.
    private static let pixelsAtOnce = 1536
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
