// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

/// The film that all files of Tests/Samples show: four quarters in four colours, and a white square
/// of 8 pixels that moves 4 pixels to the right with every frame.
struct Film {
    static let quarters = [
        Colour(200, 40, 40), Colour(40, 180, 60), Colour(40, 60, 200), Colour(220, 200, 40),
    ]

    static func picture(_ index: Int, width: Int = 64, height: Int = 48) -> Picture {
        .example(width: width, height: height) { x, y in
            let top = height / 2 - 4
            if (4 * index..<4 * index + 8).contains(x), (top..<top + 8).contains(y) {
                return Colour(255, 255, 255)
            }
            return quarters[(2 * y >= height ? 2 : 0) + (2 * x >= width ? 1 : 0)]
        }
    }

    /// Which frame of the film a picture shows, told by the place of its square, in a picture that
    /// is `scale` times wider than the film.
    static func index(of picture: Picture, scale: Double = 1) -> Double? {
        var (sum, count) = (0, 0)
        let band = picture.height / 2 - picture.height / 24...picture.height / 2
        for y in band {
            for x in 0..<picture.width {
                let colour = picture.colour(atX: x, y: y)
                guard min(colour.red, colour.green, colour.blue) > 150 else { continue }
                sum += x
                count += 1
            }
        }
        return count > 0 ? (Double(sum) / Double(count) / scale - 3.5) / 4 : nil
    }

    /// Expects a picture to have the four colours in its corners.
    static func expectQuarters(
        _ picture: Picture, within tolerance: Int, _ wanted: [Colour] = quarters,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let (right, bottom) = (picture.width - 1 - picture.width / 8, picture.height - 5)
        let places = [
            (picture.width / 8, 4), (right, 4), (picture.width / 8, bottom), (right, bottom),
        ]
        for (place, colour) in zip(places, wanted) {
            let found = picture.colour(atX: place.0, y: place.1)
            let difference = zip(found.bytes, colour.bytes).map { abs(Int($0) - Int($1)) }
            #expect(
                difference.allSatisfy { $0 <= tolerance },
                "at \(place): \(found), wanted \(colour)", sourceLocation: sourceLocation)
        }
    }
}

/// All pictures that a reader gives, at most `limit`.
func pictures(
    of path: String, rate: Double = 12, width: Int = 64, height: Int = 48, limit: Int = 200,
    scaling: Scaling = .smooth, background: Background = .white
) throws -> [Picture] {
    var reader = try ClipReader(
        path: path, rate: try FrameRate(rate), width: width, height: height, scaling: scaling,
        background: background)
    var pictures: [Picture] = []
    while pictures.count < limit, let picture = try reader.next() { pictures.append(picture) }
    return pictures
}
