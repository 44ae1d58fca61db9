// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where a subject is: a similarity from its own coordinates (pixels of the first picture, counted
/// from its middle) to those of a picture.
struct Pose: Sendable, Equatable {
    /// Where the subject's middle is.
    var place: SIMD2<Float>
    /// The natural logarithm of the subject's size over its first size.
    var growth: Float = 0
    /// How far the subject has turned, in radians.
    var angle: Float = 0

    var scale: Float { exp(growth) }

    /// The matrix's first column; the second is (-y, x).
    var axis: SIMD2<Float> {
        let scale = exp(growth)
        return SIMD2(scale * cos(angle), scale * sin(angle))
    }

    /// From the subject's own coordinates to the picture's.
    var map: Map {
        let axis = axis
        return Map(across: axis, down: SIMD2(-axis.y, axis.x), shift: place)
    }

    /// The subject's own coordinates of a place in the picture, as an affine map.
    var inverse: Map {
        let axis = axis
        let square = axis.x * axis.x + axis.y * axis.y
        let (c, s) = (axis.x / square, axis.y / square)
        return Map(
            across: SIMD2(c, -s), down: SIMD2(s, c),
            shift: SIMD2(-c * place.x - s * place.y, s * place.x - c * place.y))
    }

    static func + (pose: Pose, change: Pose) -> Pose {
        Pose(
            place: pose.place + change.place, growth: pose.growth + change.growth,
            angle: pose.angle + change.angle)
    }

    static func - (pose: Pose, other: Pose) -> Pose {
        Pose(
            place: pose.place - other.place, growth: pose.growth - other.growth,
            angle: pose.angle - other.angle)
    }

    static func * (pose: Pose, factor: Float) -> Pose {
        Pose(
            place: pose.place * factor, growth: pose.growth * factor, angle: pose.angle * factor)
    }
}

/// An affine map of places.
struct Map: Sendable, Equatable {
    var across: SIMD2<Float>
    var down: SIMD2<Float>
    var shift: SIMD2<Float>

    func callAsFunction(_ place: SIMD2<Float>) -> SIMD2<Float> {
        across * place.x + down * place.y + shift
    }
}
