// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Structure control")
struct StructureControlTests {
    /// Colours and what OpenCV 5.0.0 makes of them; in the first eight its older weights of 14 bits
    /// give another level.
    static let greys: [([UInt8], Int)] = [
        ([230, 0, 21], 32), ([240, 159, 93], 148), ([83, 225, 137], 183), ([226, 113, 95], 120),
        ([108, 248, 186], 214), ([62, 30, 180], 78), ([98, 67, 0], 50), ([42, 105, 124], 104),
        ([255, 0, 0], 29), ([0, 255, 0], 150), ([0, 0, 255], 76), ([255, 255, 255], 255),
        ([0, 0, 0], 0), ([1, 1, 1], 1), ([127, 128, 129], 128),
    ]

    @Test(arguments: greys)
    func `structure 1 is OpenCV's grey of exchanged channels`(colour: [UInt8], grey: Int) {
        let picture = Picture.flat(colour[0], colour[1], colour[2], 3, 2)
        let control = StructureControl(structure: 1, height: 480)(picture)
        #expect(control.pixels.allSatisfy { Int($0) == grey })
    }

    @Test(arguments: [
        (1, 16, 16), (0.9, 40, 33), (0.6, 61, 80), (0.3, 96, 64), (0, 33, 120), (0, 16, 16),
        (0.5, 1, 5),
    ])
    func `the true Gaussian`(structure: Double, width: Int, height: Int) throws {
        let control = StructureControl(structure: structure, height: height)
        let picture = control(.pattern(width, height))
        let levels = stride(from: 0, to: picture.pixels.count, by: 3).map { picture.levels[$0] }
        // Half a level is the rounding.
        try FramesGolden.expect(
            levels, "blur.\(structure).\(width)x\(height)", within: 0.55)
    }

    @Test(arguments: [0, 0.25, 0.6, 0.999, 1])
    func `a flat picture stays flat, in three equal channels`(structure: Double) {
        let control = StructureControl(structure: structure, height: 21)
        #expect(control(.flat(200, 200, 200, 19, 21)) == .flat(200, 200, 200, 19, 21))
        let pixels = control(.pattern(19, 21)).pixels
        for start in stride(from: 0, to: pixels.count, by: 3) {
            #expect(Set(pixels[start..<start + 3]).count == 1)
        }
    }

    @Test func `less structure, less detail`() {
        let picture = Picture.drawn(96, 64) { x, y, _ in (x / 8 + y / 8) % 2 * 255 }
        let spreads = [1, 0.6, 0.4, 0.2, 0].map { structure -> Int in
            let control = StructureControl(structure: structure, height: 64)(picture)
            let mean = control.pixels.reduce(0) { $0 + Int($1) } / control.pixels.count
            return control.pixels.reduce(0) { $0 + abs(Int($1) - mean) }
        }
        #expect(zip(spreads, spreads.dropFirst()).allSatisfy { $0 > $1 }, "\(spreads)")
    }

    @Test func `the blur grows with the picture`() {
        #expect(StructureControl(structure: 0, height: 480).sigma == 63.5)
        #expect(StructureControl(structure: 0, height: 240).sigma == 31.75)
        #expect(StructureControl(structure: 1, height: 480).sigma == 0)
    }
}
