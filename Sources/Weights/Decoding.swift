// SPDX-License-Identifier: Apache-2.0
//
// d and m are scale and offset of a block; q is a value as the block stores it.

import Tensors

extension ElementType {
    /// Decodes whole blocks.
    ///
    /// The products and sums are in the order of ggml's reference (gguf-py 0.19, gguf/quants.py,
    /// `dequantize_blocks`), so that every value is the same to the bit.
    ///
    /// * `source`: The first block of the tensor, of any alignment.
    /// * `blocks`: Those that are wanted.
    /// * `target`: Where the tensor's first value goes.
    func decode(
        _ source: UnsafeRawPointer, _ blocks: Range<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        for block in blocks {
            let x = unsafe Block(start: source + block * blockBytes)
            let y = unsafe target + block * blockLength
            switch self {
            case .float32: unsafe y.initialize(to: x.start.loadUnaligned(as: Float.self))
            case .float16: unsafe y.initialize(to: x.half(0))
            case .bfloat16: unsafe y.initialize(to: float(bfloat16: x.word(0)))
            case .float8e4m3: unsafe y.initialize(to: float(e4m3: x[0]))
            case .float8e5m2: unsafe y.initialize(to: float(binary16: UInt16(x[0]) << 8))
            case .q4_0: unsafe x.decodeQ4_0(y)
            case .q4_1: unsafe x.decodeQ4_1(y)
            case .q5_0: unsafe x.decodeQ5_0(y)
            case .q5_1: unsafe x.decodeQ5_1(y)
            case .q8_0: unsafe x.decodeQ8_0(y)
            case .q3_k: unsafe x.decodeQ3_K(y)
            case .q4_k: unsafe x.decodeQ4_K(y)
            case .q5_k: unsafe x.decodeQ5_K(y)
            case .q6_k: unsafe x.decodeQ6_K(y)
            }
        }
    }
}

/// The value of an 8-bit float of four exponent bits (E4M3FN: no infinities, NaN where all bits but
/// the sign are set).
@inline(__always)
func float(e4m3 bits: UInt8) -> Float {
    guard bits & 0x7F != 0x7F else { return .nan }
    // As a binary16 its exponent is 8 too small; the product is exact.
    let half = UInt16(bits & 0x80) << 8 | UInt16(bits & 0x7F) << 7
    return float(binary16: half) * 256
}

/// One block where it is mapped.
@safe private struct Block {
    let start: UnsafeRawPointer

    init(start: UnsafeRawPointer) { unsafe self.start = start }

    @inline(__always)
    subscript(offset: Int) -> UInt8 {
        unsafe start.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    func word(_ offset: Int) -> UInt16 {
        unsafe start.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    func half(_ offset: Int) -> Float { float(binary16: word(offset)) }

    /// Value `i` of 32 that are stored as 4 bits from `offset` on: the low halves of 16 bytes, then
    /// the high ones.
    @inline(__always)
    private func nibble(_ offset: Int, _ i: Int) -> UInt8 {
        i < 16 ? self[offset + i] & 0x0F : self[offset + i - 16] >> 4
    }

    /// Bit `i` of those from `offset` on, the lowest of each byte first.
    @inline(__always)
    private func bit(_ offset: Int, _ i: Int) -> UInt8 {
        self[offset + i / 8] >> UInt8(i % 8) & 1
    }

    func decodeQ4_0(_ y: UnsafeMutablePointer<Float>) {
        let d = half(0)
        for i in 0..<32 {
            unsafe (y + i).initialize(to: d * Float(Int(nibble(2, i)) - 8))
        }
    }

    func decodeQ4_1(_ y: UnsafeMutablePointer<Float>) {
        let (d, m) = (half(0), half(2))
        for i in 0..<32 { unsafe (y + i).initialize(to: d * Float(nibble(4, i)) + m) }
    }

    func decodeQ5_0(_ y: UnsafeMutablePointer<Float>) {
        let d = half(0)
        for i in 0..<32 {
            let q = nibble(6, i) | bit(2, i) << 4
            unsafe (y + i).initialize(to: d * Float(Int(q) - 16))
        }
    }

    func decodeQ5_1(_ y: UnsafeMutablePointer<Float>) {
        let (d, m) = (half(0), half(2))
        for i in 0..<32 {
            let q = nibble(8, i) | bit(4, i) << 4
            unsafe (y + i).initialize(to: d * Float(q) + m)
        }
    }

    func decodeQ8_0(_ y: UnsafeMutablePointer<Float>) {
        let d = half(0)
        for i in 0..<32 {
            unsafe (y + i).initialize(to: Float(Int8(bitPattern: self[2 + i])) * d)
        }
    }

    /// The third bit of 256 values, their two low bits, 16 scales of 6 bits and d.
    func decodeQ3_K(_ y: UnsafeMutablePointer<Float>) {
        let d = half(108)
        for group in 0..<16 {
            let low = self[96 + group % 8] >> UInt8(group / 8 * 4) & 0x0F
            let high = self[104 + group % 4] >> UInt8(group / 4 * 2) & 3
            let scale = d * Float(Int(low | high << 4) - 32)
            for i in group * 16..<group * 16 + 16 {
                let (half, row, column) = (i / 128, i / 32, i % 32)
                let q = self[32 + half * 32 + column] >> UInt8(row % 4 * 2) & 3
                let isWhole = self[column] >> UInt8(row) & 1 == 1
                unsafe (y + i).initialize(to: scale * Float(Int(q) - (isWhole ? 0 : 4)))
            }
        }
    }

    /// The scale and the offset of one eighth of a block, each of 6 bits, of the twelve bytes at 4.
    private func scaleAndOffset(_ group: Int) -> (scale: UInt8, offset: UInt8) {
        let i = group % 4
        guard group >= 4 else { return (self[4 + i] & 0x3F, self[8 + i] & 0x3F) }
        let rest = self[12 + i]
        return (
            rest & 0x0F | self[4 + i] >> 2 & 0x30, rest >> 4 | self[8 + i] >> 2 & 0x30
        )
    }

    func decodeQ4_K(_ y: UnsafeMutablePointer<Float>) {
        for group in 0..<8 {
            let (scale, offset) = scaleAndOffset(group)
            let (d, m) = (half(0) * Float(scale), half(2) * Float(offset))
            let start = 16 + group / 2 * 32
            for i in 0..<32 {
                let q = self[start + i] >> UInt8(group % 2 * 4) & 0x0F
                unsafe (y + group * 32 + i).initialize(to: d * Float(q) - m)
            }
        }
    }

    func decodeQ5_K(_ y: UnsafeMutablePointer<Float>) {
        for group in 0..<8 {
            let (scale, offset) = scaleAndOffset(group)
            let (d, m) = (half(0) * Float(scale), half(2) * Float(offset))
            let start = 48 + group / 2 * 32
            for i in 0..<32 {
                let low = self[start + i] >> UInt8(group % 2 * 4) & 0x0F
                let high = self[16 + i] >> UInt8(group) & 1
                unsafe (y + group * 32 + i).initialize(to: d * Float(low | high << 4) - m)
            }
        }
    }

    /// The four low bits of 256 values, their two high bits, 16 scales of 8 bits and d.
    func decodeQ6_K(_ y: UnsafeMutablePointer<Float>) {
        for group in 0..<16 {
            let scale = half(208) * Float(Int8(bitPattern: self[192 + group]))
            for i in group * 16..<group * 16 + 16 {
                let (half, place) = (i / 128, i % 128)
                let low = self[half * 64 + place % 64] >> UInt8(place / 64 * 4) & 0x0F
                let high = self[128 + half * 32 + place % 32] >> UInt8(place / 32 * 2) & 3
                unsafe (y + i).initialize(to: scale * Float(Int(low | high << 4) - 32))
            }
        }
    }
}
