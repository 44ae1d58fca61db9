// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out.

import CDNNL

/// The taps of a kernel: how many frames, rows and columns it sees at once.
package struct KernelSize: Hashable, Sendable {
    package var depth: Int
    package var rows: Int
    package var columns: Int

    package init(depth: Int, rows: Int, columns: Int) {
        (self.depth, self.rows, self.columns) = (depth, rows, columns)
    }

    /// All taps.
    package var count: Int { depth * rows * columns }
}

/// The shapes of one convolution of a strip: the source, (frames, rows, columns, C) without gaps,
/// has as many frames as the kernel; the result, (rows, columns, O), is float32.
struct ConvolutionShape: Hashable, Sendable {
    /// C.
    var inputs: Int
    /// O.
    var outputs: Int
    var kernel: KernelSize
    /// Of the source; none is made up above or below it.
    var rows: Int
    /// Of the source.
    var columns: Int
    /// Columns of zeros before the first and after the last.
    var left: Int
    var right: Int
    /// How far the kernel goes at a time, along rows and columns.
    var stride: Int
    /// Of source and weight.
    var element: Element

    var resultRows: Int { (rows - kernel.rows) / stride + 1 }
    var resultColumns: Int { (columns + left + right - kernel.columns) / stride + 1 }
    /// Whether the source itself is the left operand of a product with the weight.
    var isPlain: Bool { kernel.count == 1 && stride == 1 && left + right == 0 }
}

private let programs = PrimitiveCache<ConvolutionShape>()

/// The convolution's primitive; oneDNN chooses the layout of the weight.
func program(_ shape: ConvolutionShape) -> Primitive {
    programs.primitive(shape) { shape in
        let size = shape.kernel
        var source = channelsLast(
            [shape.inputs, size.depth, shape.rows, shape.columns], shape.element)
        var weight = layout(
            [shape.outputs, shape.inputs, size.depth, size.rows, size.columns], strides: nil,
            shape.element)
        var bias = layout([shape.outputs], strides: [1], .float32)
        var result = channelsLast(
            [shape.outputs, 1, shape.resultRows, shape.resultColumns], .float32)
        let stride = Int64(shape.stride)
        var operation = dnnl_convolution_desc_t()
        unsafe must(
            dnnl_convolution_forward_desc_init(
                &operation, dnnl_forward_inference, dnnl_convolution_direct, &source, &weight,
                &bias, &result, [1, stride, stride], [0, 0, Int64(shape.left)],
                [0, 0, Int64(shape.right)]))
        return unsafe withCallersScratchpad { attributes in
            var description: dnnl_primitive_desc_t?
            unsafe must(
                dnnl_primitive_desc_create(
                    &description, &operation, attributes, OneDNN.shared.engine, nil))
            guard let description = unsafe description else {
                preconditionFailure("no convolution")
            }
            return unsafe Primitive(
                description,
                arguments: [DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST])
        }
    }
}

/// The layout of frames (channels, frames, rows, columns) with the channels last and no gaps.
private func channelsLast(_ size: [Int], _ element: Element) -> dnnl_memory_desc_t {
    let row = size[3] * size[0]
    let frame = size[2] * row
    return layout([1] + size, strides: [size[1] * frame, 1, frame, row, size[0]], element)
}

/// Copies a weight (O, C, depth, rows, columns) of float32 into the layout that a primitive wants.
func packWeight(
    _ weight: [Float], outputs: Int, inputs: Int, _ kernel: KernelSize,
    as wanted: dnnl_memory_desc_t
) -> AlignedBytes {
    let (taps, plane) = (kernel.count, kernel.rows * kernel.columns)
    var from = layout(
        [outputs, inputs, kernel.depth, kernel.rows, kernel.columns],
        strides: [inputs * taps, taps, plane, kernel.columns, 1], .float32)
    var to = wanted
    let result = AlignedBytes(count: size(of: to))
    let primitive = unsafe withCallersScratchpad { attributes in
        var description: dnnl_primitive_desc_t?
        let engine = unsafe OneDNN.shared.engine
        unsafe must(
            dnnl_reorder_primitive_desc_create(
                &description, &from, engine, &to, engine, attributes))
        guard let description = unsafe description else { preconditionFailure("no packing") }
        return unsafe Primitive(description, arguments: [DNNL_ARG_FROM, DNNL_ARG_TO])
    }
    unsafe weight.withUnsafeBytes { weight in
        unsafe primitive.run(
            (DNNL_ARG_FROM, UnsafeMutableRawPointer(mutating: weight.baseAddress)),
            (DNNL_ARG_TO, result.start))
    }
    return result
}
