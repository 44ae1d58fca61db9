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
        let address = count < Self.large ? nil : Self.idle.withLock { $0.take(count) }
        unsafe start =
            address.flatMap { unsafe UnsafeMutableRawPointer(bitPattern: $0) }
            ?? .allocate(byteCount: max(64, count), alignment: 64)
    }

    deinit {
        let address = unsafe UInt(bitPattern: start)
        if count >= Self.large, Self.idle.withLock({ $0.keep(address, count) }) { return }
        unsafe start.deallocate()
    }

    private static let large = 1 << 20
    private static let idle = Mutex(Idle())

    /// What nobody uses at present.
    private struct Idle {
        /// By size.
        var addresses: [Int: [UInt]] = [:]
        var bytes = 0
        /// As much as the blocks of a transformer hand from one to the next.
        static let most = 256 << 20

        mutating func take(_ count: Int) -> UInt? {
            guard let address = addresses[count]?.popLast() else { return nil }
            bytes -= count
            return address
        }

        mutating func keep(_ address: UInt, _ count: Int) -> Bool {
            guard bytes + count <= Self.most else { return false }
            addresses[count, default: []].append(address)
            bytes += count
            return true
        }
    }

    /// Gives back to the system what nobody uses at present.
    package static func release() {
        let addresses = idle.withLock { idle in
            defer { idle = Idle() }
            return idle.addresses.values.flatMap(\.self)
        }
        for address in addresses {
            unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
        }
    }
}
