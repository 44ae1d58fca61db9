// SPDX-License-Identifier: Apache-2.0

/// Small files that unpack into very large ones.
package enum Bomb {
    /// A PNG of black pixels, of one bit each: 50000×50000 take 312 MB when unpacked.
    package static func png(width: Int, height: Int, chunks: [(String, [UInt8])] = []) -> [UInt8] {
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let header = big(width) + big(height) + [1, 0, 0, 0, 0]
        let row = (width + 7) / 8 + 1
        let all = [("IHDR", header)] + chunks + [("IDAT", zeros(row * height)), ("IEND", [])]
        return signature + all.flatMap { chunk($0, $1) }
    }

    /// The content of a `zTXt` chunk with this many zero bytes.
    package static func remark(_ count: Int) -> [UInt8] { Array("Comment\0\0".utf8) + zeros(count) }

    /// This many zero bytes in zlib's format (RFC 1950, 1951): one block with fixed codes, a
    /// literal 0, then copies of 258 bytes from the byte before, at 13 bits each.
    static func zeros(_ count: Int) -> [UInt8] {
        var bits = Bits()
        bits.append(0b1, 1)
        bits.append(0b01, 2)
        bits.appendCode(0b0011_0000, 8)
        let copies = (count - 1) / 258
        for _ in 0..<copies {
            bits.appendCode(0b1100_0101, 8)
            bits.appendCode(0, 5)
        }
        for _ in 0..<(count - 1 - copies * 258) { bits.appendCode(0b0011_0000, 8) }
        bits.appendCode(0, 7)
        // Adler-32 of zeros: 1, and the number of bytes.
        return [0x78, 0x9C] + bits.bytes + big(count % 65521 << 16 | 1)
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + content
        return big(content.count) + checked + big(Int(checksum(checked)))
    }

    private static func big(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// CRC-32 as in PNG, annex D.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in
            value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
        }
    }

    /// Bits from the lowest of each byte on; codes come with their highest bit first.
    private struct Bits {
        private var full: [UInt8] = []
        private var last: UInt8 = 0
        private var used = 0

        mutating func append(_ value: Int, _ count: Int) {
            for bit in 0..<count { append(bit: value >> bit & 1) }
        }

        mutating func appendCode(_ code: Int, _ count: Int) {
            for bit in (0..<count).reversed() { append(bit: code >> bit & 1) }
        }

        private mutating func append(bit: Int) {
            last |= UInt8(bit << used)
            used += 1
            guard used == 8 else { return }
            full.append(last)
            (last, used) = (0, 0)
        }

        var bytes: [UInt8] { used == 0 ? full : full + [last] }
    }
}
