// SPDX-License-Identifier: Apache-2.0
//
// M rows of activations, N outputs, K inputs.

import CDNNL
import CKernels
import Tensors

/// The weight and bias of a linear layer, laid out for products in one precision.
///
/// The outputs are cut into panels, so that the product of a tile with a panel stays in the cache
/// while it is worked on.
@safe package final class PackedMatrix: @unchecked Sendable {
    // Unchecked: nothing is written after the initialiser.

    /// N.
    package let outputs: Int
    /// K.
    package let inputs: Int
    package let precision: Precision
    let panels: [Panel]
    /// (N); empty where the layer has no bias.
    let bias: [Float]
    /// The scale of each output's weights, (N); empty unless products are in int8.
    let scales: [Float]

    /// Some of the outputs.
    struct Panel {
        let columns: Range<Int>
        let storage: Storage
    }

    enum Storage {
        /// In oneDNN's layout.
        case packed(AlignedBytes)
        /// (columns, K) in float32, row by row, for OpenBLAS.
        case rows(AlignedBytes)
    }

    /// The outputs of each panel.
    package var panelRanges: [Range<Int>] { panels.map(\.columns) }

    /// Packs a weight (N, K) and a bias, (N) or empty, on all processors.
    ///
    /// * `widestPanel`: Outputs that are worked on together; the fewer, the more stays in the cache.
    package init(
        _ weight: Span<Float>, bias: Span<Float>, outputs: Int, precision: Precision,
        widestPanel: Int = 1536
    ) {
        precondition(weight.count % outputs == 0, "\(weight.count) is no (\(outputs), K)")
        self.outputs = outputs
        inputs = weight.count / outputs
        self.precision = precision
        self.bias = bias.isEmpty ? [] : (0..<bias.count).map { bias[$0] }
        let ranges = Self.panels(of: outputs, atMost: widestPanel)
        let (k, native) = (inputs, precision.isNative)
        var panels = [Panel?](repeating: nil, count: ranges.count)
        var scales = [Float](repeating: 1, count: outputs)
        unsafe weight.withUnsafeBufferPointer { weight in
            unsafe panels.withUnsafeMutableBufferPointer { panels in
                unsafe scales.withUnsafeMutableBufferPointer { scales in
                    guard let w0 = weight.baseAddress, let s0 = scales.baseAddress else { return }
                    parallelForEach(ranges.count) { index in
                        let range = ranges[index]
                        let rows = unsafe Self.rounded(
                            w0 + range.lowerBound * k, rows: range.count, depth: k, precision,
                            scales: s0 + range.lowerBound)
                        let storage =
                            native
                            ? Storage.packed(
                                Self.packed(rows, rows: range.count, depth: k, precision))
                            : .rows(rows)
                        unsafe panels[index] = Panel(columns: range, storage: storage)
                    }
                }
            }
        }
        self.panels = panels.compactMap(\.self)
        self.scales = native && precision == .int8 ? scales : []
    }

    /// Ranges of whole blocks of 64 outputs, as even as they can be.
    private static func panels(of outputs: Int, atMost widest: Int) -> [Range<Int>] {
        let blocks = (outputs + 63) / 64
        let count = (outputs + widest - 1) / widest
        return (0..<count).map { part in
            min(
                outputs, blocks * part / count * 64)..<min(
                    outputs, blocks * (part + 1) / count * 64)
        }
    }

    /// Rows of weights in the precision's format, row by row.
    private static func rounded(
        _ weight: UnsafePointer<Float>, rows: Int, depth: Int, _ precision: Precision,
        scales: UnsafeMutablePointer<Float>
    ) -> AlignedBytes {
        let bytes = Element(precision.format).bytes
        let result = AlignedBytes(count: rows * depth * bytes)
        for row in 0..<rows {
            let source = unsafe weight + row * depth
            let target = unsafe result.start + row * depth * bytes
            if precision.isNative {
                unsafe scales[row] = passes.table.store(source, target, precision.format, depth)
            } else {
                let floats = unsafe target.assumingMemoryBound(to: Float.self)
                unsafe floats.update(from: source, count: depth)
                unsafe passes.table.round_to(floats, precision.rounding, depth)
            }
        }
        return result
    }

    private static func packed(
        _ weight: AlignedBytes, rows: Int, depth: Int, _ precision: Precision
    ) -> AlignedBytes {
        let element = Element(precision.format)
        let shape = PackingShape(
            depth: depth, columns: rows, depthStride: 1, columnStride: depth, left: element,
            right: element)
        let result = AlignedBytes(
            count: size(
                of: packedLayout(depth: depth, columns: rows, left: element, right: element)))
        unsafe pack(shape, from: weight.start, into: result.start)
        return result
    }
}

extension PackedMatrix {
    /// Maps rows of activations, (M, K) in the precision's format, to (M, N) in float32, bias
    /// included, on the calling thread.
    ///
    /// * `scales`: Of int8 rows, (M).
    /// * `each`: Called after each panel with its columns, while they are in the cache.
    package func multiply(
        _ x: UnsafeRawPointer, stride: Int, scales rowScales: UnsafePointer<Float>, rows: Int,
        into y: UnsafeMutablePointer<Float>, stride resultStride: Int,
        each: (Range<Int>) -> Void = { _ in }
    ) {
        for index in panels.indices {
            unsafe multiply(
                panel: index, x, stride: stride, scales: rowScales, rows: rows,
                into: y + panels[index].columns.lowerBound, stride: resultStride)
            each(panels[index].columns)
        }
    }

    /// One panel of the product, in the columns from `y` on.
    package func multiply(
        panel index: Int, _ x: UnsafeRawPointer, stride: Int,
        scales rowScales: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>,
        stride resultStride: Int
    ) {
        let panel = panels[index]
        let (first, count) = (panel.columns.lowerBound, panel.columns.count)
        unsafe bias.withUnsafeBufferPointer { bias in
            let b0 = unsafe bias.baseAddress.map { unsafe $0 + first }
            switch panel.storage {
            case .rows(let weight):
                unsafe multiplyTransposed(
                    MatrixView(x.assumingMemoryBound(to: Float.self), stride: stride),
                    MatrixView(weight.start.assumingMemoryBound(to: Float.self), stride: inputs),
                    into: y, cStride: resultStride, m: rows, n: count, k: inputs)
                if let b0 = unsafe b0, !self.bias.isEmpty {
                    for row in 0..<rows {
                        unsafe passes.table.add(y + row * resultStride, b0, count)
                    }
                }
            case .packed(let weight) where resultStride == count:
                unsafe multiply(
                    x, by: weight, panel.columns, scales: rowScales, rows: rows, into: y)
            case .packed(let weight):
                // oneDNN's fast products write closed rows only.
                unsafe withUnsafeTemporaryAllocation(byteCount: rows * count * 4, alignment: 64) {
                    closed in
                    guard let z = unsafe closed.baseAddress?.assumingMemoryBound(to: Float.self)
                    else {
                        return
                    }
                    unsafe multiply(
                        x, by: weight, panel.columns, scales: rowScales, rows: rows, into: z)
                    for row in 0..<rows {
                        unsafe (y + row * resultStride).update(from: z + row * count, count: count)
                    }
                }
            }
        }
    }

    /// One panel of the product in closed rows.
    private func multiply(
        _ x: UnsafeRawPointer, by weight: AlignedBytes, _ columns: Range<Int>,
        scales rowScales: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let (first, count) = (columns.lowerBound, columns.count)
        let element = Element(precision.format)
        let hasBias = !bias.isEmpty
        let shape = MatrixShape(
            rows: rows, columns: count, depth: inputs, left: element, right: element,
            hasBias: hasBias && element != .int8)
        unsafe bias.withUnsafeBufferPointer { bias in
            let addend = unsafe hasBias ? bias.baseAddress.map { unsafe $0 + first } : nil
            let target = UnsafeMutableRawPointer(y)
            Profile.measure(.linear, operations: 2 * rows * count * inputs) {
                unsafe program(shape).multiply(
                    x, by: weight.start, bias: shape.hasBias ? addend : nil, into: target)
            }
            guard element == .int8 else { return }
            let sums = unsafe target.assumingMemoryBound(to: Int32.self)
            unsafe scales.withUnsafeBufferPointer { scales in
                let scales = unsafe scales.baseAddress.map { unsafe $0 + first }
                for row in 0..<rows {
                    unsafe passes.table.dequantize(
                        sums + row * count, y + row * count, rowScales[row], scales, addend, count)
                }
            }
        }
    }
}
