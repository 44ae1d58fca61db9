// SPDX-License-Identifier: Apache-2.0

/// How well the subject fits somewhere.
struct Fit: Sendable {
    var pose: Pose
    /// What the search makes greatest: explained pixels less those explained by the background,
    /// relative to the subject's area, less what the pose departs from the expected one.
    var score: Float
    /// The part of the subject's points within the picture that the picture shows, 0…1.
    var visible: Float
    /// The part of the subject's points that lie within the picture, 0…1.
    var inside: Float
}

/// Looks for the pose whose silhouette covers what looks like the subject and nothing else.
///
/// The score sums 2p - 1 over the silhouette's pixels, p being the probability that the pixel shows
/// the subject. It needs no texture: a flat disc is held by its border as a pattern is by its
/// lines. Source of the idea: C. Bibby, I. Reid, "Robust real-time visual tracking using
/// pixel-wise posteriors", 2008.
struct PoseSearch {
    let evidence: Evidence
    let likeness: Likeness
    let noise: Float
    /// Where the subject should be.
    let expected: Pose
    /// How strongly it should be there: 1 normally, less after it was hidden, 0 when lost.
    let inertia: Float
    /// How strongly it should keep its size: what is half hidden must not seem to shrink.
    let firmness: Float

    /// Scores one pose at one level with some of the subject's points.
    func fit(_ pose: Pose, level: Int, samples: [Sample]) -> Fit {
        let plane = evidence.levels[level]
        let pitch = 1 / Float(1 << level)
        let map = pose.map
        let shrink = Map(
            across: map.across * pitch, down: map.down * pitch,
            shift: (map.shift + 0.5) * pitch - 0.5)
        var (sum, shown, within, whole) = (Float(0), Float(0), Float(0), Float(0))
        for sample in samples {
            whole += sample.weight
            let there = shrink(sample.place)
            guard plane.colours.contains(there) else { continue }
            within += sample.weight
            let known = plane.densities.at(there)
            let subject = sample.density(plane.colours.at(there), common: known.y)
            let belief = (subject - known.x) / (subject + known.x)
            sum += sample.weight * belief
            shown += sample.weight * max(0, belief)
        }
        guard whole > 0 else { return Fit(pose: pose, score: -2, visible: 0, inside: 0) }
        let change = pose - expected
        let growth = (pose.scale / expected.scale) * (pose.scale / expected.scale)
        let size = likeness.radius * expected.scale
        let distance = Self.size((change.place * change.place).sum() / (size * size), round: 0.08)
        let departure =
            inertia
            * (0.4 * min(distance, 3) + 0.18 * Self.size(change.angle * change.angle, round: 0.04))
            + firmness * Self.size(change.growth * change.growth, round: 0.03)
        return Fit(
            pose: pose, score: growth * sum / whole - departure,
            visible: within > 0 ? shown / within : 0, inside: within / whole)
    }

    /// The root of a square, rounded off near zero so that the search does not stick to the kink.
    private static func size(_ square: Float, round: Float) -> Float {
        (square + round * round).squareRoot() - round
    }

    /// The best fits found by looking everywhere near a place, best first.
    ///
    /// * `reach`: How far from the expected place to look, in pixels.
    func scan(level: Int, reach: Float, growths: [Float], limit: Int) -> [Fit] {
        let samples = samples(level: level, limit: 90)
        let plane = evidence.levels[level].colours
        let pitch = Float(1 << level)
        let size = likeness.radius * expected.scale
        let (low, high) = (expected.place - reach, expected.place + reach)
        let wide = min(high.x, Float(plane.width) * pitch) - max(low.x, 0)
        let tall = min(high.y, Float(plane.height) * pitch) - max(low.y, 0)
        let spacing = max(
            min(pitch, 0.4 * size), (max(1, wide) * max(1, tall) / 3000).squareRoot())
        var best: [Fit] = []
        let steps = Int(reach / spacing)
        for down in -steps...steps {
            for right in -steps...steps {
                let place = expected.place + SIMD2(Float(right), Float(down)) * spacing
                guard place.x > -size, place.y > -size,
                    place.x < Float(plane.width) * pitch + size,
                    place.y < Float(plane.height) * pitch + size
                else { continue }
                for growth in growths {
                    let pose = Pose(
                        place: place, growth: expected.growth + growth, angle: expected.angle)
                    keep(fit(pose, level: level, samples: samples), in: &best, limit: limit)
                }
            }
        }
        return best
    }

    private func keep(_ fit: Fit, in best: inout [Fit], limit: Int) {
        if best.count == limit, let worst = best.last, fit.score <= worst.score { return }
        let apart = 0.5 * likeness.radius * expected.scale
        for index in best.indices {
            let away = best[index].pose.place - fit.pose.place
            guard (away * away).sum() < apart * apart else { continue }
            guard fit.score > best[index].score else { return }
            best.remove(at: index)
            break
        }
        best.insert(fit, at: best.firstIndex { $0.score < fit.score } ?? best.count)
        if best.count > limit { best.removeLast() }
    }

    /// The best pose near one, found by steps that halve.
    func refine(
        _ start: Pose, level: Int, samples: [Sample], step: Float, until precision: Float
    ) -> Fit {
        var best = fit(start, level: level, samples: samples)
        let size = likeness.radius * expected.scale
        var length = step
        while length >= precision {
            var improved = false
            let turn = min(0.25, length / size)
            // Growing about the middle, and about each side of the subject.
            let (right, down) = sides(
                of: likeness.half * (turn * expected.scale), turned: expected.angle)
            let changes = [
                Pose(place: SIMD2(length, 0)), Pose(place: SIMD2(0, length)),
                Pose(place: SIMD2(length, length)), Pose(place: SIMD2(length, -length)),
                Pose(place: SIMD2(0, 0), growth: turn), Pose(place: right, growth: turn),
                Pose(place: -right, growth: turn), Pose(place: down, growth: turn),
                Pose(place: -down, growth: turn),
                Pose(place: SIMD2(0, 0), growth: 0, angle: turn),
            ]
            for change in changes {
                for sign: Float in [1, -1] {
                    let tried = fit(best.pose + change * sign, level: level, samples: samples)
                    if tried.score > best.score + 1e-5, abs(tried.pose.growth) < 2.5 {
                        best = tried
                        improved = true
                        break
                    }
                }
            }
            if !improved { length *= 0.5 }
        }
        return best
    }

    /// Steps along the subject's own axes.
    private func sides(of half: SIMD2<Float>, turned angle: Float) -> (SIMD2<Float>, SIMD2<Float>) {
        let axis = Pose(place: SIMD2(0, 0), growth: 0, angle: angle).axis
        return (axis * half.x, SIMD2(-axis.y, axis.x) * half.y)
    }

    /// The subject's points for a level, as large as that level's pixels.
    func samples(level: Int, limit: Int) -> [Sample] {
        let block = max(1, Int((Float(1 << level) / expected.scale).rounded()))
        return likeness.samples(block: block, limit: limit, noise: noise)
    }

    /// The best pose of all near the expected one.
    func best(level: Int, reach: Float, growths: [Float]) -> Fit {
        var fits = scan(level: level, reach: reach, growths: growths, limit: 6)
        fits.append(Fit(pose: expected, score: 0, visible: 0, inside: 0))
        for level in stride(from: level, through: 0, by: -1) {
            let samples = samples(level: level, limit: level == 0 ? 900 : 250)
            let pitch = Float(1 << level)
            fits = fits.map { fit in
                refine(fit.pose, level: level, samples: samples, step: pitch, until: 0.3 * pitch)
            }
            fits.sort { $0.score > $1.score }
            fits = Array(fits.prefix(level == 0 ? 1 : 3))
        }
        let samples = samples(level: 0, limit: 1600)
        return refine(fits[0].pose, level: 0, samples: samples, step: 0.75, until: 0.06)
    }
}
