// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out, H rows, W columns.

import Tensors

/// The size of a convolution's result beside that of the frame.
package enum Sampling: Sendable {
    /// The same; the frame has half a kernel of zeros on every side.
    case same
    /// Half the rows and columns, rounded down: the kernel goes in steps of two, from the first
    /// pixel on, and finds one row and column of zeros after the last.
    case halved
}

/// Convolves frames to one frame, zero-padded, on all processors.
///
/// The frame is worked on in strips of rows, whose source is copied together from the frames, zeros
/// above and below included: so all strips have the same shapes, and oneDNN sees one source.
///
/// * `frames`: (H, W, C) each, oldest first, rounded to the kernel's precision. Where they are fewer
///   than the kernel is deep, those before them count as zeros and cost nothing.
/// * Returns (H, W, O) in float32, or half of that as `sampling` says.
package func convolve(
    _ frames: [PixelFrame], by kernel: ConvolutionKernel, sampling: Sampling = .same
) -> PixelFrame {
    guard let frame = frames.last else { preconditionFailure("there is no frame") }
    precondition(
        frames.count <= kernel.size.depth && frame.channels == kernel.inputs,
        "a kernel \(kernel.size) of \(kernel.inputs) channels does not fit")
    precondition(frames.allSatisfy { $0.element == kernel.element && $0.pixels == frame.pixels })
    let isHalved = sampling == .halved
    let step = isHalved ? 2 : 1
    let size = kernel.size
    let result = PixelFrame(
        rows: frame.rows / step, columns: frame.columns / step, channels: kernel.outputs)
    let strips = strips(of: result.rows, columns: result.columns)
    parallelForEach(strips.count) { index in
        let strip = strips[index]
        let first = strip.lowerBound * step - (isHalved ? 0 : size.rows / 2)
        let rows = first..<first + (strip.count - 1) * step + size.rows
        let shape = kernel.shape(
            depth: frames.count, rows: rows.count, columns: frame.columns,
            left: isHalved ? 0 : size.columns / 2, right: size.columns / 2, stride: step)
        let target = unsafe result.pixel(strip.lowerBound * result.columns)
        if shape.isPlain {
            return unsafe kernel.convolve(
                frame.start(row: strip.lowerBound), shape, into: target)
        }
        Scratch.lend { scratch in
            let source = unsafe scratch.take(frames.count * rows.count * frame.rowBytes)
            for (index, frame) in frames.enumerated() {
                unsafe frame.copy(rows, into: source + index * rows.count * frame.rowBytes)
            }
            unsafe kernel.convolve(source, shape, into: target)
        }
    }
    return result
}

/// Pixels of a strip at most, more or less: enough for an efficient product, few enough for the
/// cache.
private let pixelsOfStrip = 8192

/// Cuts rows into strips as even as they can be, a multiple of the processors where there are many.
func strips(of rows: Int, columns: Int, atMost pixels: Int = pixelsOfStrip) -> [Range<Int>] {
    let most = max(1, pixels / max(1, columns))
    let rounds = (rows + most * processorCount - 1) / (most * processorCount)
    let count = min(rows, rounds * processorCount)
    return (0..<count).map { rows * $0 / count..<rows * ($0 + 1) / count }
}

extension PixelFrame {
    /// Copies rows, of which some may lie above or below the frame: those are zeros.
    func copy(_ range: Range<Int>, into target: UnsafeMutableRawPointer) {
        let inside = range.clamped(to: 0..<rows)
        let above = (inside.lowerBound - range.lowerBound) * rowBytes
        let size = inside.count * rowBytes
        unsafe target.initializeMemory(as: UInt8.self, repeating: 0, count: above)
        unsafe (target + above).copyMemory(from: start(row: inside.lowerBound), byteCount: size)
        unsafe (target + above + size).initializeMemory(
            as: UInt8.self, repeating: 0, count: range.count * rowBytes - above - size)
    }
}
