// SPDX-License-Identifier: Apache-2.0
//
// C channels in, O channels out.

import CDNNL
import Synchronization
import Tensors

/// The weight and bias of a convolution, laid out for each layout that a primitive asks for.
///
/// A weight is laid out when it is first needed: of a clip's first frames, whose kernel would see
/// zeros before them, only the last taps count, and they are a kernel of their own.
@safe package final class ConvolutionKernel: @unchecked Sendable {
    // Unchecked: all but what is locked is constant.

    /// C.
    package let inputs: Int
    /// O.
    package let outputs: Int
    package let size: KernelSize
    package let precision: Precision
    let element: Element
    /// (O).
    private let bias: [Float]
    private let weight: @Sendable (Int) -> [Float]
    private let packed = Mutex<[Packing]>([])

    private struct Packing {
        let depth: Int
        /// Nil where the weight is (O, depth, rows, columns, C), for OpenBLAS.
        let layout: dnnl_memory_desc_t?
        let bytes: AlignedBytes
    }

    /// A kernel that reads its weight when it is needed.
    ///
    /// * `bias`: (O).
    /// * `weight`: The last so many frames' taps, (O, C, frames, rows, columns).
    package init(
        inputs: Int, outputs: Int, size: KernelSize, bias: [Float], precision: Precision,
        weight: @escaping @Sendable (Int) -> [Float]
    ) {
        precondition(bias.count == outputs)
        (self.inputs, self.outputs, self.size) = (inputs, outputs, size)
        self.precision = precision.ofConvolutions
        element = Element(self.precision.format)
        self.bias = bias
        self.weight = weight
    }

    /// The shape of a strip's convolution with the last so many frames' taps.
    func shape(
        depth: Int, rows: Int, columns: Int, left: Int, right: Int, stride: Int = 1
    ) -> ConvolutionShape {
        ConvolutionShape(
            inputs: inputs, outputs: outputs,
            kernel: KernelSize(depth: depth, rows: size.rows, columns: size.columns), rows: rows,
            columns: columns, left: left, right: right, stride: stride, element: element)
    }

    /// Convolves a strip on the calling thread, bias included.
    func convolve(
        _ source: UnsafeRawPointer, _ shape: ConvolutionShape,
        into result: UnsafeMutablePointer<Float>
    ) {
        unsafe bias.withUnsafeBufferPointer { bias in
            guard let bias = bias.baseAddress else { return }
            guard precision.isNative else {
                let weight = weight(depth: shape.kernel.depth, layout: nil)
                return unsafe multiplyPatches(
                    of: source.assumingMemoryBound(to: Float.self), shape,
                    by: weight.start.assumingMemoryBound(to: Float.self), bias: bias, into: result)
            }
            let primitive = program(shape)
            let weight = weight(
                depth: shape.kernel.depth, layout: primitive.descriptor(DNNL_ARG_WEIGHTS))
            unsafe primitive.run(
                (DNNL_ARG_SRC, UnsafeMutableRawPointer(mutating: source)),
                (DNNL_ARG_WEIGHTS, weight.start),
                (DNNL_ARG_BIAS, UnsafeMutableRawPointer(mutating: bias)),
                (DNNL_ARG_DST, UnsafeMutableRawPointer(result)))
        }
    }

    /// The weight of the last `depth` frames in a layout, made when it is first asked for.
    private func weight(depth: Int, layout: dnnl_memory_desc_t?) -> AlignedBytes {
        packed.withLock { packed in
            for packing in packed where packing.depth == depth {
                if isSame(packing.layout, layout) { return packing.bytes }
            }
            let bytes: AlignedBytes
            var part = size
            part.depth = depth
            if let layout {
                bytes = packWeight(
                    weight(depth), outputs: outputs, inputs: inputs, part, as: layout)
            } else {
                bytes = channelsLast(weight(depth), taps: part.count)
            }
            packed.append(Packing(depth: depth, layout: layout, bytes: bytes))
            return bytes
        }
    }

    private func isSame(_ one: dnnl_memory_desc_t?, _ other: dnnl_memory_desc_t?) -> Bool {
        guard let one, let other else { return one == nil && other == nil }
        return unsafe withUnsafePointer(to: one) { one in
            unsafe withUnsafePointer(to: other) { unsafe dnnl_memory_desc_equal(one, $0) != 0 }
        }
    }

    /// A weight (O, C, taps) as (O, taps, C).
    private func channelsLast(_ weight: [Float], taps: Int) -> AlignedBytes {
        let result = AlignedBytes(count: weight.count * 4)
        let target = unsafe result.start.assumingMemoryBound(to: Float.self)
        for output in 0..<outputs {
            let start = output * inputs * taps
            for tap in 0..<taps {
                for input in 0..<inputs {
                    unsafe target[start + tap * inputs + input] = weight[start + input * taps + tap]
                }
            }
        }
        return result
    }
}
