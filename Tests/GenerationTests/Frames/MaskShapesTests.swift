// SPDX-License-Identifier: Apache-2.0

import Generation
import Glibc
import Media
import Testing

@Suite("Mask shapes")
struct MaskShapesTests {
    private let same = MaskShapes(sourceWidth: 64, sourceHeight: 48, width: 64, height: 48)

    @Test func `a box on whole pixels has hard edges`() {
        let mask = same.box(x: 0.25, y: 0.5, width: 0.5, height: 0.25)
        #expect(mask == .drawn(64, 48) { (16..<48).contains($0) && (24..<36).contains($1) })
    }

    @Test func `a box between pixels has soft edges`() {
        let mask = same.box(x: 16.5 / 64, y: 10.25 / 48, width: 2.0 / 64, height: 4.0 / 48)
        #expect(mask.values[12 * 64 + 16] == 128)
        #expect(mask.values[12 * 64 + 17] == 255)
        #expect(mask.values[12 * 64 + 18] == 128)
        #expect(mask.values[10 * 64 + 17] == 191)
        #expect(mask.values[14 * 64 + 17] == 64)
    }

    @Test(arguments: [
        // Source, generation size: its sides are cut, its top and bottom, nothing, scaled up.
        (100, 50, 40, 40), (50, 100, 40, 40), (1920, 1080, 96, 54), (10, 10, 64, 64),
    ])
    func `the same crop as the frames`(w: Int, h: Int, width: Int, height: Int) {
        let shapes = MaskShapes(sourceWidth: w, sourceHeight: h, width: width, height: height)
        // The middle stays the middle, and everything is everything.
        #expect(
            shapes.box(x: 0, y: 0, width: 1, height: 1)
                == Mask(width: width, height: height, filledWith: 255))
        let left = shapes.box(x: 0, y: 0, width: 0.5, height: 1)
        #expect(left == .drawn(width, height) { x, _ in x < width / 2 })
        let upper = shapes.box(x: 0, y: 0, width: 1, height: 0.5)
        #expect(upper == .drawn(width, height) { _, y in y < height / 2 })
    }

    @Test func `what is cut away is not in the mask`() {
        let shapes = MaskShapes(sourceWidth: 100, sourceHeight: 50, width: 40, height: 40)
        // The frame becomes 80 × 40, of which columns 20…60 stay.
        #expect(shapes.box(x: 0, y: 0, width: 0.25, height: 1).coverage == 0)
        #expect(
            shapes.box(x: 0.25, y: 0, width: 0.25, height: 1) == .drawn(40, 40) { x, _ in x < 20 })
    }

    @Test(arguments: [3, 5, 12, 256])
    func `a regular outline covers its area`(count: Int) {
        let points = (0..<count).map { index in
            let angle = 2 * Double.pi * Double(index) / Double(count)
            return SIMD2(0.5 + 0.3 * cos(angle) * 0.75, 0.5 + 0.3 * sin(angle))
        }
        let radius = 0.3 * 48
        let area = 0.5 * Double(count) * radius * radius * sin(2 * .pi / Double(count))
        for points in [points, points.reversed()] {
            let sum = same.outline(points).values.reduce(0.0) { $0 + Double($1) / 255 }
            #expect(abs(sum / area - 1) < 0.005)
        }
    }

    @Test func `inside is where the line goes around at least once`() {
        // A five-pointed star drawn in one line: its middle is gone around twice.
        let star = (0..<5).map { index in
            let angle = 4 * Double.pi * Double(index) / 5
            return SIMD2(0.5 + 0.35 * sin(angle) * 0.75, 0.5 - 0.35 * cos(angle))
        }
        #expect(same.outline(star).selects(x: 32, y: 24))
        // A bow tie goes around its halves in opposite ways: both are inside, the rest is not.
        let bow = same.outline([
            SIMD2(0.2, 0.2), SIMD2(0.8, 0.8), SIMD2(0.8, 0.2), SIMD2(0.2, 0.8),
        ])
        #expect(bow.selects(x: 15, y: 24) && bow.selects(x: 48, y: 24))
        #expect(!bow.selects(x: 32, y: 12) && !bow.selects(x: 32, y: 36))
    }

    @Test(arguments: [
        [], [SIMD2(0.5, 0.5)], [SIMD2(0.1, 0.1), SIMD2(0.9, 0.9)],
        [SIMD2(0.1, 0.5), SIMD2(0.5, 0.5), SIMD2(0.9, 0.5)],
        [SIMD2(2, 2), SIMD2(3, 2), SIMD2(3, 3)], [SIMD2(-1, -1), SIMD2(-2, -1), SIMD2(-2, -2)],
    ])
    func `outlines that enclose nothing of the frame`(points: [SIMD2<Double>]) {
        #expect(same.outline(points) == Mask(width: 64, height: 48, filledWith: 0))
    }

    @Test func `outlines that reach beyond the frame, and a mask of one pixel`() {
        let all = [SIMD2(-3.0, -3), SIMD2(5, -3), SIMD2(5, 5), SIMD2(-3, 5)]
        #expect(same.outline(all) == Mask(width: 64, height: 48, filledWith: 255))
        let tiny = MaskShapes(sourceWidth: 9, sourceHeight: 9, width: 1, height: 1)
        #expect(tiny.box(x: 0, y: 0, width: 0.5, height: 1).values == [128])
    }

    @Test func `inverted`() {
        let mask = Mask(width: 2, height: 2, values: [0, 255, 127, 128])
        #expect(mask.inverted.values == [255, 0, 128, 127])
        #expect(mask.inverted.inverted == mask)
    }
}

@Suite("Colour mask")
struct ColourMaskTests {
    @Test func `distances are those of CIE Lab`() throws {
        let pairs = try FramesGolden.values("lab.pairs").map { UInt8($0) }
        for (index, distance) in try FramesGolden.values("lab.distances").enumerated() {
            let pair = Array(pairs[6 * index..<6 * index + 6])
            func isSelected(_ tolerance: Double) -> Bool {
                colourMask(
                    of: .flat(pair[0], pair[1], pair[2], 2, 1), red: pair[3], green: pair[4],
                    blue: pair[5], tolerance: tolerance
                ).values == [255, 255]
            }
            let part = Double(distance) / 258.7
            #expect(isSelected(min(part + 0.001, 1)) && !isSelected(part - 0.001))
        }
    }

    @Test(arguments: [0, 0.1, 1])
    func `the colour itself at any tolerance, everything at 1`(tolerance: Double) {
        let picture = Picture.drawn(16, 16) { x, y, c in c == 1 ? 255 : c == 2 ? 0 : x * y }
        let mask = colourMask(of: picture, red: 0, green: 255, blue: 0, tolerance: tolerance)
        #expect(mask.values[0] == 255)
        if tolerance == 0 { #expect(mask == .drawn(16, 16) { $0 * $1 == 0 }) }
        if tolerance == 1 {
            #expect(mask.coverage == 1)
            let blue = Picture.flat(0, 0, 255, 16, 16)
            let all = colourMask(of: blue, red: 0, green: 255, blue: 0, tolerance: 1)
            #expect(all.coverage == 1)
        }
    }

    @Test func `a green screen and what stands before it`() {
        let picture = Picture.drawn(40, 30) { x, y, c in
            let isSubject = (12..<28).contains(x) && (8..<22).contains(y)
            let noise = (x * 7 + y * 11 + c * 5) % 13 - 6
            return (isSubject ? [190, 120, 90] : [20, 235, 30])[c] + noise
        }
        let mask = colourMask(of: picture, red: 0, green: 255, blue: 0, tolerance: 0.1)
        #expect(mask.inverted == .drawn(40, 30) { (12..<28).contains($0) && (8..<22).contains($1) })
    }

    @Test func `specks are dropped and gaps filled, shapes stay`() {
        let picture = Picture.drawn(40, 30) { x, y, _ in
            let isShape = (10..<30).contains(x) && (10..<20).contains(y)
            let isSpeck = (x, y) == (3, 3) || (x, y) == (36, 25) || (x, y) == (37, 25)
            let isGap = (x, y) == (15, 15) || (x, y) == (10, 12)
            return isShape != (isSpeck || isGap) ? 255 : 0
        }
        func mask(_ specks: Int) -> Mask {
            colourMask(
                of: picture, red: 255, green: 255, blue: 255, tolerance: 0.1, specks: specks)
        }
        let shape = Mask.drawn(40, 30) { (10..<30).contains($0) && (10..<20).contains($1) }
        #expect(mask(0) != shape)
        #expect(mask(2).values.count(where: { $0 == 255 }) == 20 * 10 - 1 + 2)
        // The gap in the edge is part of what is around: only the one within is filled.
        #expect(mask(3).values.count(where: { $0 == 255 }) == 20 * 10 - 1)
        #expect(mask(3).values[15 * 40 + 15] == 255 && mask(3).values[12 * 40 + 10] == 0)
    }

    @Test func `a picture of nothing but speck stays`() {
        let picture = Picture.flat(9, 9, 9, 3, 3)
        let mask = colourMask(of: picture, red: 9, green: 9, blue: 9, tolerance: 0, specks: 100)
        #expect(mask.coverage == 1)
        let none = colourMask(of: picture, red: 250, green: 9, blue: 9, tolerance: 0, specks: 100)
        #expect(none.coverage == 0)
    }
}
