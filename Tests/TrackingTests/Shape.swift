// SPDX-License-Identifier: Apache-2.0

import Glibc

typealias Place = SIMD2<Double>
typealias Paint = SIMD3<Double>

/// A subject's picture of itself: what it covers and in which colours, in units of its radius.
struct Shape: Sendable {
    /// The colour at a place, or nil outside; `time` counts pictures.
    var paint: @Sendable (_ place: Place, _ time: Double) -> Paint?

    static func disc(_ colour: Paint) -> Shape {
        Shape { place, _ in (place * place).sum() < 1 ? colour : nil }
    }

    /// A ball with a darker stripe and a shaded lower half, as the starter's world draws it.
    static func ball(_ colour: Paint) -> Shape {
        Shape { place, _ in
            guard (place * place).sum() < 1 else { return nil }
            if abs(place.y - 0.1) < 0.14 { return colour * 0.45 }
            return colour * (1 - 0.25 * max(0, place.y))
        }
    }

    static func star(_ colour: Paint) -> Shape {
        Shape { place, _ in
            let turn = 2 * Double.pi / 5
            let angle = atan2(place.x, -place.y)
            let fold = abs(
                (angle + turn / 2 + 4 * turn).truncatingRemainder(dividingBy: turn) - turn / 2)
            let reach = (place * place).sum().squareRoot()
            return reach * (cos(fold) + 1.15 * sin(fold)) < 1.12 ? colour : nil
        }
    }

    static func fish(_ colour: Paint) -> Shape {
        Shape { place, _ in
            let eye = place - Place(0.55, -0.12)
            if (eye * eye).sum() < 0.015 { return Paint(10, 10, 10) }
            let body = Place(place.x - 0.15, place.y * 1.9)
            if (body * body).sum() < 0.75 { return colour }
            let tail = place.x < -0.5 && place.x > -1.2 && abs(place.y) < (-0.4 - place.x) * 0.8
            return tail ? colour * 0.7 : nil
        }
    }

    static func car(_ colour: Paint) -> Shape {
        Shape { place, _ in
            for wheel in [-0.6, 0.6] {
                let away = place - Place(wheel, 0.4)
                if (away * away).sum() < 0.07 { return Paint(25, 25, 30) }
            }
            if abs(abs(place.x + 0.1) - 0.28) < 0.18, abs(place.y + 0.32) < 0.17 {
                return Paint(190, 230, 255)
            }
            let cabin = abs(place.x + 0.1) < 0.6 && place.y > -0.6 && place.y < 0.1
            let body = abs(place.x) < 1.15 && place.y > -0.1 && place.y < 0.4
            return cabin || body ? colour : nil
        }
    }

    /// A patterned egg, as a natural picture's subject is patterned.
    static func textured(_ colour: Paint, seed: UInt64) -> Shape {
        Shape { place, _ in
            let round = Place(place.x, place.y * 1.3)
            guard (round * round).sum() < 1 else { return nil }
            let grain = Texture.noise(place * 3.5, seed: seed) - 0.5
            let fine = Texture.noise(place * 9, seed: seed + 1) - 0.5
            return colour * (1 + 0.8 * grain + 0.5 * fine)
        }
    }

    /// A body with two legs that swing against each other.
    static func walker(_ colour: Paint) -> Shape {
        Shape { place, time in
            let head = place - Place(0, -0.75)
            if (head * head).sum() < 0.06 { return Paint(230, 190, 150) }
            if abs(place.x) < 0.28, abs(place.y + 0.15) < 0.4 { return colour }
            for sign in [1.0, -1.0] {
                let swing = sign * 0.5 * sin(time * 0.7)
                let (c, s) = (cos(swing), sin(swing))
                let hip = place - Place(0, 0.15)
                let along = Place(c * hip.x + s * hip.y, -s * hip.x + c * hip.y)
                if abs(along.x) < 0.13, along.y > 0, along.y < 0.85 { return colour * 0.6 }
            }
            return nil
        }
    }

    static func bar(_ colour: Paint, width: Double) -> Shape {
        Shape { place, _ in abs(place.x) < width ? colour : nil }
    }
}

/// Smooth patterns from a number, the same on every run.
enum Texture {
    /// A value of 0…1 that varies over distances of about 1.
    static func noise(_ place: Place, seed: UInt64) -> Double {
        let (x, y) = (place.x.rounded(.down), place.y.rounded(.down))
        func soft(_ t: Double) -> Double { t * t * (3 - 2 * t) }
        let (right, down) = (soft(place.x - x), soft(place.y - y))
        func corner(_ i: Int, _ j: Int) -> Double {
            value(
                UInt64(bitPattern: Int64(x) + Int64(i)), UInt64(bitPattern: Int64(y) + Int64(j)),
                seed)
        }
        let upper = corner(0, 0) * (1 - right) + corner(1, 0) * right
        let lower = corner(0, 1) * (1 - right) + corner(1, 1) * right
        return upper * (1 - down) + lower * down
    }

    /// A value of 0…1 that has nothing to do with its neighbours'.
    static func value(_ x: UInt64, _ y: UInt64, _ seed: UInt64) -> Double {
        var state =
            x &* 0x9E37_79B9_7F4A_7C15 ^ y &* 0xC2B2_AE3D_27D4_EB4F ^ seed &* 0x1656_67B1_9E37_79F9
        state = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        state = (state ^ state >> 27) &* 0x94D0_49BB_1331_11EB
        return Double((state ^ state >> 31) >> 11) / Double(1 << 53)
    }
}
