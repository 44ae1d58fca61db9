// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which pixels of a picture show the subject, once its pose is known: the silhouette that the pose
/// foretells, corrected where colours clearly say otherwise.
struct Silhouette {
    /// How much each pixel belongs to the subject, 0…1.
    private(set) var cover: Plane<Float>
    /// What the pose alone foretells, 0…1.
    private(set) var foretold: Plane<Float>

    /// Finds the silhouette.
    ///
    /// * `freedom`: How far the border may lie from where the pose foretells it, in pixels of the
    ///   subject's canvas.
    init(_ likeness: Likeness, at pose: Pose, on evidence: Evidence, noise: Float, freedom: Int) {
        let level = evidence.levels[0]
        let picture = level.colours
        cover = Plane(width: picture.width, height: picture.height, filledWith: 0)
        foretold = cover
        let soft = likeness.cover.blurred(radius: freedom)
        let (inverse, map, origin) = (pose.inverse, pose.map, likeness.origin)
        let corners = [
            map(-origin), map(origin), map(SIMD2(origin.x, -origin.y)),
            map(SIMD2(-origin.x, origin.y)),
        ]
        let left = max(0, Int(corners.reduce(1e6) { min($0, $1.x) }) - 1)
        let right = min(picture.width - 1, Int(corners.reduce(-1e6) { max($0, $1.x) }) + 1)
        let top = max(0, Int(corners.reduce(1e6) { min($0, $1.y) }) - 1)
        let bottom = min(picture.height - 1, Int(corners.reduce(-1e6) { max($0, $1.y) }) + 1)
        guard left <= right, top <= bottom else { return }
        let resemblance = Resemblance(spread: noise * 1.3 + 1)
        var leaning = Plane<Float>(
            width: right - left + 1, height: bottom - top + 1, filledWith: -6)
        for y in top...bottom {
            for x in left...right {
                let own = inverse(SIMD2(Float(x), Float(y))) + origin
                let sharp = likeness.cover.at(own)
                foretold[x, y] = sharp
                let unseen = 1 - likeness.seen.at(own)
                let near = max(soft.at(own), 0.45 * min(1, unseen))
                if near <= 0.001 { continue }
                let prior = 3 * (2 * (0.35 * sharp + 0.65 * near) - 1)
                let densities = level.densities[x, y]
                let colour = picture[x, y]
                var known = densities.y * 0.5
                if sharp > 0.3 {
                    let distance = min(
                        squaredDistance(colour, likeness.first.at(own)),
                        squaredDistance(colour, likeness.recent.at(own)))
                    known += 0.5 * resemblance.density(squaredDistance: distance)
                }
                let floor = Evidence.strange.x
                let told = log((known + floor) / densities.x)
                leaning[x - left, y - top] = prior + 0.75 * min(4, max(-4, told))
            }
        }
        settle(leaning, left: left, top: top, on: picture, noise: noise)
    }

    /// Lets neighbours of like colour agree, and stores the outcome.
    private mutating func settle(
        _ leaning: Plane<Float>, left: Int, top: Int, on picture: Plane<SIMD4<Float>>, noise: Float
    ) {
        let reach = 1 / (30 * noise * noise)
        func probability(_ lean: Float) -> Float { 0.5 + 0.5 * lean / (1 + abs(lean)) }
        var belief = leaning.map(probability)
        for _ in 0..<4 {
            let before = belief
            for y in 0..<belief.height {
                for x in 0..<belief.width {
                    let lean = leaning[x, y]
                    if lean <= -6 { continue }
                    let colour = picture[left + x, top + y]
                    var pull: Float = 0
                    for (right, down) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                        let (across, below) = (x + right, y + down)
                        guard across >= 0, below >= 0, across < belief.width, below < belief.height
                        else { continue }
                        let likeness =
                            1
                            / (1 + reach
                                * squaredDistance(
                                    colour, picture[left + across, top + below]))
                        pull += likeness * (2 * before[across, below] - 1)
                    }
                    belief[x, y] = probability(lean + 0.7 * pull)
                }
            }
        }
        for y in 0..<belief.height {
            for x in 0..<belief.width where leaning[x, y] > -6 {
                // The probability is steep enough to be taken for cover.
                cover[left + x, top + y] = min(1, max(0, 0.5 + 1.4 * (belief[x, y] - 0.5)))
            }
        }
        mix(belief, left: left, top: top, on: picture, noise: noise)
    }

    /// Measures along the border how much of a pixel the subject covers: how far its colour lies
    /// from the background's just outside to the subject's just inside.
    private mutating func mix(
        _ belief: Plane<Float>, left: Int, top: Int, on picture: Plane<SIMD4<Float>>, noise: Float
    ) {
        // 1 where all neighbours are subject too, -1 where all are background, 0 along the border.
        var side = belief
        for y in 0..<belief.height {
            for x in 0..<belief.width {
                var count = 0
                for down in -1...1 {
                    for right in -1...1
                    where belief.nearest(x: x + right, y: y + down) > 0.5 { count += 1 }
                }
                side[x, y] = count == 9 ? 1 : count == 0 ? -1 : 0
            }
        }
        for y in 0..<belief.height {
            for x in 0..<belief.width where side[x, y] == 0 {
                var (inner, outer) = (SIMD4<Float>(), SIMD4<Float>())
                var (inside, outside) = (Float(0), Float(0))
                for down in max(0, y - 2)...min(belief.height - 1, y + 2) {
                    for right in max(0, x - 2)...min(belief.width - 1, x + 2) {
                        let colour = picture[left + right, top + down]
                        if side[right, down] > 0 { (inner, inside) = (inner + colour, inside + 1) }
                        if side[right, down] < 0 {
                            (outer, outside) = (outer + colour, outside + 1)
                        }
                    }
                }
                guard inside > 0, outside > 0 else { continue }
                outer /= outside
                let contrast = inner / inside - outer
                let length = squaredDistance(contrast, SIMD4())
                guard length > 25 * noise * noise else { continue }
                let away = picture[left + x, top + y] - outer
                let product = away * contrast
                let share = (product.x + product.y + product.z) / length
                let rest = squaredDistance(away, contrast * share)
                guard rest < 0.06 * length + 6 * noise * noise else { continue }
                cover[left + x, top + y] = min(1, max(0, share))
            }
        }
    }
}
