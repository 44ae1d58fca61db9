// SPDX-License-Identifier: Apache-2.0
//
// A sum of floats in a plain loop stays scalar, because the compiler may not reorder it. The
// reductions of the engine are written here once, with explicit lanes; a multiply-add is written
// `a + x * y`, since `fma` becomes a library call on baseline x86-64.

/// Eight floats that are worked on together.
typealias Lane = SIMD8<Float>
let laneCount = 8

@inline(__always)
func loadLane(_ pointer: UnsafePointer<Float>) -> Lane {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: Lane.self)
}

@inline(__always)
func storeLane(_ lane: Lane, to pointer: UnsafeMutablePointer<Float>) {
    unsafe UnsafeMutableRawPointer(pointer).storeBytes(of: lane, as: Lane.self)
}

/// Σ x.
func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = Lane.zero
    var i = 0
    while i + laneCount <= count {
        unsafe lanes += loadLane(x + i)
        i += laneCount
    }
    var total = lanes.sum()
    while i < count {
        unsafe total += x[i]
        i += 1
    }
    return total
}

/// Σ (x − mean)², for mean 0 the sum of squares.
func sumOfSquares(_ x: UnsafePointer<Float>, count: Int, around mean: Float = 0) -> Float {
    var lanes = Lane.zero
    var i = 0
    while i + laneCount <= count {
        let difference = unsafe loadLane(x + i) - mean
        lanes += difference * difference
        i += laneCount
    }
    var total = lanes.sum()
    while i < count {
        let difference = unsafe x[i] - mean
        total += difference * difference
        i += 1
    }
    return total
}

/// The largest of `count` ≥ 1 values.
func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var largest = unsafe x[0]
    var i = 0
    if count >= laneCount {
        var lanes = unsafe loadLane(x)
        i = laneCount
        while i + laneCount <= count {
            unsafe lanes = pointwiseMax(lanes, loadLane(x + i))
            i += laneCount
        }
        largest = lanes.max()
    }
    while i < count {
        unsafe largest = max(largest, x[i])
        i += 1
    }
    return largest
}

/// eˣ in eight lanes, to about two units in the last place; 0 below −87, finite up to 88.
///
/// Splits x = n·ln 2 + r with |r| ≤ ln 2 / 2 and takes eʳ from the polynomial of Cephes `expf`
/// (S. Moshier, netlib.org/cephes, single/expf.c).
@inline(__always)
func exponential(_ x: Lane) -> Lane {
    let low = Lane(repeating: -87.3)
    let high = Lane(repeating: 88.3)
    let clamped = x.replacing(with: low, where: x .< low).replacing(with: high, where: x .> high)
    // Adding 1.5·2²³ rounds to the nearest integer and leaves it in the low bits of the fraction:
    // no library call, and no conversion, which is slow for a generic vector.
    let magic = Lane(repeating: 12_582_912)
    let shifted = clamped * 1.442_695_04 + magic
    let n = shifted - magic
    let r = (clamped - n * 0.693_359_375) - n * -2.121_944_4e-4
    var p = Lane(repeating: 1.987_569_1e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_452e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_5e-1
    p = p * r + 0.5
    p = p * r * r + r + 1
    let bits = unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self)
    let exponent = (bits &- (0x4b40_0000 - 127)) &<< 23
    let power = unsafe unsafeBitCast(exponent, to: Lane.self)
    return (p * power).replacing(with: 0, where: x .< -87.3)
}

/// Applies `function` to every value, on all processors.
func mapLanes(_ values: inout [Float], _ function: (Lane) -> Lane) {
    unsafe values.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        parallelFor(buffer.count, grain: 16_384) { range in
            var i = range.lowerBound
            while i + laneCount <= range.upperBound {
                unsafe storeLane(function(loadLane(start + i)), to: start + i)
                i += laneCount
            }
            while i < range.upperBound {
                unsafe start[i] = function(Lane(repeating: start[i]))[0]
                i += 1
            }
        }
    }
}
