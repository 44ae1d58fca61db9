// SPDX-License-Identifier: Apache-2.0

/// A picture seen at several sizes, with how well background and subject explain each pixel.
struct Evidence {
    /// One size; each next level has half the sides.
    struct Level {
        var colours: Plane<SIMD4<Float>>
        /// Densities of the pixel's colour: in the background, among the subject's colours.
        var densities: Plane<SIMD2<Float>>
    }

    /// How likely a colour is that nothing known explains; more so in the background, where
    /// other things come and go.
    static let strange = SIMD2<Float>(0.10, 0.02) * ColourHistogram.even

    private(set) var levels: [Level] = []

    init(
        _ pictures: [Plane<SIMD4<Float>>], backdrop: Backdrop, subject: ColourHistogram,
        levels count: Int
    ) {
        var behind = backdrop.colours
        var known = backdrop.known.map { SIMD2($0, 0) }
        for level in 0..<min(count, pictures.count) {
            if level > 0 {
                behind = behind.halved()
                known = known.halved()
            }
            let densities = Self.densities(
                pictures[level], behind: behind, known: known, backdrop: backdrop,
                subject: subject)
            levels.append(Level(colours: pictures[level], densities: densities))
        }
    }

    private static func densities(
        _ picture: Plane<SIMD4<Float>>, behind: Plane<SIMD4<Float>>, known: Plane<SIMD2<Float>>,
        backdrop: Backdrop, subject: ColourHistogram
    ) -> Plane<SIMD2<Float>> {
        var result = Plane(
            width: picture.width, height: picture.height, filledWith: SIMD2<Float>(0, 0))
        // One resemblance for each step of slope, where a small shift changes the colour much.
        let resemblances = (0..<16).map { step in
            let slope = Float(step) * 3
            return Resemblance(
                spread: (backdrop.noise * backdrop.noise + slope * slope).squareRoot())
        }
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let colour = picture[x, y]
                var density = backdrop.histogram.density(colour) * 0.4 + strange.x
                let certain = known[x, y].x
                if certain > 0.5 {
                    let across = behind.nearest(x: x + 1, y: y).w - behind.nearest(x: x - 1, y: y).w
                    let down = behind.nearest(x: x, y: y + 1).w - behind.nearest(x: x, y: y - 1).w
                    let slope = min(15, Int((abs(across) + abs(down)) * 0.05))
                    density +=
                        0.6
                        * resemblances[slope].density(
                            squaredDistance: squaredDistance(colour, behind[x, y]))
                } else {
                    density += backdrop.histogram.density(colour) * 0.6
                }
                result[x, y] = SIMD2(density, subject.density(colour))
            }
        }
        return result
    }
}
