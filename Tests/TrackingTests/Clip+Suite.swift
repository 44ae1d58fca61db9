// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Clip {
    private static let red = Paint(230, 20, 20)
    private static let yellow = Paint(250, 225, 30)
    private static let blue = Paint(40, 60, 230)
    private static let white = Paint(247, 247, 247)
    private static let sky = Scenery.gradient(Paint(77, 153, 250), Paint(204, 235, 255))
    private static let dusk = Scenery.gradient(Paint(97, 38, 115), Paint(255, 148, 51))

    /// An actor that goes straight from one place to another in `count` pictures.
    private static func across(
        _ shape: Shape, from: Place, to: Place, radius: Double, count: Int = 17,
        turning: Double = 0, growing: Double = 1
    ) -> Actor {
        Actor(shape: shape) { time in
            let part = time / Double(count - 1)
            return Stand(
                place: from + (to - from) * part, radius: radius * pow(growing, part),
                angle: turning * part)
        }
    }

    private static func still(_ shape: Shape, at place: Place, radius: Double) -> Actor {
        Actor(shape: shape) { _ in Stand(place: place, radius: radius) }
    }

    /// Every story that the tracker must be able to follow.
    static let suite: [Clip] = flat + patterned + boxed

    /// Cartoon subjects on drawn landscapes.
    static let flat: [Clip] = [
        Clip(
            name: "ball right",
            actors: [across(.ball(red), from: Place(0.3, 0.45), to: Place(1.2, 0.45), radius: 0.16)]
        ),
        Clip(
            name: "star up, sunset", scenery: dusk,
            actors: [
                across(.star(yellow), from: Place(0.7, 0.8), to: Place(0.7, 0.2), radius: 0.17)
            ]),
        Clip(
            name: "fast fish", width: 160, count: 9, scenery: .city,
            actors: [
                across(
                    .fish(yellow), from: Place(0.3, 0.3), to: Place(1.3, 0.6), radius: 0.15,
                    count: 9)
            ]),
        Clip(
            name: "growing 2x", width: 97, height: 63, scenery: sky,
            actors: [
                across(
                    .disc(red), from: Place(0.6, 0.5), to: Place(0.9, 0.5), radius: 0.12, growing: 2
                )
            ]),
        Clip(
            name: "shrinking 2x", width: 160, height: 96, scenery: .city,
            actors: [
                across(
                    .car(red), from: Place(0.6, 0.6), to: Place(1.1, 0.5), radius: 0.24,
                    growing: 0.5)
            ]),
        Clip(
            name: "turning star", width: 160, height: 96,
            actors: [
                across(
                    .star(white), from: Place(0.5, 0.4), to: Place(1.1, 0.5), radius: 0.2,
                    turning: 2)
            ]),
        Clip(
            name: "turning fish", width: 160, height: 96, scenery: sky,
            actors: [
                across(
                    .fish(red), from: Place(0.5, 0.4), to: Place(1.1, 0.5), radius: 0.22,
                    turning: 2.6)
            ]),
        Clip(
            name: "bounce",
            actors: [
                Actor(shape: .ball(yellow)) { time in
                    Stand(
                        place: Place(0.3 + time * 0.05, 0.75 - 0.4 * abs(sin(time * 0.5))),
                        radius: 0.13)
                }
            ]),
        Clip(
            name: "orbit", width: 160, height: 96, count: 25, scenery: dusk,
            actors: [
                Actor(shape: .star(blue)) { time in
                    Stand(
                        place: Place(0.83 + 0.3 * cos(time * 0.35), 0.5 + 0.3 * sin(time * 0.35)),
                        radius: 0.14)
                }
            ]),
        Clip(
            name: "crossing, behind another", width: 160, height: 96, count: 25,
            actors: [
                across(
                    .ball(red), from: Place(0.2, 0.5), to: Place(1.4, 0.5), radius: 0.15, count: 25),
                across(
                    .star(yellow), from: Place(1.4, 0.45), to: Place(0.2, 0.5), radius: 0.17,
                    count: 25),
            ]),
        Clip(
            name: "crossing, before another", count: 25,
            actors: [
                across(
                    .star(yellow), from: Place(1.3, 0.45), to: Place(0.2, 0.5), radius: 0.17,
                    count: 25),
                across(
                    .ball(red), from: Place(0.2, 0.5), to: Place(1.3, 0.5), radius: 0.15, count: 25),
            ], subject: 1),
        Clip(
            name: "crossing, alike", width: 160, height: 96, count: 25,
            actors: [
                across(
                    .ball(red), from: Place(0.2, 0.5), to: Place(1.4, 0.5), radius: 0.15, count: 25),
                across(
                    .ball(Paint(200, 60, 20)), from: Place(1.4, 0.52), to: Place(0.2, 0.48),
                    radius: 0.15, count: 25),
            ]),
        Clip(
            name: "crossing, alike, discs", count: 25, scenery: sky,
            actors: [
                across(
                    .disc(Paint(90, 170, 60)), from: Place(1.3, 0.5), to: Place(0.2, 0.5),
                    radius: 0.14, count: 25),
                across(
                    .disc(Paint(60, 140, 60)), from: Place(0.2, 0.45), to: Place(1.3, 0.55),
                    radius: 0.14, count: 25),
            ], subject: 1),
        Clip(
            name: "bar before", width: 160, height: 96, count: 25,
            actors: [
                across(
                    .ball(red), from: Place(0.3, 0.5), to: Place(1.4, 0.5), radius: 0.15, count: 25),
                still(.bar(Paint(90, 60, 30), width: 0.12), at: Place(0.83, 0.5), radius: 1),
            ]),
        Clip(
            name: "wide bar before", width: 160, height: 96, count: 25,
            actors: [
                across(
                    .fish(yellow), from: Place(0.2, 0.4), to: Place(1.45, 0.5), radius: 0.15,
                    count: 25),
                still(.bar(Paint(90, 60, 30), width: 0.19), at: Place(0.83, 0.5), radius: 1),
            ]),
        Clip(
            name: "leaves",
            actors: [across(.ball(red), from: Place(0.8, 0.5), to: Place(2.2, 0.5), radius: 0.15)]),
        Clip(
            name: "leaves and returns", count: 33,
            actors: [
                Actor(shape: .ball(red)) { time in
                    Stand(place: Place(0.9 + 0.95 * sin(time * 3.14159 / 26), 0.45), radius: 0.15)
                }
            ]),
        Clip(
            name: "flicker and noise",
            actors: [
                across(.star(yellow), from: Place(0.3, 0.4), to: Place(1.2, 0.5), radius: 0.17)
            ], noise: 6, light: { 0.85 + 0.15 * cos($0 * 2.1) }),
        Clip(
            name: "low contrast", scenery: .gradient(Paint(120, 130, 140), Paint(140, 150, 160)),
            actors: [
                across(
                    .disc(Paint(145, 138, 140)), from: Place(0.3, 0.5), to: Place(1.2, 0.45),
                    radius: 0.17)
            ]),
        Clip(
            name: "from the border",
            actors: [across(.ball(blue), from: Place(0.05, 0.5), to: Place(0.9, 0.5), radius: 0.17)]
        ),
        Clip(
            name: "along the border",
            actors: [across(.car(red), from: Place(0.3, 0.92), to: Place(1.2, 0.92), radius: 0.19)]),
        Clip(
            name: "tiny",
            actors: [across(.disc(red), from: Place(0.3, 0.3), to: Place(1.2, 0.4), radius: 0.047)],
            floor: 0.6),
        Clip(
            name: "huge", scenery: .city,
            actors: [across(.disc(red), from: Place(0.7, 0.5), to: Place(0.85, 0.52), radius: 0.59)]
        ),
        Clip(
            name: "walker", width: 160, height: 96,
            actors: [
                across(.walker(blue), from: Place(0.4, 0.5), to: Place(1.2, 0.5), radius: 0.35)
            ]),
        Clip(name: "still", actors: [still(.car(yellow), at: Place(0.7, 0.7), radius: 0.2)]),
        Clip(
            name: "pan after a car", width: 160, height: 96, scenery: .city,
            actors: [across(.car(red), from: Place(0.5, 0.8), to: Place(1.9, 0.8), radius: 0.2)],
            camera: { (Place($0 * 0.06, 0), 1) }),
    ]

    /// Patterned subjects on patterned ground, as filmed ones are.
    static let patterned: [Clip] = [
        Clip(
            name: "egg right", width: 256, height: 144, scenery: .texture(seed: 3),
            actors: [
                across(
                    .textured(Paint(170, 90, 60), seed: 5), from: Place(0.4, 0.5),
                    to: Place(1.3, 0.5), radius: 0.16)
            ]),
        Clip(
            name: "egg, noise", width: 256, height: 144, scenery: .texture(seed: 7),
            actors: [
                across(
                    .textured(Paint(90, 120, 160), seed: 6), from: Place(1.3, 0.3),
                    to: Place(0.5, 0.6), radius: 0.18)
            ], noise: 8),
        Clip(
            name: "egg, same colours as the ground", width: 256, height: 144,
            scenery: .texture(seed: 8),
            actors: [
                across(
                    .textured(Paint(125, 115, 100), seed: 4), from: Place(0.4, 0.4),
                    to: Place(1.2, 0.6), radius: 0.2)
            ]),
        Clip(
            name: "egg, camera moves", width: 256, height: 144, scenery: .texture(seed: 11),
            actors: [
                across(
                    .textured(Paint(190, 70, 70), seed: 9), from: Place(0.5, 0.5),
                    to: Place(1.0, 0.4), radius: 0.17)
            ], camera: { (Place(0.02 * $0, 0.008 * $0), 1) }),
        Clip(
            name: "egg, camera zooms", width: 256, height: 144, scenery: .texture(seed: 12),
            actors: [
                across(
                    .textured(Paint(60, 140, 90), seed: 2), from: Place(0.7, 0.5),
                    to: Place(1.0, 0.5), radius: 0.13)
            ], camera: { (Place(0, 0), pow(1.04, $0)) }),
        Clip(
            name: "egg, shaking camera", width: 256, height: 144, scenery: .texture(seed: 13),
            actors: [
                across(
                    .textured(Paint(190, 150, 50), seed: 3), from: Place(0.5, 0.6),
                    to: Place(1.2, 0.4), radius: 0.17)
            ], noise: 4, camera: { (Place(0.03 * sin($0 * 1.9), 0.02 * cos($0 * 2.7)), 1) }),
        Clip(
            name: "egg turns and grows", width: 255, height: 143, scenery: .texture(seed: 14),
            actors: [
                across(
                    .textured(Paint(180, 90, 150), seed: 8), from: Place(0.6, 0.5),
                    to: Place(1.0, 0.5), radius: 0.15, turning: 1.4, growing: 1.7)
            ]),
        Clip(
            name: "eggs cross", width: 256, height: 144, count: 25, scenery: .texture(seed: 15),
            actors: [
                across(
                    .textured(Paint(170, 90, 60), seed: 5), from: Place(0.3, 0.5),
                    to: Place(1.5, 0.5), radius: 0.17, count: 25),
                across(
                    .textured(Paint(170, 110, 60), seed: 55), from: Place(1.5, 0.45),
                    to: Place(0.3, 0.55), radius: 0.17, count: 25),
            ]),
        Clip(
            name: "egg behind a bar, camera moves", width: 256, height: 144, count: 25,
            scenery: .texture(seed: 16),
            actors: [
                across(
                    .textured(Paint(90, 90, 190), seed: 5), from: Place(0.3, 0.5),
                    to: Place(1.7, 0.5), radius: 0.15, count: 25),
                still(.bar(Paint(40, 70, 40), width: 0.1), at: Place(1.0, 0.5), radius: 1),
            ], camera: { (Place(0.01 * $0, 0), 1) }),
        Clip(
            name: "walker, filmed", width: 256, height: 144, scenery: .texture(seed: 17),
            actors: [
                across(
                    .walker(Paint(200, 50, 40)), from: Place(0.5, 0.5), to: Place(1.2, 0.5),
                    radius: 0.33)
            ], noise: 4),
        Clip(
            name: "full size", width: 832, height: 480, count: 6, scenery: .city,
            actors: [
                across(
                    .car(red), from: Place(0.5, 0.7), to: Place(0.9, 0.6), radius: 0.2, count: 6,
                    growing: 1.2)
            ]),
        Clip(
            name: "disc on pattern, flicker", width: 160, height: 96, scenery: .texture(seed: 18),
            actors: [
                across(
                    .disc(Paint(60, 160, 200)), from: Place(0.4, 0.6), to: Place(1.2, 0.4),
                    radius: 0.17)
            ], noise: 3, light: { 0.8 + 0.2 * cos($0 * 1.3) }),
    ]

    /// Selections that hold background too.
    static let boxed: [Clip] = [
        Clip(
            name: "box on a ball", start: .box,
            actors: [across(.ball(red), from: Place(0.3, 0.45), to: Place(1.2, 0.45), radius: 0.16)]
        ),
        Clip(
            name: "box on a star", width: 160, height: 96, start: .box, scenery: .city,
            actors: [
                across(.star(yellow), from: Place(0.3, 0.3), to: Place(1.3, 0.6), radius: 0.17)
            ]),
        Clip(
            name: "box on a growing fish", width: 160, height: 96, start: .box, scenery: sky,
            actors: [
                across(
                    .fish(red), from: Place(0.5, 0.4), to: Place(1.0, 0.5), radius: 0.14, growing: 2
                )
            ]),
        Clip(
            name: "box on an egg", width: 256, height: 144, start: .box,
            scenery: .texture(seed: 23),
            actors: [
                across(
                    .textured(Paint(170, 90, 60), seed: 5), from: Place(0.4, 0.5),
                    to: Place(1.3, 0.5), radius: 0.16)
            ]),
        Clip(
            name: "box on an egg, camera moves", width: 256, height: 144, start: .box,
            scenery: .texture(seed: 24),
            actors: [
                across(
                    .textured(Paint(190, 70, 70), seed: 9), from: Place(0.5, 0.5),
                    to: Place(1.0, 0.4), radius: 0.17)
            ], camera: { (Place(0.02 * $0, 0.008 * $0), 1) }),
        Clip(
            name: "box, crossing", width: 160, height: 96, count: 25, start: .box,
            actors: [
                across(
                    .ball(red), from: Place(0.2, 0.5), to: Place(1.4, 0.5), radius: 0.15, count: 25),
                across(
                    .star(yellow), from: Place(1.4, 0.45), to: Place(0.2, 0.5), radius: 0.17,
                    count: 25),
            ]),
        Clip(
            name: "box, bar before", width: 160, height: 96, count: 25, start: .box,
            actors: [
                across(
                    .car(red), from: Place(0.3, 0.7), to: Place(1.4, 0.7), radius: 0.17, count: 25),
                still(.bar(Paint(90, 60, 30), width: 0.1), at: Place(0.83, 0.5), radius: 1),
            ]),
        Clip(
            name: "outline on a ball", start: .ellipse,
            actors: [
                across(.ball(blue), from: Place(0.3, 0.45), to: Place(1.2, 0.45), radius: 0.16)
            ]),
        Clip(
            name: "outline on a fish", width: 160, height: 96, start: .ellipse, scenery: .city,
            actors: [
                across(.fish(yellow), from: Place(0.3, 0.3), to: Place(1.3, 0.6), radius: 0.17)
            ]),
        Clip(
            name: "outline on an egg, shrinking", width: 256, height: 144, start: .ellipse,
            scenery: .texture(seed: 25),
            actors: [
                across(
                    .textured(Paint(90, 120, 190), seed: 5), from: Place(0.5, 0.5),
                    to: Place(1.3, 0.5), radius: 0.22, growing: 0.6)
            ]),
        Clip(
            name: "box on a walker", width: 160, height: 96, start: .box,
            actors: [
                across(.walker(blue), from: Place(0.4, 0.5), to: Place(1.2, 0.5), radius: 0.35)
            ], floor: 0.6),
    ]
}
