// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

/// Colours against the formulas of ITU-R BT.709 and JFIF, worked out here in `Double`.
@Suite struct ColourTests {
    static let patches = [
        Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255), Colour(255, 255, 255),
        Colour(0, 0, 0), Colour(128, 128, 128), Colour(224, 172, 140), Colour(255, 200, 0),
    ]

    /// Y′, Cb, Cr of 8-bit RGB with luma weights `red` and `blue`.
    private func samples(_ colour: Colour, red: Double, blue: Double, full: Bool) -> [Double] {
        let rgb = colour.bytes.map { Double($0) / 255 }
        let luma = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2]
        let cb = (rgb[2] - luma) / (2 * (1 - blue))
        let cr = (rgb[0] - luma) / (2 * (1 - red))
        return full
            ? [255 * luma, 128 + 255 * cb, 128 + 255 * cr]
            : [16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr]
    }

    private func convert(_ colour: Colour, to layout: PixelLayout, chromaSide: Int) throws
        -> [[UInt8]]
    {
        var source = Frame(width: 32, height: 32, layout: .rgb)
        source.load(.flat(colour, width: 32, height: 32))
        var target = Frame(width: 32, height: 32, layout: layout)
        var scaler = try Scaler(width: 32, height: 32, from: .rgb, to: layout)
        scaler.convert(source, into: &target)
        return [
            target.plane(0, rowBytes: 32, rows: 32),
            target.plane(1, rowBytes: chromaSide, rows: chromaSide),
            target.plane(2, rowBytes: chromaSide, rows: chromaSide),
        ]
    }

    @Test(arguments: patches)
    func `video samples are BT 709 in limited range`(colour: Colour) throws {
        let planes = try convert(colour, to: .video, chromaSide: 16)
        let wanted = samples(colour, red: 0.2126, blue: 0.0722, full: false)
        for (plane, value) in zip(planes, wanted) {
            for sample in plane { #expect(abs(Double(sample) - value) <= 1) }
        }
    }

    @Test(arguments: patches)
    func `JPEG samples are BT 601 in full range`(colour: Colour) throws {
        let planes = try convert(colour, to: .jpeg, chromaSide: 32)
        let wanted = samples(colour, red: 0.299, blue: 0.114, full: true)
        for (plane, value) in zip(planes, wanted) {
            for sample in plane { #expect(abs(Double(sample) - min(value, 255)) <= 1) }
        }
    }

    @Test(arguments: patches)
    func `a flat colour survives the video`(colour: Colour) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/patch.mp4"
            let picture = Picture.flat(colour)
            try encode([picture, picture], to: path)
            for frame in try decode(path) {
                #expect(frame.picture.largestDifference(from: picture) <= 3)
            }
        }
    }

    @Test func `a grey ramp keeps its ends and never steps back`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/ramp.mp4"
            let ramp = Picture.example(width: 256, height: 32) { x, _ in
                Colour(UInt8(x), UInt8(x), UInt8(x))
            }
            try encode([ramp], to: path)
            let decoded = try #require(try decode(path).first).picture
            #expect(decoded.largestDifference(from: ramp) <= 5)
            // Column means: single samples may wobble by a level where the codec rounds.
            let means = (0..<256).map { x in
                (0..<32).map { Int(decoded.colour(atX: x, y: $0).green) }.reduce(0, +) / 32
            }
            for x in 4..<256 { #expect(means[x] >= means[x - 4]) }
            #expect(means[0] <= 2)
            #expect(means[255] >= 253)
        }
    }

    @Test func `a colour edge is not shifted sideways`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/edge.mp4"
            let edge = Picture.example(width: 64, height: 32) { x, _ in
                x < 32 ? Colour(200, 60, 60) : Colour(60, 60, 200)
            }
            try encode([edge], to: path)
            let decoded = try #require(try decode(path).first).picture
            // Halved and doubled chroma blurs both sides alike when its position is respected.
            for distance in 4..<16 {
                #expect(decoded.colour(atX: 31 - distance, y: 16).red > 190)
                #expect(decoded.colour(atX: 32 + distance, y: 16).red < 70)
            }
        }
    }

    @Test func `the file says what its colours mean`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/tags.mp4"
            try encode([.film(0)], to: path)
            let decoder = try VideoDecoder(path: path)
            #expect(decoder.colour == .video)
        }
    }
}
