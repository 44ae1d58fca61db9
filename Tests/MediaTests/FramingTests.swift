// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

@Suite struct FramingTests {
    @Test func `a picture of the asked size keeps every bit`() throws {
        let picture = Picture.noise(width: 33, height: 17)
        #expect(try picture.framed(width: 33, height: 17) == picture)
    }

    @Test(arguments: [Scaling.smooth, .nearest])
    func `a wide picture loses its sides, a tall one its ends`(scaling: Scaling) throws {
        let wide = Picture.example(width: 96, height: 32) { x, _ in
            x < 32 ? Colour(255, 0, 0) : x < 64 ? Colour(0, 255, 0) : Colour(0, 0, 255)
        }
        let middle = try wide.framed(width: 32, height: 32, scaling: scaling)
        #expect(
            middle.largestDifference(from: .flat(Colour(0, 255, 0), width: 32, height: 32)) == 0)
        let tall = Picture.example(width: 32, height: 96) { _, y in
            y < 32 ? Colour(255, 0, 0) : y < 64 ? Colour(0, 255, 0) : Colour(0, 0, 255)
        }
        let half = try tall.framed(width: 16, height: 16, scaling: scaling)
        #expect(half.colour(atX: 8, y: 8).green > 250)
        #expect(half.colour(atX: 8, y: 8).red < 5)
    }

    @Test(arguments: [(64, 48, 128, 96), (64, 48, 32, 24), (64, 48, 100, 20), (7, 5, 64, 64)])
    func `a soft ramp keeps its place`(
        width: Int, height: Int, newWidth: Int, newHeight: Int
    ) throws {
        let ramp = Picture.example(width: width, height: height) { x, _ in
            let level = UInt8((2 * x + 1) * 255 / (2 * width))
            return Colour(level, level, level)
        }
        let framed = try ramp.framed(width: newWidth, height: newHeight)
        let scale = max(Double(newWidth) / Double(width), Double(newHeight) / Double(height))
        let left = (Double(width) * scale - Double(newWidth)) / 2
        for x in newWidth / 4..<3 * newWidth / 4 {
            let wanted = (Double(x) + left.rounded(.down) + 0.5) / scale / Double(width) * 255
            #expect(abs(Double(framed.colour(atX: x, y: newHeight / 2).red) - wanted) < 6)
        }
    }

    @Test(arguments: [2, 3, 8, 40])
    func `shrinking averages instead of picking`(step: Int) throws {
        let board = Picture.example(width: 16 * step, height: 16 * step) { x, y in
            (x + y) % 2 == 0 ? Colour(255, 255, 255) : Colour(0, 0, 0)
        }
        let small = try board.framed(width: 16, height: 16)
        for x in 2..<14 { #expect(abs(Int(small.colour(atX: x, y: 8).red) - 128) < 24) }
    }

    @Test func `the nearest pixel brings no new values`() throws {
        let picture = Picture.example(width: 37, height: 23) { x, y in
            (x / 5 + y / 5) % 2 == 0 ? Colour(255, 255, 255) : Colour(0, 0, 0)
        }
        for size in [(64, 48), (16, 16), (300, 20)] {
            let framed = try picture.framed(width: size.0, height: size.1, scaling: .nearest)
            #expect(framed.pixels.allSatisfy { $0 == 0 || $0 == 255 })
        }
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 3), (2000, 3), (3, 2500)])
    func `pictures of any size fit`(width: Int, height: Int) throws {
        let flat = Picture.flat(Colour(40, 60, 200), width: width, height: height)
        let framed = try flat.framed(width: 24, height: 24)
        #expect(
            framed.largestDifference(from: .flat(Colour(40, 60, 200), width: 24, height: 24)) <= 2)
    }

    @Test func `a picture too narrow to fill the frame is refused`() {
        let line = Picture.flat(Colour(1, 2, 3), width: 16_000, height: 1)
        #expect(throws: MediaError.self) { try line.framed(width: 1000, height: 1000) }
    }

    @Test func `stretching shows the whole picture`() throws {
        let wide = Picture.example(width: 96, height: 32) { x, _ in
            x < 48 ? Colour(255, 0, 0) : Colour(0, 0, 255)
        }
        let square = try wide.framed(width: 32, height: 32, framing: .stretch)
        #expect(square.colour(atX: 2, y: 16) == Colour(255, 0, 0))
        #expect(square.colour(atX: 29, y: 16) == Colour(0, 0, 255))
    }

    @Test func `the luminance of a mask picture`() {
        let colours = [
            Colour(255, 255, 255), Colour(0, 0, 0), Colour(128, 128, 128), Colour(255, 0, 0),
            Colour(0, 255, 0), Colour(0, 0, 255),
        ]
        let picture = Picture.example(width: 6, height: 1) { x, _ in colours[x] }
        #expect(Mask(luminanceOf: picture).values == [255, 0, 128, 76, 150, 29])
    }
}
