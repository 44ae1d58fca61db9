// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Tensors

/// Memory of one thread for one piece of work, taken bit by bit and given back together.
@safe package final class Scratch: @unchecked Sendable {
    // Unchecked: only the thread that borrowed it touches it.
    private var blocks: [AlignedBytes] = []
    private var current = 0
    private var used = 0

    private static let idle = Mutex<[Scratch]>([])
    /// Large enough for most tiles, so that one block is all there is.
    private static let blockBytes = 4 << 20

    /// Lends scratch to `body`, which must not keep any of it.
    package static func lend(_ body: (Scratch) -> Void) {
        let scratch = idle.withLock { $0.popLast() } ?? Scratch()
        scratch.current = 0
        scratch.used = 0
        body(scratch)
        idle.withLock { $0.append(scratch) }
    }

    /// Frees what nobody uses at present.
    package static func release() {
        idle.withLock { $0.removeAll() }
        AlignedBytes.release()
    }

    /// Room for `count` bytes, of any content, on a cache line of its own.
    package func take(_ count: Int) -> UnsafeMutableRawPointer {
        while current < blocks.count, used + count > blocks[current].count {
            current += 1
            used = 0
        }
        if current == blocks.count {
            blocks.append(AlignedBytes(count: max(Self.blockBytes, count)))
            used = 0
        }
        defer { used += (count + 63) / 64 * 64 }
        return unsafe blocks[current].start + used
    }

    /// Room for `count` floats, of any content.
    package func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        unsafe take(count * 4).assumingMemoryBound(to: Float.self)
    }
}

/// Cuts `0..<rows` into tiles as even as they can be, a multiple of the threads where there are
/// many, and lends each scratch; idle processors take the next tile.
package func forEachTile(
    _ rows: Int, atMost tile: Int, _ body: (Range<Int>, Scratch) -> Void
) {
    let rounds = (rows + tile * processorCount - 1) / (tile * processorCount)
    let count = min(rows, rounds * processorCount)
    parallelForEach(count) { index in
        Scratch.lend { body(rows * index / count..<rows * (index + 1) / count, $0) }
    }
}
