// SPDX-License-Identifier: Apache-2.0

/// The value of a bfloat16: the upper half of a binary32.
@inline(__always)
package func float(bfloat16 bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
}

/// The value of an IEEE 754 binary16, subnormals, infinities and NaN included.
///
/// Shifting the exponent and fraction into binary32 and multiplying by 2¹¹² rebiases the exponent
/// and normalises subnormals in one step; only the all-ones exponent needs care.
@inline(__always)
package func float(binary16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7fff) << 13
    let rebias = Float(bitPattern: UInt32(127 + 112) << 23)
    let value = Float(bitPattern: magnitude) * rebias
    let special = bits & 0x7c00 == 0x7c00 ? UInt32(0x7f80_0000) : 0
    return Float(bitPattern: value.bitPattern | sign | special)
}

/// The bits of the bfloat16 nearest to a value, ties to even; those of a quiet NaN for NaN.
@inline(__always)
package func bfloat16(_ value: Float) -> UInt16 {
    guard !value.isNaN else { return 0x7FC0 }
    let bits = value.bitPattern
    // Never overflows: the bits of infinity are the largest that come here, and rounding leaves them.
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
}
