// SPDX-License-Identifier: Apache-2.0
//
// N queries, M keys, H heads of D channels.

import CKernels
import Tensors

/// Queries of one piece of work: with a block of keys their logits stay in the cache.
private let queriesAtOnce = 128

/// Attention whose logits never leave the cache: softmax(scale·Q·Kᵀ + bias)·V, head by head.
///
/// Blocks of keys go by with a running maximum and sum for each query (Milakov and Gimelshein,
/// arXiv 1805.02867; Dao et al., arXiv 2205.14135). In int8 the weights of a block are rounded to
/// 255 steps of its largest and sums of products are exact.
///
/// * `bias`: Added to the logit of each key, (M), or empty.
/// * `result`: (N, H·D).
package func attend(
    _ queries: HeadRows, to memory: KeyBlocks, scale: Float, bias: [Float] = [],
    into result: UnsafeMutablePointer<Float>
) {
    let (shape, n) = (queries.shape, queries.rows)
    precondition(memory.shape == shape && memory.precision == queries.precision)
    precondition(bias.isEmpty || bias.count == memory.count)
    // In base 2, where the exponential is cheapest.
    let log2e: Float = 1.442_695_04
    let scaledBias = bias.map { $0 * log2e }
    let pieces = (n + queriesAtOnce - 1) / queriesAtOnce
    unsafe scaledBias.withUnsafeBufferPointer { bias in
        parallelForEach(shape.heads * pieces) { item in
            let (head, piece) = (item / pieces, item % pieces)
            let rows = n * piece / pieces..<n * (piece + 1) / pieces
            Scratch.lend { scratch in
                let work = unsafe QueryPiece(
                    queries: queries, memory: memory, head: head, rows: rows,
                    scale: scale * log2e, bias: scaledBias.isEmpty ? nil : bias.baseAddress,
                    scratch: scratch)
                for block in memory.ranges.indices { work.visit(block) }
                unsafe work.finish(into: result)
            }
        }
    }
}

/// Some queries of one head on their way through the blocks of keys.
@safe private struct QueryPiece {
    let queries: HeadRows
    let memory: KeyBlocks
    let head: Int
    let rows: Range<Int>
    let scale: Float
    let bias: UnsafePointer<Float>?
    let longest: Int
    /// (rows, keys of a block), float32 or int32.
    let logits: UnsafeMutableRawPointer
    /// (rows, keys of a block).
    let weights: UnsafeMutableRawPointer
    /// (rows, D): of one block, float32 or int32; and of all so far.
    let product: UnsafeMutableRawPointer
    let sum: UnsafeMutablePointer<Float>
    let largest: UnsafeMutablePointer<Float>
    let total: UnsafeMutablePointer<Float>
    let corrections: UnsafeMutablePointer<Float>

    init(
        queries: HeadRows, memory: KeyBlocks, head: Int, rows: Range<Int>, scale: Float,
        bias: UnsafePointer<Float>?, scratch: Scratch
    ) {
        (self.queries, self.memory, self.head) = (queries, memory, head)
        (self.rows, self.scale) = (rows, scale)
        unsafe self.bias = unsafe bias
        longest = memory.ranges.map(\.count).max() ?? 0
        let (count, channels) = (rows.count, queries.shape.channels)
        unsafe logits = scratch.take(count * longest * 4)
        unsafe weights = scratch.take(count * longest * queries.element.bytes)
        unsafe product = scratch.take(count * channels * 4)
        unsafe sum = scratch.floats(count * channels)
        unsafe largest = scratch.floats(count)
        unsafe total = scratch.floats(count)
        unsafe corrections = scratch.floats(count)
        unsafe sum.update(repeating: 0, count: count * channels)
        unsafe largest.update(repeating: -3e38, count: count)
        unsafe total.update(repeating: 0, count: count)
    }

    private var isInteger: Bool { queries.element == .uint8 }

    func visit(_ index: Int) {
        let range = memory.ranges[index]
        let block = memory.blocks[head][index]
        let (count, keys, channels) = (rows.count, range.count, queries.shape.channels)
        let operations = 2 * count * keys * channels
        Profile.measure(.logits, operations: operations) { multiplyKeys(block, keys) }
        Profile.measure(.softmax) { weigh(block, range) }
        Profile.measure(.values, operations: operations) { multiplyValues(block, keys) }
        for row in 0..<count {
            unsafe passes.table.accumulate(
                sum + row * channels, corrections[row], product + row * channels * 4,
                isInteger ? 1 : 0,
                block.valueScales?.start.assumingMemoryBound(to: Float.self), channels)
        }
    }

    /// Logits to weights, and what that changes about the sums so far.
    private func weigh(_ block: KeyBlocks.Block, _ range: Range<Int>) {
        let (count, keys) = (rows.count, range.count)
        for row in 0..<count {
            var factor = scale
            if isInteger { factor *= unsafe queries.scales[head][rows.lowerBound + row] }
            unsafe corrections[row] = passes.table.softmax(
                logits + row * keys * 4, isInteger ? 1 : 0, factor,
                block.keyOffsets?.start.assumingMemoryBound(to: Int32.self), block.keyScales,
                bias.map { unsafe $0 + range.lowerBound }, largest + row, total + row,
                weights + row * keys * queries.element.bytes, queries.precision.format, keys)
        }
    }

    /// Logits, (rows, keys).
    private func multiplyKeys(_ block: KeyBlocks.Block, _ keys: Int) {
        let channels = queries.shape.channels
        let start = unsafe queries.start(row: rows.lowerBound, head: head)
        if queries.precision.isNative {
            let shape = MatrixShape(
                rows: rows.count, columns: keys, depth: channels, left: queries.element,
                right: Element(queries.precision.format))
            unsafe program(shape).multiply(start, by: block.keys.start, into: logits)
        } else {
            unsafe multiplyTransposed(
                MatrixView(start.assumingMemoryBound(to: Float.self), stride: channels),
                MatrixView(block.keys.start.assumingMemoryBound(to: Float.self), stride: channels),
                into: logits.assumingMemoryBound(to: Float.self), cStride: keys, m: rows.count,
                n: keys, k: channels)
        }
    }

    /// The weighted sum of one block's values, (rows, D).
    private func multiplyValues(_ block: KeyBlocks.Block, _ keys: Int) {
        let channels = queries.shape.channels
        if queries.precision.isNative {
            let shape = MatrixShape(
                rows: rows.count, columns: channels, depth: keys,
                left: queries.element,
                right: Element(queries.precision.format))
            unsafe program(shape).multiply(weights, by: block.values.start, into: product)
        } else {
            unsafe multiply(
                MatrixView(weights.assumingMemoryBound(to: Float.self), stride: keys),
                MatrixView(
                    block.values.start.assumingMemoryBound(to: Float.self), stride: channels),
                into: product.assumingMemoryBound(to: Float.self), cStride: channels,
                m: rows.count, n: channels, k: keys)
        }
    }

    /// Writes the rows, divided by their sums.
    func finish(into result: UnsafeMutablePointer<Float>) {
        let (width, channels) = (queries.shape.width, queries.shape.channels)
        for row in rows.indices {
            let index = row - rows.lowerBound
            unsafe passes.table.scale(
                sum + index * channels,
                result + row * width + head * channels, 1 / total[index], channels)
        }
    }
}
