// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How the whole picture moved and how its brightness changed since the one before.
///
/// A place x of the new picture shows what the old one shows at `map(x)`, and
/// new = gain · old + offset.
struct CameraMotion: Sendable, Equatable {
    /// a, b, shift right, shift down, gain - 1, offset: (x, y) about the middle goes to
    /// ((1 + a)x - by + right, bx + (1 + a)y + down).
    var terms: [Double] = [0, 0, 0, 0, 0, 0]
    var middle = SIMD2<Float>(0, 0)

    var gain: Float { Float(1 + terms[4]) }
    var offset: Float { Float(terms[5]) }

    /// Whether the picture moved by more than a twentieth of a pixel anywhere near its border.
    var moves: Bool {
        let reach = Double(max(middle.x, middle.y))
        return abs(terms[2]) + abs(terms[3]) + reach * (abs(terms[0]) + abs(terms[1])) > 0.05
    }

    /// From places of the new picture to those of the old one.
    var map: Map {
        let (a, b) = (Float(terms[0]), Float(terms[1]))
        let across = SIMD2(1 + a, b)
        let down = SIMD2(-b, 1 + a)
        let shift = SIMD2(Float(terms[2]), Float(terms[3]))
        return Map(
            across: across, down: down,
            shift: middle + shift - across * middle.x - down * middle.y)
    }

    /// Where what stands at `pose` in the old picture is in the new one, if only the camera moved.
    func carried(_ pose: Pose) -> Pose {
        let (a, b) = (Float(terms[0]), Float(terms[1]))
        let away = pose.place - middle - SIMD2(Float(terms[2]), Float(terms[3]))
        let square = (1 + a) * (1 + a) + b * b
        let back = SIMD2((1 + a) * away.x + b * away.y, (1 + a) * away.y - b * away.x) / square
        return Pose(
            place: middle + back, growth: pose.growth - 0.5 * log(square),
            angle: pose.angle - atan2(b, 1 + a))
    }
}
