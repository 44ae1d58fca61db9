// SPDX-License-Identifier: Apache-2.0

/// What is known of everything but the subject: the colours seen at each place, moved along with
/// the camera, and how often each colour occurs.
struct Backdrop: Sendable {
    /// The colour last seen at each place; the fourth lane is the luminance.
    private(set) var colours: Plane<SIMD4<Float>>
    /// 1 where `colours` holds what was seen, 0 where the subject hid it.
    private(set) var known: Plane<Float>
    private(set) var histogram = ColourHistogram()
    /// The standard deviation of the pictures' noise, in levels.
    private(set) var noise: Float = 4

    init(_ picture: Plane<SIMD4<Float>>, without subject: Plane<Float>) {
        colours = picture
        known = subject.map { $0 < 0.02 ? 1 : 0 }
        let around = subject.blurred(
            radius: max(3, Int(Float(subject.values.reduce(0, +)).squareRoot() * 0.4)))
        for index in picture.values.indices where subject.values[index] < 0.02 {
            // What surrounds the subject counts more: it is what it is told from.
            histogram.add(picture.values[index], weight: around.values[index] > 0 ? 1 : 0.3)
        }
        histogram.settle()
    }

    /// Moves what is known to where the camera now sees it.
    mutating func follow(_ camera: CameraMotion) {
        guard camera.moves else { return }
        let (map, before, certain) = (camera.map, colours, known)
        for y in 0..<colours.height {
            for x in 0..<colours.width {
                let from = map(SIMD2(Float(x), Float(y)))
                let seen = before.contains(from) && certain.at(from) > 0.5
                colours[x, y] = before.at(from)
                known[x, y] = seen ? 1 : 0
            }
        }
    }

    /// Measures the noise: what differs from the known background on the whole.
    mutating func measureNoise(on picture: Plane<SIMD4<Float>>) {
        var counts = [Int](repeating: 0, count: 128)
        var total = 0
        for index in stride(from: 0, to: picture.values.count, by: 3)
        where known.values[index] > 0.5 {
            let difference = abs(picture.values[index].w - colours.values[index].w)
            counts[min(127, Int(difference * 4))] += 1
            total += 1
        }
        guard total > 50 else { return }
        var (passed, middle) = (0, 0)
        while passed * 2 < total {
            passed += counts[middle]
            middle += 1
        }
        // The median of absolute differences of two noisy values, in quarters of a level; colours
        // scatter more than luminance does.
        let measured = Float(middle) * 0.25 * 1.4
        noise += 0.3 * (min(max(measured, 2.5), 14) - noise)
    }

    /// Learns from a picture where the subject is not.
    ///
    /// * `subject`: How much each pixel belongs to the subject, 0…1.
    mutating func learn(_ picture: Plane<SIMD4<Float>>, without subject: Plane<Float>) {
        histogram.fade(0.9)
        for index in picture.values.indices where subject.values[index] < 0.05 {
            let fresh = known.values[index] < 0.5
            colours.values[index] +=
                (picture.values[index] - colours.values[index]) * (fresh ? 1 : 0.4)
            known.values[index] = 1
            histogram.add(picture.values[index], weight: 0.08)
        }
        histogram.settle()
    }
}
