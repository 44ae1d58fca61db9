// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Camera path")
struct CameraPathTests {
    private func path(
        pan: Double = 0, tilt: Double = 0, zoom: Double = 0, roll: Double = 0, frames: Int = 5
    ) -> CameraPath {
        CameraPath(pan: pan, tilt: tilt, zoom: zoom, roll: roll, frames: frames)
    }

    @Test(arguments: [
        (24, 16, [3, -4, 5, 6], 17, 9), (31, 17, [-10, 2, -10, 0], 5, 4),
        (16, 16, [0, 0, -7, -10], 9, 8), (24, 16, [0.5, 10, 10, 2], 33, 32),
    ])
    func `the definition, pixel by pixel`(
        width: Int, height: Int, moves: [Double], frames: Int, index: Int
    ) throws {
        let path = CameraPath(
            pan: moves[0], tilt: moves[1], zoom: moves[2], roll: moves[3], frames: frames)
        let (picture, _) = path.view(of: .pattern(width, height), at: index)
        let names = moves.map(\.description).joined(separator: "_")
        try FramesGolden.expect(
            picture.levels, "view.\(width)x\(height).\(names).\(frames).\(index)", within: 0.51)
    }

    @Test func `the first frame is the still, and so is every frame of a camera that rests`() {
        let still = Picture.pattern(33, 17)
        let nothing = Mask(width: 33, height: 17, filledWith: 0)
        let moving = path(pan: 10, tilt: -10, zoom: -10, roll: 10)
        #expect(moving.view(of: still, at: 0) == (still, nothing))
        #expect(!moving.rests && path().rests)
        #expect(path().view(of: still, at: 3) == (still, nothing))
        #expect(path(pan: 10, frames: 1).view(of: still, at: 0) == (still, nothing))
    }

    @Test func `pan right moves what is seen left, by half a frame`() {
        let still = Picture.pattern(32, 16)
        for (index, shift) in [(1, 4), (2, 8), (4, 16)] {
            let (picture, uncovered) = path(pan: 10).view(of: still, at: index)
            #expect(
                picture
                    == .drawn(32, 16) { x, y, c in
                        x + shift < 32 ? still.sample(x + shift, y, c) : 128
                    })
            #expect(uncovered == .drawn(32, 16) { x, _ in x + shift >= 32 })
        }
        let (left, _) = path(pan: -10).view(of: still, at: 4)
        #expect(left.sample(20, 3, 1) == still.sample(4, 3, 1))
    }

    @Test func `tilt up moves what is seen down`() {
        let still = Picture.pattern(16, 32)
        let (picture, uncovered) = path(tilt: 5).view(of: still, at: 4)
        #expect(
            picture
                == .drawn(16, 32) { x, y, c in y >= 8 ? still.sample(x, y - 8, c) : 128 })
        #expect(uncovered == .drawn(16, 32) { _, y in y < 8 })
    }

    @Test func `zooming in covers everything, out the middle half`() {
        let still = Picture.pattern(64, 48)
        let (near, none) = path(zoom: 10).view(of: still, at: 4)
        #expect(none.coverage == 0)
        #expect(near.pixels != still.pixels)
        let (_, around) = path(zoom: -10).view(of: still, at: 4)
        #expect(
            around == .drawn(64, 48) { !(16..<48).contains($0) || !(12..<36).contains($1) })
    }

    @Test func `rolling clockwise turns what is seen counter-clockwise`() {
        // White right of the middle: seen from a camera turned clockwise it goes up.
        let still = Picture.drawn(65, 65) { x, y, _ in
            (50..<60).contains(x) && (27..<38).contains(y) ? 255 : 0
        }
        let (picture, _) = path(roll: 10).view(of: still, at: 4)
        #expect(picture.sample(32 + 16, 32 - 16) == 255)
        #expect(picture.sample(32 + 16, 32 + 16) == 0)
        #expect(picture.sample(54, 32) == 0)
    }

    @Test(arguments: [(1, 1), (16, 16), (17, 5), (1, 31)])
    func `small and odd pictures at the ends of every movement`(width: Int, height: Int) {
        let still = Picture.pattern(width, height)
        for moves in [[10.0, 10, 10, 10], [-10, -10, -10, -10], [0, 0, -10, 10]] {
            let path = path(pan: moves[0], tilt: moves[1], zoom: moves[2], roll: moves[3])
            for index in 0..<5 {
                let (picture, uncovered) = path.view(of: still, at: index)
                let isGrey = uncovered.values.indices.allSatisfy {
                    uncovered.values[$0] == 0
                        || picture.pixels[3 * $0..<3 * $0 + 3].allSatisfy { $0 == 128 }
                }
                #expect(isGrey)
            }
        }
    }

    @Test func `a flat still stays flat where it is seen`() {
        let (picture, uncovered) = path(pan: 3, zoom: -4, roll: 7)
            .view(of: .flat(9, 200, 77, 40, 30), at: 3)
        #expect((0.05..<0.95).contains(uncovered.coverage))
        for index in uncovered.values.indices where uncovered.values[index] == 0 {
            #expect(Array(picture.pixels[3 * index..<3 * index + 3]) == [9, 200, 77])
        }
    }
}
