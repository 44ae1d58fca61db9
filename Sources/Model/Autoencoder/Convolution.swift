// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O out, H rows, W columns; the kernel is kt frames, kh rows, kw columns.

import Tensors
import Weights

/// Convolves as many frames as the kernel is deep to one frame, zero-padded, on all processors.
///
/// The frame is worked on in strips of rows: a strip's patches are laid out as a matrix
/// (C·kt·kh·kw, pixels), whose product with the weight, as it lies in the file, is the strip of the
/// result. So the scratch is bounded, whatever the frame's size.
///
/// - Parameters:
///   - frames: (C, H, W) each, oldest first; nil stands for zeros, the last one is there.
///   - weight: (O, C, kt, kh, kw), or (O, C, kh, kw) for one frame.
///   - bias: (O).
///   - sampling: The size of the result.
/// - Returns: (O, H, W), or twice or half of that as `sampling` says.
func convolve(
    _ frames: [Tensor?], weight: Weight, bias: Weight, sampling: Sampling = .same
) -> Tensor {
    guard let shape = frames.last??.shape else { preconditionFailure("there is no frame") }
    let kernel =
        weight.shape.count == 4 ? [1] + weight.shape.dropFirst(2) : [] + weight.shape.dropFirst(2)
    precondition(
        kernel[0] == frames.count && weight.shape[1] == shape[0],
        "a kernel \(weight.shape) does not fit \(frames.count) frames \(shape)")
    let patches = PatchLayout(
        channels: shape[0], rows: shape[1], columns: shape[2], depth: kernel[0],
        kernelRows: kernel[1], kernelColumns: kernel[2], sampling: sampling)
    let (height, width, outputs) = (patches.outputRows, patches.outputColumns, weight.shape[0])
    // Large enough for an efficient product, small enough for the cache with few channels.
    let pixels = max(256, 262_144 / patches.depthOfProduct)
    let stripRows = max(1, min(pixels / width, (height + processorCount - 1) / processorCount))
    let strips = (height + stripRows - 1) / stripRows
    var result = Tensor(zeros: [outputs, height, width])
    unsafe withPlanes(of: frames[...], []) { planes in
        unsafe weight.span.withUnsafeBufferPointer { weight in
            unsafe bias.span.withUnsafeBufferPointer { bias in
                unsafe result.values.withUnsafeMutableBufferPointer { result in
                    guard let w0 = weight.baseAddress, let y0 = result.baseAddress else { return }
                    parallelFor(strips) { range in
                        let size = patches.isPlain ? 0 : stripRows * width * patches.depthOfProduct
                        unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: size) {
                            scratch in
                            for strip in range {
                                let first = strip * stripRows
                                let rows = first..<min(first + stripRows, height)
                                let matrix = unsafe patches.matrix(of: rows, in: planes, scratch)
                                let start = unsafe y0 + first * width
                                let n = rows.count * width
                                for o in 0..<outputs {
                                    unsafe (start + o * height * width)
                                        .update(repeating: bias[o], count: n)
                                }
                                unsafe multiply(
                                    unsafe MatrixView(w0, stride: patches.depthOfProduct), matrix,
                                    into: start, cStride: height * width,
                                    m: outputs, n: n, k: patches.depthOfProduct, beta: 1)
                            }
                        }
                    }
                }
            }
        }
    }
    return result
}

/// The size of a convolution's result beside that of the frame.
enum Sampling {
    /// The same; the frame has half a kernel of zeros on every side.
    case same
    /// Twice the rows and columns: each counts twice before the convolution, padded likewise.
    case doubled
    /// Half the rows and columns, rounded down: the kernel goes in steps of two, from the first
    /// pixel on, and finds one row and column of zeros after the last.
    case halved
}

/// Gives `body` the start of each frame, or nil for one of zeros.
private func withPlanes(
    of frames: ArraySlice<Tensor?>, _ found: [UnsafePointer<Float>?],
    _ body: ([UnsafePointer<Float>?]) -> Void
) {
    guard let frame = frames.first else { return unsafe body(found) }
    let rest = frames.dropFirst()
    guard let frame else { return unsafe withPlanes(of: rest, found + [nil], body) }
    unsafe frame.values.withUnsafeBufferPointer {
        unsafe withPlanes(of: rest, found + [$0.baseAddress], body)
    }
}

/// How the patches of a frame become the columns of a matrix.
private struct PatchLayout {
    let channels: Int
    let rows: Int
    let columns: Int
    let depth: Int
    let kernelRows: Int
    let kernelColumns: Int
    let sampling: Sampling

    var outputRows: Int { size(rows) }
    var outputColumns: Int { size(columns) }
    /// The axis summed over, C·kt·kh·kw.
    var depthOfProduct: Int { channels * depth * kernelRows * kernelColumns }
    /// Whether the frame itself is the matrix.
    var isPlain: Bool { depth * kernelRows * kernelColumns == 1 && sampling == .same }

    private func size(_ input: Int) -> Int {
        switch sampling {
        case .same: input
        case .doubled: 2 * input
        case .halved: input / 2
        }
    }

    /// How far before its pixel a kernel of the given length begins.
    private func lead(_ kernel: Int) -> Int { sampling == .halved ? 0 : kernel / 2 }

    /// The matrix (C·kt·kh·kw, pixels) of some rows of the result.
    func matrix(
        of range: Range<Int>, in planes: [UnsafePointer<Float>?],
        _ scratch: UnsafeMutableBufferPointer<Float>
    ) -> MatrixView {
        let plane = rows * columns
        if isPlain, let start = unsafe planes[0] {
            return unsafe MatrixView(start + range.lowerBound * columns, stride: plane)
        }
        guard let start = scratch.baseAddress else { preconditionFailure("there is no scratch") }
        let pixels = range.count * outputColumns
        var target = unsafe start
        for channel in 0..<channels {
            for index in 0..<depth {
                let frame = unsafe planes[index]
                for kernelRow in 0..<kernelRows {
                    for kernelColumn in 0..<kernelColumns {
                        if let frame = unsafe frame {
                            unsafe fill(
                                target, from: frame + channel * plane, range,
                                down: kernelRow - lead(kernelRows),
                                right: kernelColumn - lead(kernelColumns))
                        } else {
                            unsafe target.update(repeating: 0, count: pixels)
                        }
                        unsafe target += pixels
                    }
                }
            }
        }
        return unsafe MatrixView(start, stride: pixels)
    }

    /// Copies rows of one channel, shifted, with zeros from beyond the border.
    private func fill(
        _ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>,
        _ range: Range<Int>, down: Int, right: Int
    ) {
        let width = outputColumns
        let inside = insideColumns(right: right)
        var target = unsafe target
        for row in range {
            let y = sampling == .halved ? 2 * row + down : row + down
            if y < 0 || y >= (sampling == .doubled ? 2 * rows : rows) || inside.isEmpty {
                unsafe target.update(repeating: 0, count: width)
            } else {
                unsafe target.update(repeating: 0, count: inside.lowerBound)
                unsafe (target + inside.upperBound)
                    .update(repeating: 0, count: width - inside.upperBound)
                let line = unsafe source + (sampling == .doubled ? y >> 1 : y) * columns
                switch sampling {
                case .same:
                    unsafe (target + inside.lowerBound)
                        .update(from: line + inside.lowerBound + right, count: inside.count)
                case .doubled:
                    for x in inside { unsafe target[x] = line[(x + right) >> 1] }
                case .halved:
                    for x in inside { unsafe target[x] = line[2 * x + right] }
                }
            }
            unsafe target += width
        }
    }

    /// The columns of the result that a kernel column finds inside the frame.
    private func insideColumns(right: Int) -> Range<Int> {
        let width = outputColumns
        guard sampling == .halved else {
            return max(0, -right)..<max(max(0, -right), min(width, width - right))
        }
        return 0..<max(0, min(width, (columns - right + 1) / 2))
    }
}
