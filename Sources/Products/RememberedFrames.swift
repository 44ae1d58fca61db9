// SPDX-License-Identifier: Apache-2.0
//
// W columns, C channels.

import CKernels

/// The last two frames that a causal convolution has seen, in float32 or in eight bits a channel.
///
/// In eight bits each pixel has a range of its own: the error is 1/880 of that range, in the mean
/// of squares.
@safe final class RememberedFrames {
    private let columns: Int
    private let channels: Int
    private let isExact: Bool
    /// The older one first.
    private var frames: [AlignedBytes] = []
    /// How many frames came, at most two.
    private(set) var count = 0

    init(rows: Int, columns: Int, channels: Int, isExact: Bool) {
        (self.columns, self.channels, self.isExact) = (columns, channels, isExact)
        frames = (0..<2).map { _ in
            AlignedBytes(count: rows * columns * (isExact ? channels * 4 : channels + 4))
        }
    }

    private func start(_ frame: Int, row: Int, column: Int) -> UnsafeMutableRawPointer {
        let pixel = row * columns + column
        return unsafe frames[frame].start + pixel * (isExact ? channels * 4 : channels + 4)
    }

    /// Reads pixels of the frame before (1) or the one before that (0); zeros where none came.
    func recall(
        _ frame: Int, row: Int, columns range: Range<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        let n = range.count * channels
        guard frame + count >= 2 else { return unsafe target.update(repeating: 0, count: n) }
        let source = unsafe start(frame, row: row, column: range.lowerBound)
        if isExact {
            unsafe target.update(from: source.assumingMemoryBound(to: Float.self), count: n)
        } else {
            unsafe passes.table.recall_pixels(
                source.assumingMemoryBound(to: UInt8.self), target, range.count, channels)
        }
    }

    /// Writes pixels of one of the two frames, whose old content is not needed any more.
    func keep(
        _ source: UnsafePointer<Float>, as frame: Int, row: Int, columns range: Range<Int>
    ) {
        let target = unsafe start(frame, row: row, column: range.lowerBound)
        if isExact {
            let n = range.count * channels
            unsafe target.assumingMemoryBound(to: Float.self).update(from: source, count: n)
        } else {
            unsafe passes.table.keep_pixels(
                source, target.assumingMemoryBound(to: UInt8.self), range.count, channels)
        }
    }

    /// All rows of `new` frames, one or two, were kept; a single one was kept as the older one.
    func advance(by new: Int) {
        if new == 1 { frames.swapAt(0, 1) }
        count = min(2, count + new)
    }
}
