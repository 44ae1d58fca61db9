// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media

/// What a clip shows behind its subjects; places in picture heights.
enum Scenery: Sendable {
    case gradient(Paint, Paint)
    case hills
    case texture(seed: UInt64)
    case city
    case flat(Paint)

    func colour(_ place: Place) -> Paint {
        switch self {
        case .flat(let colour): return colour
        case .gradient(let top, let bottom): return top + (bottom - top) * min(1, max(0, place.y))
        case .texture(let seed):
            let coarse = Texture.noise(place * 6, seed: seed)
            let fine = Texture.noise(place * 17, seed: seed + 9)
            let hue = Texture.noise(place * 4, seed: seed + 17)
            let light = 40 + 110 * coarse + 70 * fine
            return Paint(light, light * (0.75 + 0.3 * hue), light * (1.0 - 0.45 * hue))
        case .hills:
            let near = 0.78 + 0.035 * (sin(place.x * 3.2 + 1) + 0.5 * sin(place.x * 6 + 2))
            if place.y > near {
                return Paint(51, 138, 36) * (1 - 0.35 * min(1, (place.y - near) * 2.4))
            }
            let far = 0.6 + 0.045 * (sin(place.x * 3.2 + 4) + 0.5 * sin(place.x * 6))
            if place.y > far { return Paint(87, 173, 66) }
            let sun = place - Place(0.2, 0.15)
            if (sun * sun).sum() < 0.006 { return Paint(255, 242, 128) }
            return Paint(77, 153, 250) + (Paint(204, 235, 255) - Paint(77, 153, 250))
                * (place.y / 0.62)
        case .city:
            let column = (place.x * 4.3).rounded(.down)
            let roof = 0.3 + 0.3 * Texture.value(UInt64(bitPattern: Int64(column)), 3, 5)
            if place.y > 0.85 { return Paint(66, 66, 72) }
            guard place.y > roof else { return Paint(150, 190, 240) }
            let cell = place * 16
            let lit =
                (cell.x - cell.x.rounded(.down)) > 0.5 && (cell.y - cell.y.rounded(.down)) > 0.5
            let tone = 70 + 60 * Texture.value(UInt64(bitPattern: Int64(column)), 9, 5)
            return lit ? Paint(240, 215, 120) : Paint(tone, tone, tone * 1.2)
        }
    }
}

/// Where a shape is at some time: its middle and radius in picture heights, its turn in radians.
struct Stand: Sendable {
    var place: Place
    var radius: Double
    var angle = 0.0
}

struct Actor: Sendable {
    var shape: Shape
    var stand: @Sendable (_ time: Double) -> Stand
}

/// How the tracker learns what to follow.
enum Start: String, Sendable { case mask, box, ellipse }

/// A rendered clip whose subject's silhouette is known on every picture.
struct Clip: Sendable {
    var name: String
    var width = 96
    var height = 64
    var count = 17
    var start = Start.mask
    var scenery = Scenery.hills
    /// From behind to before.
    var actors: [Actor]
    /// Which actor is followed.
    var subject = 0
    var noise = 0.0
    var light: @Sendable (_ time: Double) -> Double = { _ in 1 }
    /// Where the camera looks: shift in picture heights, and magnification.
    var camera: @Sendable (_ time: Double) -> (shift: Place, zoom: Double) = { _ in (Place(0, 0), 1)
    }
    /// The least overlap at the end that is asked of this clip.
    var floor = 0.75

    /// Picture `index` and the part of each pixel where the subject is visible.
    func frame(_ index: Int) -> (picture: Picture, truth: Mask) {
        let time = Double(index)
        let look = camera(time)
        let stands = actors.indices.map { seen($0, at: time) }
        var pixels = [UInt8](repeating: 0, count: width * height * 3)
        var truth = Mask(width: width, height: height, filledWith: 0)
        let bright = light(time)
        for y in 0..<height {
            for x in 0..<width {
                var sum = Paint(0, 0, 0)
                var hits = 0
                for part in 0..<9 {
                    let place =
                        Place(
                            Double(x) + (Double(part % 3) + 0.5) / 3,
                            Double(y) + (Double(part / 3) + 0.5) / 3) / Double(height)
                    let (colour, actor) = top(place, stands, time: time)
                    if let colour {
                        sum += colour
                    } else {
                        sum += scenery.colour((place - middle) / look.zoom + middle + look.shift)
                    }
                    if actor == subject { hits += 1 }
                }
                for channel in 0..<3 {
                    let grain = noise == 0 ? 0 : scatter(x * 3 + channel, y, index) * noise
                    let value = sum[channel] / 9 * bright + grain
                    pixels[(y * width + x) * 3 + channel] = UInt8(min(255, max(0, value.rounded())))
                }
                truth.values[y * width + x] = UInt8(hits * 255 / 9)
            }
        }
        return (Picture(width: width, height: height, pixels: pixels), truth)
    }

    private var middle: Place { Place(Double(width) / Double(height) / 2, 0.5) }

    /// Where an actor stands as the camera sees it.
    private func seen(_ actor: Int, at time: Double) -> Stand {
        let look = camera(time)
        var stand = actors[actor].stand(time)
        stand.place = (stand.place - look.shift - middle) * look.zoom + middle
        stand.radius *= look.zoom
        return stand
    }

    /// What a place shows: the foremost actor's colour, and which actor that is.
    private func top(_ place: Place, _ stands: [Stand], time: Double) -> (Paint?, Int?) {
        for index in actors.indices.reversed() {
            let stand = stands[index]
            let away = (place - stand.place) / stand.radius
            if abs(away.x) > 60 || (away * away).sum() > 3600 { continue }
            let (c, s) = (cos(stand.angle), sin(stand.angle))
            let own = Place(c * away.x + s * away.y, c * away.y - s * away.x)
            if let colour = actors[index].shape.paint(own, time) { return (colour, index) }
        }
        return (nil, nil)
    }

    /// About normally distributed: the sum of four even lots, with deviation 1.
    private func scatter(_ x: Int, _ y: Int, _ time: Int) -> Double {
        let lots = (0..<4).map {
            Texture.value(UInt64(x), UInt64(y), UInt64(time * 4 + $0 + 1000)) - 0.5
        }
        return lots.reduce(0, +) * 1.732
    }

    /// What the user selects on the first picture.
    func selection() -> Mask { selection(at: 0, truth: frame(0).truth) }

    /// What should be selected on picture `index`: the silhouette where that was selected, else the
    /// first picture's box or ellipse, moved and scaled as the subject is.
    func selection(at index: Int, truth: Mask) -> Mask {
        guard start != .mask else { return truth }
        let (first, now) = (seen(subject, at: 0), seen(subject, at: Double(index)))
        let bounds = bounds(frame(0).truth)
        let grown = now.radius / first.radius
        let size = Double(height)
        let middle = (bounds.middle / size - first.place) * grown + now.place
        // An ellipse a little tighter than one that holds the whole box is how people draw.
        let half = bounds.half / size * grown * (start == .ellipse ? 1.24 : 1)
        var mask = Mask(width: width, height: height, filledWith: 0)
        for y in 0..<height {
            for x in 0..<width {
                let away = (Place(Double(x) + 0.5, Double(y) + 0.5) / size - middle) / half
                let inside =
                    start == .box
                    ? abs(away.x) < 1 && abs(away.y) < 1 : (away * away).sum() < 1
                if inside { mask.values[y * width + x] = 255 }
            }
        }
        return mask
    }

    private func bounds(_ truth: Mask) -> (middle: Place, half: Place) {
        var (least, most) = (Place(repeating: .infinity), Place(repeating: 0))
        for y in 0..<height {
            for x in 0..<width where truth.selects(x: x, y: y) {
                least = pointwiseMin(least, Place(Double(x), Double(y)))
                most = pointwiseMax(most, Place(Double(x + 1), Double(y + 1)))
            }
        }
        return ((least + most) / 2, (most - least) / 2)
    }
}

extension Mask {
    /// The overlap of two selections over their union; 1 where both select nothing.
    func overlap(_ other: Mask) -> Double {
        var (both, either) = (0, 0)
        for index in values.indices {
            let (one, two) = (values[index] > 127, other.values[index] > 127)
            if one && two { both += 1 }
            if one || two { either += 1 }
        }
        return either == 0 ? 1 : Double(both) / Double(either)
    }
}
