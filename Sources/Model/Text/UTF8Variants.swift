// SPDX-License-Identifier: Apache-2.0

/// Decodes UTF-8 strictly, or returns nil.
///
/// With `variants`, two common deviations are understood as well: Java's C0 80 for U+0000 and
/// CESU-8, which writes a character beyond U+FFFF as two encoded surrogates (ftfy 6.3.1,
/// ftfy/bad_codecs/utf8_variants.py).
func decodeUTF8(_ bytes: [UInt8], variants: Bool) -> [Unicode.Scalar]? {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
        if variants, bytes[position] == 0xC0, position + 1 < bytes.count,
            bytes[position + 1] == 0x80
        {
            result.append("\0")
            position += 2
        } else if variants, let scalar = surrogatePair(in: bytes, at: position) {
            result.append(scalar)
            position += 6
        } else if let (scalar, length) = scalar(in: bytes, at: position) {
            result.append(scalar)
            position += length
        } else {
            return nil
        }
    }
    return result
}

private func surrogatePair(in bytes: [UInt8], at start: Int) -> Unicode.Scalar? {
    guard start + 6 <= bytes.count, bytes[start] == 0xED, bytes[start + 3] == 0xED,
        (0xA0...0xAF).contains(bytes[start + 1]), (0x80...0xBF).contains(bytes[start + 2]),
        (0xB0...0xBF).contains(bytes[start + 4]), (0x80...0xBF).contains(bytes[start + 5])
    else { return nil }
    let high = UInt32(bytes[start + 1] & 0x0F) << 16 | UInt32(bytes[start + 2] & 0x3F) << 10
    let low = UInt32(bytes[start + 4] & 0x0F) << 6 | UInt32(bytes[start + 5] & 0x3F)
    return Unicode.Scalar(0x10000 + (high | low))
}

private func scalar(in bytes: [UInt8], at start: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[start]
    let (length, smallest): (Int, UInt32)
    switch first {
    case 0x00...0x7F: return (Unicode.Scalar(first), 1)
    case 0xC2...0xDF: (length, smallest) = (2, 0x80)
    case 0xE0...0xEF: (length, smallest) = (3, 0x800)
    case 0xF0...0xF4: (length, smallest) = (4, 0x10000)
    default: return nil
    }
    guard start + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for byte in bytes[(start + 1)..<(start + length)] {
        guard byte & 0xC0 == 0x80 else { return nil }
        value = value << 6 | UInt32(byte & 0x3F)
    }
    // The initialiser refuses surrogates and what lies beyond U+10FFFF.
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
}
