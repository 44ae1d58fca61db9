// SPDX-License-Identifier: Apache-2.0

import Media

/// The size at which tracking works: the picture's own, or smaller by a whole factor.
struct WorkingScale: Sendable {
    let factor: Int

    /// Chooses a factor that leaves the subject about 24 pixels across and the picture at most
    /// 60 000 pixels where the subject allows that.
    init(width: Int, height: Int, selected: Double) {
        let bySubject = Int(selected.squareRoot() / 24)
        let byPicture = (Double(width * height) / 36_000).squareRoot().rounded(.up)
        factor = max(1, min(bySubject, Int(byPicture)))
    }

    func colours(_ picture: Picture) -> Plane<SIMD4<Float>> {
        reduce(picture.width, picture.height) { x, y in
            let start = (y * picture.width + x) * 3
            let (red, green, blue) = (
                Float(picture.pixels[start]), Float(picture.pixels[start + 1]),
                Float(picture.pixels[start + 2])
            )
            return SIMD4(red, green, blue, 0.299 * red + 0.587 * green + 0.114 * blue)
        }
    }

    func selection(_ mask: Mask) -> Plane<Float> {
        reduce(mask.width, mask.height) { x, y in
            SIMD4(Float(mask.values[y * mask.width + x]) / 255, 0, 0, 0)
        }.map { $0.x }
    }

    /// A place of the working size in the full picture's pixels.
    func full(_ place: SIMD2<Float>) -> SIMD2<Float> { (place + 0.5) * Float(factor) - 0.5 }

    private func reduce(
        _ width: Int, _ height: Int, _ value: (_ x: Int, _ y: Int) -> SIMD4<Float>
    ) -> Plane<SIMD4<Float>> {
        let (columns, rows) = ((width + factor - 1) / factor, (height + factor - 1) / factor)
        var plane = Plane(width: columns, height: rows, filledWith: SIMD4<Float>())
        for row in 0..<rows {
            for column in 0..<columns {
                var sum = SIMD4<Float>()
                let (right, bottom) = (
                    min((column + 1) * factor, width), min((row + 1) * factor, height)
                )
                for y in row * factor..<bottom {
                    for x in column * factor..<right { sum += value(x, y) }
                }
                plane[column, row] =
                    sum / Float((right - column * factor) * (bottom - row * factor))
            }
        }
        return plane
    }
}
