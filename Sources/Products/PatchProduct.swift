// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out; a patch is what a kernel sees for one pixel of the result.

import Tensors

/// Pixels whose patches are laid out at once.
private let pixelsAtOnce = 256

/// Convolves a strip through OpenBLAS on the calling thread: the patches, (pixels, frames · rows ·
/// columns · C), times the weight.
///
/// * `weight`: (O, frames, rows, columns, C).
/// * `bias`: (O).
/// * `result`: (rows, columns, O).
func multiplyPatches(
    of source: UnsafePointer<Float>, _ shape: ConvolutionShape, by weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>
) {
    let depth = shape.inputs * shape.kernel.count
    let (n, width) = (shape.outputs, shape.resultColumns)
    let pixels = shape.resultRows * width
    for pixel in 0..<pixels { unsafe (result + pixel * n).update(from: bias, count: n) }
    if shape.isPlain {
        return unsafe multiplyTransposed(
            MatrixView(source, stride: depth), MatrixView(weight, stride: depth), into: result,
            cStride: n, m: pixels, n: n, k: depth, beta: 1)
    }
    let most = min(pixels, pixelsAtOnce)
    unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: most * depth) { patches in
        guard let start = patches.baseAddress else { return }
        for first in stride(from: 0, to: pixels, by: most) {
            let count = min(most, pixels - first)
            for index in 0..<count {
                let (row, column) = ((first + index) / width, (first + index) % width)
                unsafe copyPatch(
                    of: source, shape, row: row, column: column, into: start + index * depth)
            }
            unsafe multiplyTransposed(
                MatrixView(start, stride: depth), MatrixView(weight, stride: depth),
                into: result + first * n, cStride: n, m: count, n: n, k: depth, beta: 1)
        }
    }
}

private func copyPatch(
    of source: UnsafePointer<Float>, _ shape: ConvolutionShape, row: Int, column: Int,
    into target: UnsafeMutablePointer<Float>
) {
    let (kernel, channels) = (shape.kernel, shape.inputs)
    let first = column * shape.stride - shape.left
    let inside = max(0, -first)..<max(0, -first, min(kernel.columns, shape.columns - first))
    var line = unsafe target
    for frame in 0..<kernel.depth {
        for kernelRow in 0..<kernel.rows {
            let sourceRow = frame * shape.rows + row * shape.stride + kernelRow
            unsafe line.update(repeating: 0, count: inside.lowerBound * channels)
            unsafe (line + inside.lowerBound * channels).update(
                from: source + (sourceRow * shape.columns + first + inside.lowerBound) * channels,
                count: inside.count * channels)
            unsafe (line + inside.upperBound * channels).update(
                repeating: 0, count: (kernel.columns - inside.upperBound) * channels)
            unsafe line += kernel.columns * channels
        }
    }
}
