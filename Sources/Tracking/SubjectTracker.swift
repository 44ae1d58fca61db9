// SPDX-License-Identifier: Apache-2.0

package import Media
import Glibc

/// Follows what a mask selects from picture to picture.
///
/// The pictures come one at a time; memory does not grow with their number, and equal pictures give
/// equal masks. The selection may be a precise silhouette, whose border is then followed also where
/// the subject changes its shape, or a box or outline around the subject, which then keeps its
/// shape and moves, grows and turns with the subject. See the module's README.
package struct SubjectTracker: Sendable {
    private let scale: WorkingScale
    private let selection: Mask
    private let isPrecise: Bool
    private let isEmpty: Bool
    private var likeness: Likeness
    private var backdrop: Backdrop
    private var previous: [Plane<SIMD4<Float>>]
    private var shown: Plane<Float>
    private var camera = CameraMotion()
    private var pose: Pose
    private var speed = Pose(place: SIMD2(0, 0))
    /// How well the subject was seen at first and of late: what "well seen" is measured against.
    private var usual: Float = 0.9
    private var age = 0
    private var hidden = 0
    /// Whether the subject was last seen without much before it.
    private var isWhole = true

    /// Whether the subject is gone: out of the picture, or hidden for more than a few pictures.
    ///
    /// Masks are empty then. The tracker goes on looking, and this turns false when the subject
    /// comes back. True from the beginning if the mask selects nothing.
    package private(set) var isLost: Bool

    /// Begins with the subject that `mask` selects on `picture`; both have the same size.
    package init(_ mask: Mask, on picture: Picture) {
        precondition(
            mask.width == picture.width && mask.height == picture.height,
            "a mask of \(mask.width)x\(mask.height) on a picture of "
                + "\(picture.width)x\(picture.height)")
        selection = mask
        let selected = mask.coverage * Double(mask.values.count)
        isEmpty = selected < 1
        isLost = isEmpty
        scale = WorkingScale(width: mask.width, height: mask.height, selected: selected)
        let small = scale.colours(picture)
        let chosen = scale.selection(mask)
        backdrop = Backdrop(small, without: chosen.widened())
        let start = Selection(chosen, on: small, backdrop: backdrop)
        isPrecise = start.isPrecise
        likeness = Likeness(
            small, selection: chosen, core: start.core, histogram: start.histogram)
        pose = Pose(place: likeness.middle)
        previous = Self.pyramid(small)
        if start.isTold, !start.isPrecise {
            // The core's border, as it is found on the pictures that follow.
            let evidence = Evidence(
                previous, backdrop: backdrop, subject: likeness.histogram, levels: 1)
            let silhouette = Silhouette(
                likeness, at: pose, on: evidence, noise: backdrop.noise, freedom: 1)
            likeness = Likeness(
                small, selection: chosen, core: silhouette.cover, histogram: start.histogram)
        }
        shown = chosen.widened()
    }

    /// Where the subject is on the next picture, which has the first one's size: a mask that is
    /// empty while `isLost`.
    package mutating func follow(_ picture: Picture) -> Mask {
        precondition(
            picture.width == selection.width && picture.height == selection.height,
            "a picture of \(picture.width)x\(picture.height) follows one of "
                + "\(selection.width)x\(selection.height)")
        guard !isEmpty else {
            return Mask(width: picture.width, height: picture.height, filledWith: 0)
        }
        age += 1
        var levels = Self.pyramid(scale.colours(picture))
        camera = Registration(from: previous, to: levels, without: shown).motion(near: camera)
        let (gain, offset) = (camera.gain, camera.offset)
        if gain != 1 || offset != 0 {
            levels = levels.map { $0.map { ($0 - offset) / gain } }
        }
        backdrop.follow(camera)
        backdrop.measureNoise(on: levels[0])
        previous = levels

        let size = likeness.radius * pose.scale
        let level = min(levels.count - 1, 4, max(0, Int(log2(Double(size) / 5))))
        let evidence = Evidence(
            levels, backdrop: backdrop, subject: likeness.histogram, levels: level + 1)
        let carried = camera.carried(pose)
        let expected = carried + speed
        let found = look(evidence, expected: expected, level: level)
        settle(found, carried: carried, expected: expected)

        let silhouette = Silhouette(
            likeness, at: pose, on: evidence, noise: backdrop.noise,
            freedom: max(1, Int((0.14 * likeness.radius).rounded())))
        learn(levels[0], silhouette: silhouette, found: found, evidence: evidence)
        guard !isLost else {
            return Mask(width: picture.width, height: picture.height, filledWith: 0)
        }
        return isPrecise ? precise(silhouette.cover) : moved()
    }

    private static func pyramid(_ picture: Plane<SIMD4<Float>>) -> [Plane<SIMD4<Float>>] {
        var levels = [picture]
        while levels.count < 6, let last = levels.last, min(last.width, last.height) >= 8 {
            levels.append(last.halved())
        }
        return levels
    }

    /// The best fit near the expected pose, or anywhere when the subject is lost.
    private func look(_ evidence: Evidence, expected: Pose, level: Int) -> Fit {
        let picture = evidence.levels[0].colours
        let size = likeness.radius * pose.scale
        let search = PoseSearch(
            evidence: evidence, likeness: likeness, noise: backdrop.noise,
            expected: isLost
                ? Pose(place: expected.place, growth: pose.growth, angle: pose.angle) : expected,
            inertia: isLost ? 0 : (age <= 2 ? 0.4 : isWhole ? 1 : 1.7) / Float(1 + hidden),
            firmness: isLost ? 0.4 : age <= 2 ? 0.5 : isPrecise ? 1.1 : 1.4)
        if isLost {
            return search.best(
                level: level, reach: Float(2 * max(picture.width, picture.height)),
                growths: [-0.3, 0, 0.3])
        }
        let travel = (speed.place * speed.place).sum().squareRoot()
        let reach = max(
            1.6 * size, 0.13 * Float(max(picture.width, picture.height)), 1.5 * travel)
        return search.best(
            level: level, reach: reach * Float(1 + hidden), growths: [-0.14, 0, 0.14])
    }

    /// Accepts what was found, or goes on as expected.
    private mutating func settle(_ found: Fit, carried: Pose, expected: Pose) {
        let quality = found.visible / usual
        let enough: Float = isLost ? 0.65 : hidden > 0 ? 0.5 : 0.35
        let within: Float = isLost ? 0.35 : 0.06
        if quality >= enough, found.inside >= within {
            let step = found.pose - carried
            if isLost || hidden > 1 {
                speed = isLost ? Pose(place: SIMD2(0, 0)) : speed
            } else {
                // Half hidden subjects seem to lag: then the speed stays what it was.
                let trust =
                    age <= 2 ? 0.9 * min(1, quality) : 0.6 * min(1, max(0, (quality - 0.5) / 0.35))
                speed = speed + (step - speed) * trust
                speed.growth *= 0.9
                speed.angle *= 0.9
            }
            pose = found.pose
            hidden = 0
            isLost = false
            isWhole = quality > 0.85
            if quality > 0.8 { usual += 0.1 * (max(0.5, found.visible) - usual) }
        } else {
            hidden += 1
            pose = Pose(
                place: expected.place, growth: carried.growth, angle: carried.angle)
            speed.growth = 0
            speed.angle = 0
            if hidden > 4 || found.inside < within { isLost = true }
            if isLost { speed = Pose(place: SIMD2(0, 0)) }
        }
    }

    private mutating func learn(
        _ picture: Plane<SIMD4<Float>>, silhouette: Silhouette, found: Fit, evidence: Evidence
    ) {
        var subject = silhouette.cover
        if hidden == 0, !isLost, found.visible > 0.8 * usual {
            likeness.learn(
                picture, subject: subject, at: pose, reshaping: isPrecise ? 0.15 : 0)
        }
        if !isLost {
            for index in subject.values.indices where silhouette.foretold.values[index] > 0.3 {
                subject.values[index] = 1
            }
            subject = subject.widened()
        }
        shown = subject
        // What looks more like the subject than like anything else must not become background.
        for (index, densities) in evidence.levels[0].densities.values.enumerated()
        where densities.y > densities.x { subject.values[index] = 1 }
        backdrop.learn(picture, without: subject)
    }

    /// The mask from the working size's cover.
    private func precise(_ cover: Plane<Float>) -> Mask {
        var mask = Mask(width: selection.width, height: selection.height, filledWith: 0)
        let share = 1 / Float(scale.factor)
        let steep: Float = scale.factor > 1 ? 1.5 : 1
        for y in 0..<mask.height {
            for x in 0..<mask.width {
                let place = (SIMD2(Float(x), Float(y)) + 0.5) * share - 0.5
                let value = 0.5 + steep * (cover.at(place) - 0.5)
                mask.values[y * mask.width + x] = UInt8(min(255, max(0, value * 255 + 0.5)))
            }
        }
        return mask
    }

    /// The selection itself, moved by the subject's pose.
    private func moved() -> Mask {
        var mask = Mask(width: selection.width, height: selection.height, filledWith: 0)
        let inverse = pose.inverse
        let share = 1 / Float(scale.factor)
        for y in 0..<mask.height {
            for x in 0..<mask.width {
                let place = (SIMD2(Float(x), Float(y)) + 0.5) * share - 0.5
                let own = scale.full(inverse(place) + likeness.middle)
                let (left, top) = (Int(own.x.rounded()), Int(own.y.rounded()))
                guard left >= 0, top >= 0, left < mask.width, top < mask.height else { continue }
                mask.values[y * mask.width + x] = selection.values[top * mask.width + left]
            }
        }
        return mask
    }
}
