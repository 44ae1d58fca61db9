// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bytes on the heap, aligned for the longest vectors, given back with the last reference.
///
/// Large ones are kept for whoever next asks for as many: from the system each would come page by
/// page, zeroed, for every block of the network anew.
@safe package final class AlignedBytes: @unchecked Sendable {
    // Unchecked: whoever makes one writes to it before it is shared.
    package let start: UnsafeMutableRawPointer
    package let count: Int

    /// Bytes of any content.
    package init(count: Int) {
        self.count = count
        let address = count < Self.large ? nil : Self.idle.withLock { $0[count]?.popLast() }
        unsafe start =
            address.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
            ?? .allocate(byteCount: max(64, count), alignment: 64)
    }

    deinit {
        guard count >= Self.large else { return unsafe start.deallocate() }
        let address = unsafe UInt(bitPattern: start)
        Self.idle.withLock { $0[count, default: []].append(address) }
    }

    private static let large = 1 << 20
    /// The addresses of what nobody uses at present, by size.
    private static let idle = Mutex<[Int: [UInt]]>([:])

    /// Gives back to the system what nobody uses at present.
    package static func release() {
        let addresses = idle.withLock { idle in
            defer { idle = [:] }
            return idle.values.flatMap(\.self)
        }
        for address in addresses {
            unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        }
    }
}
