// SPDX-License-Identifier: Apache-2.0

/// What the subject looks like: its silhouette and colours on a canvas of its own.
///
/// The canvas reaches beyond the selection by half its size; its coordinates count pixels of the
/// first picture from the middle of the selection.
struct Likeness: Sendable {
    /// How much each point is subject, 0…1.
    var cover: Plane<Float>
    /// 1 where the first picture showed the point or a later one did.
    private(set) var seen: Plane<Float>
    private(set) var first: Plane<SIMD4<Float>>
    private(set) var recent: Plane<SIMD4<Float>>
    /// The subject's colours: those at first and, slower, those of late.
    private(set) var histogram: ColourHistogram
    private let initial: ColourHistogram

    /// The selection's middle in the first picture.
    let middle: SIMD2<Float>
    /// The radius of the disc with the subject's first area, in pixels.
    let radius: Float

    /// Half the selection's width and height.
    let half: SIMD2<Float>

    /// Learns the subject from the first picture.
    ///
    /// * `selection`: What was selected, 0…1.
    /// * `core`: How much of that is subject and not background caught with it, 0…1.
    init(
        _ picture: Plane<SIMD4<Float>>, selection: Plane<Float>, core: Plane<Float>,
        histogram: ColourHistogram
    ) {
        let bounds = Bounds(of: selection)
        middle = bounds.middle
        half = SIMD2(Float(bounds.width), Float(bounds.height)) * 0.5
        let margin = max(3, max(bounds.width, bounds.height) / 2)
        let width = bounds.width + 2 * margin
        let height = bounds.height + 2 * margin
        cover = Plane(width: width, height: height, filledWith: 0)
        seen = cover
        first = Plane(width: width, height: height, filledWith: picture[0, 0])
        for y in 0..<height {
            for x in 0..<width {
                let (right, down) = (bounds.left - margin + x, bounds.top - margin + y)
                first[x, y] = picture.nearest(x: right, y: down)
                guard right >= 0, down >= 0, right < picture.width, down < picture.height else {
                    continue
                }
                cover[x, y] = core[right, down]
                seen[x, y] = 1
            }
        }
        recent = first
        initial = histogram
        self.histogram = histogram
        radius = max(1.5, (cover.values.reduce(0, +) / .pi).squareRoot())
    }

    /// The canvas's middle, where the subject's own coordinates begin.
    var origin: SIMD2<Float> {
        SIMD2(Float(cover.width - 1), Float(cover.height - 1)) * 0.5
    }

    /// How many points the silhouette covers.
    var area: Float { cover.values.reduce(0, +) }

    /// Points of the silhouette with their colours, for comparing with a picture.
    ///
    /// * `block`: The side of the square of canvas points that one sample stands for.
    /// * `limit`: About how many there may be; beyond it they are spread evenly.
    func samples(block: Int, limit: Int, noise: Float) -> [Sample] {
        let count = area / Float(block * block)
        let pitch = max(block, Int(Float(block) * (count / Float(limit)).squareRoot().rounded(.up)))
        var samples: [Sample] = []
        for top in stride(from: 0, to: cover.height, by: pitch) {
            for left in stride(from: 0, to: cover.width, by: pitch) {
                let corner = (left + (pitch - block) / 2, top + (pitch - block) / 2)
                if let sample = sample(at: corner, block: block, noise: noise) {
                    samples.append(sample)
                }
            }
        }
        return samples
    }

    private func sample(at corner: (Int, Int), block: Int, noise: Float) -> Sample? {
        var weight: Float = 0
        var place = SIMD2<Float>(0, 0)
        var (old, new) = (SIMD4<Float>(), SIMD4<Float>())
        let (right, bottom) = (
            min(corner.0 + block, cover.width), min(corner.1 + block, cover.height)
        )
        for y in corner.1..<max(corner.1, bottom) {
            for x in corner.0..<max(corner.0, right) {
                let part = cover[x, y]
                guard part > 0.02 else { continue }
                weight += part
                place += SIMD2(Float(x), Float(y)) * part
                old += first[x, y] * part
                new += recent[x, y] * part
            }
        }
        guard weight > 0.05 else { return nil }
        let centre = place / weight
        let (x, y) = (Int(centre.x.rounded()), Int(centre.y.rounded()))
        let across = recent.nearest(x: x + block, y: y).w - recent.nearest(x: x - block, y: y).w
        let down = recent.nearest(x: x, y: y + block).w - recent.nearest(x: x, y: y - block).w
        let slope = min(40, (abs(across) + abs(down)) * 0.15)
        return Sample(
            place: centre - origin, weight: weight, first: old / weight, recent: new / weight,
            resemblance: Resemblance(spread: (noise * noise + slope * slope).squareRoot()))
    }

    /// Learns from a picture on which the subject is well seen.
    ///
    /// * `subject`: How much each pixel belongs to the subject, 0…1.
    /// * `reshaping`: How far the silhouette may follow, 0…1.
    mutating func learn(
        _ picture: Plane<SIMD4<Float>>, subject: Plane<Float>, at pose: Pose, reshaping: Float
    ) {
        let (map, origin) = (pose.map, origin)
        for y in 0..<cover.height {
            for x in 0..<cover.width {
                let there = map(SIMD2(Float(x), Float(y)) - origin)
                guard picture.contains(there) else { continue }
                let part = subject.at(there)
                let colour = picture.at(there)
                if seen[x, y] < 0.5 {
                    seen[x, y] = 1
                    first[x, y] = colour
                    recent[x, y] = colour
                    if reshaping > 0 { cover[x, y] = part }
                    continue
                }
                if reshaping > 0 {
                    if cover[x, y] < 0.05, part > 0.5 { first[x, y] = colour }
                    cover[x, y] += reshaping * (part - cover[x, y])
                }
                recent[x, y] += (colour - recent[x, y]) * (0.2 * part)
            }
        }
        histogram.fade(0.93)
        for index in picture.values.indices where subject.values[index] > 0.8 {
            histogram.add(picture.values[index], weight: 0.05)
        }
        histogram.settle()
    }
}

/// One point of the subject and what it looks like.
struct Sample: Sendable {
    var place: SIMD2<Float>
    var weight: Float
    var first: SIMD4<Float>
    var recent: SIMD4<Float>
    var resemblance: Resemblance

    /// The density of a colour at this point of the subject.
    ///
    /// * `common`: The colour's density among all of the subject's colours.
    func density(_ colour: SIMD4<Float>, common: Float) -> Float {
        let distance = min(squaredDistance(colour, first), squaredDistance(colour, recent))
        return 0.6 * resemblance.density(squaredDistance: distance) + 0.4 * common
            + Evidence.strange.y
    }
}

/// The rectangle that holds what is more than half selected.
struct Bounds: Sendable, Equatable {
    var left: Int
    var top: Int
    var width: Int
    var height: Int

    /// The bounds of nothing are one pixel in the middle.
    init(of plane: Plane<Float>) {
        var (left, top, right, bottom) = (plane.width, plane.height, -1, -1)
        for y in 0..<plane.height {
            for x in 0..<plane.width where plane[x, y] > 0.25 {
                (left, right) = (min(left, x), max(right, x))
                (top, bottom) = (min(top, y), max(bottom, y))
            }
        }
        if right < 0 { (left, right, top, bottom) = (0, plane.width - 1, 0, plane.height - 1) }
        (self.left, self.top) = (left, top)
        (width, height) = (right - left + 1, bottom - top + 1)
    }

    var middle: SIMD2<Float> {
        SIMD2(Float(left) + Float(width - 1) / 2, Float(top) + Float(height - 1) / 2)
    }
}
