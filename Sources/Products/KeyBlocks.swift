// SPDX-License-Identifier: Apache-2.0
//
// M keys, H heads of D channels.

import CDNNL
import CKernels
import Tensors

/// Keys and values of all heads, laid out for products, in blocks of keys.
@safe package final class KeyBlocks: @unchecked Sendable {
    // Unchecked: nothing is written after the initialiser.

    let shape: AttentionShape
    let precision: Precision
    /// M.
    package let count: Int
    /// The keys of each block.
    let ranges: [Range<Int>]
    /// For each head and block.
    let blocks: [[Block]]

    @safe struct Block {
        let keys: AlignedBytes
        /// Of int8 keys, one a key; else nil.
        let keyScales: UnsafePointer<Float>?
        /// Of int8 keys, one a key: what the 128 that queries have too much adds to a logit.
        let keyOffsets: AlignedBytes?
        let values: AlignedBytes
        /// Of int8 values, one a channel; else nil.
        let valueScales: AlignedBytes?
    }
    private let keyRows: HeadRows

    /// Lays out keys and as many values, on all processors.
    package init(keys: HeadRows, values: ValueRows) {
        let (shape, precision, count) = (keys.shape, keys.precision, keys.rows)
        let ranges = Self.blocks(of: count)
        (self.shape, self.precision, self.count, self.ranges) = (shape, precision, count, ranges)
        keyRows = keys
        var blocks = [Block?](repeating: nil, count: shape.heads * ranges.count)
        unsafe blocks.withUnsafeMutableBufferPointer { blocks in
            parallelForEach(shape.heads * ranges.count) { item in
                let (head, range) = (item / ranges.count, ranges[item % ranges.count])
                let scales = unsafe UnsafePointer(keys.scales[head] + range.lowerBound)
                let packedValues = Self.packValues(
                    values.bytes, range, head: head, shape: shape, precision: precision)
                unsafe blocks[item] = Block(
                    keys: Self.packKeys(keys, range, head: head),
                    keyScales: keys.element == .int8 ? scales : nil,
                    keyOffsets: Self.offsets(keys, range, head: head),
                    values: packedValues.0, valueScales: packedValues.1)
            }
        }
        self.blocks = (0..<shape.heads).map { head in
            blocks[head * ranges.count..<(head + 1) * ranges.count].compactMap(\.self)
        }
    }

    /// Keys of one block at most: with 64 queries its logits and weights stay in the cache.
    private static let longestBlock = 1024

    private static func blocks(of count: Int) -> [Range<Int>] {
        let units = (count + 63) / 64
        let blocks = (count + longestBlock - 1) / longestBlock
        return (0..<blocks).map { block in
            min(count, units * block / blocks * 64)..<min(count, units * (block + 1) / blocks * 64)
        }
    }

    private static func packKeys(_ keys: HeadRows, _ range: Range<Int>, head: Int) -> AlignedBytes {
        let depth = keys.shape.channels
        let source = unsafe keys.start(row: range.lowerBound, head: head)
        guard keys.precision.isNative else {
            return unsafe copy(source, rows: range.count, columns: depth, stride: depth)
        }
        let element = keys.element
        let left = element == .int8 ? Element.uint8 : element
        let result = AlignedBytes(
            count: size(
                of: packedLayout(depth: depth, columns: range.count, left: left, right: element)))
        unsafe pack(
            PackingShape(
                depth: depth, columns: range.count, depthStride: 1, columnStride: depth,
                left: left, right: element), from: source, into: result.start)
        return result
    }

    private static func offsets(
        _ keys: HeadRows, _ range: Range<Int>, head: Int
    ) -> AlignedBytes? {
        guard keys.element == .int8 else { return nil }
        let result = AlignedBytes(count: range.count * 4)
        unsafe passes.table.sum_rows(
            keys.start(row: range.lowerBound, head: head).assumingMemoryBound(to: Int8.self),
            result.start.assumingMemoryBound(to: Int32.self), range.count, keys.shape.channels)
        return result
    }

    private static func packValues(
        _ values: AlignedBytes, _ range: Range<Int>, head: Int, shape: AttentionShape,
        precision: Precision
    ) -> (AlignedBytes, AlignedBytes?) {
        let (width, channels, n) = (shape.width, shape.channels, range.count)
        let offset = range.lowerBound * width + head * channels
        guard precision.isNative else {
            let source = unsafe values.start + offset * 4
            return unsafe (copy(source, rows: n, columns: channels, stride: width), nil)
        }
        let element = Element(precision.format)
        let left = element == .int8 ? Element.uint8 : element
        let result = AlignedBytes(
            count: size(
                of: packedLayout(depth: n, columns: channels, left: left, right: element)))
        guard element == .int8 else {
            unsafe pack(
                PackingShape(
                    depth: n, columns: channels, depthStride: width, columnStride: 1, left: left,
                    right: element), from: values.start + offset * element.bytes,
                into: result.start)
            return (result, nil)
        }
        let scales = AlignedBytes(count: channels * 4)
        Scratch.lend { scratch in
            let rounded = unsafe scratch.take(n * channels)
            unsafe passes.table.quantize_columns(
                (values.start + offset * 2).assumingMemoryBound(to: UInt16.self), width,
                rounded.assumingMemoryBound(to: Int8.self),
                scales.start.assumingMemoryBound(to: Float.self), n, channels)
            unsafe pack(
                PackingShape(
                    depth: n, columns: channels, depthStride: channels, columnStride: 1, left: left,
                    right: element), from: rounded, into: result.start)
        }
        return (result, scales)
    }

    /// Rows of floats, closed up.
    private static func copy(
        _ source: UnsafeMutableRawPointer, rows: Int, columns: Int, stride: Int
    ) -> AlignedBytes {
        let result = AlignedBytes(count: rows * columns * 4)
        for row in 0..<rows {
            unsafe (result.start + row * columns * 4)
                .copyMemory(from: source + row * stride * 4, byteCount: columns * 4)
        }
        return result
    }
}
