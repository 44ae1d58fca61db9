// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

/// A picture, the canvas it is laid on, and how many pixels make a latent.
struct CanvasCase: Sendable, CustomTestStringConvertible {
    let picture: [Int]
    let canvas: [Int]
    let multiple: Int

    var testDescription: String {
        "\(picture[0])x\(picture[1]).\(canvas[0])x\(canvas[1]).\(multiple)"
    }

    static let all = [
        [64, 48, 64, 48, 8], [64, 48, 32, 32, 8], [16, 16, 48, 32, 8], [17, 31, 48, 48, 8],
        [33, 65, 32, 64, 4], [100, 20, 16, 64, 8], [20, 100, 64, 16, 8], [8, 8, 16, 16, 8],
        [15, 8, 16, 16, 8], [250, 12, 64, 16, 4], [999, 61, 832, 480, 8], [61, 999, 832, 480, 8],
        [1920, 1080, 832, 480, 8], [1081, 721, 96, 64, 4], [832, 480, 832, 480, 8],
        [9, 17, 512, 16, 8], [989, 398, 48, 16, 16], [83, 361, 48, 16, 16],
    ].map { CanvasCase(picture: Array($0[..<2]), canvas: Array($0[2..<4]), multiple: $0[4]) }
}

@Suite("Reference canvas and frames as tensors")
struct ReferenceCanvasTests {
    @Test(arguments: CanvasCase.all)
    func `the canvas of diffusers`(example: CanvasCase) throws {
        let tensor = referenceTensor(
            .pattern(example.picture[0], example.picture[1]), width: example.canvas[0],
            height: example.canvas[1], multiple: example.multiple)
        #expect(tensor.shape == [3, example.canvas[1], example.canvas[0]])
        try FramesGolden.expect(
            tensor.values, "canvas.\(example.testDescription)", within: 1e-6)
    }

    @Test(arguments: [
        (17, 31, 16, 24), (16, 16, 5, 7), (16, 16, 33, 48), (5, 40, 5, 12), (40, 5, 12, 5),
        (1, 1, 3, 4), (300, 2, 7, 2), (13, 13, 1, 1),
    ])
    func `Pillow's Lanczos, bit for bit`(w: Int, h: Int, width: Int, height: Int) throws {
        let picture = Picture.pattern(w, h).resampled(width: width, height: height)
        try FramesGolden.expect(picture.levels, "lanczos.\(w)x\(h).\(width)x\(height)", within: 0)
    }

    @Test(arguments: [(1, 1), (7, 3), (2000, 1), (1, 2000)])
    func `pictures that diffusers refuses still make a canvas`(width: Int, height: Int) {
        let tensor = referenceTensor(.pattern(width, height), width: 32, height: 16)
        #expect(tensor.shape == [3, 16, 32])
        #expect(tensor.values.allSatisfy { (-1...1).contains($0) })
    }

    @Test func `a picture of the canvas's size is the frame itself, what is beside it white`() {
        let picture = Picture.pattern(48, 32)
        #expect(referenceTensor(picture, width: 48, height: 32) == frameTensor(picture))
        let wide = referenceTensor(picture, width: 80, height: 32)
        for row in 0..<96 {
            #expect(wide.values[row * 80..<row * 80 + 16].allSatisfy { $0 == 1 })
            #expect(wide.values[row * 80 + 64..<row * 80 + 80].allSatisfy { $0 == 1 })
        }
    }

    @Test func `every level as diffusers normalises it, channel by channel`() throws {
        let picture = Picture.drawn(16, 16) { x, y, c in c == 1 ? 255 - (16 * y + x) : 16 * y + x }
        let values = frameTensor(picture).values
        let golden = try FramesGolden.values("levels")
        #expect(Array(values[..<256]) == golden)
        #expect(Array(values[256..<512]) == golden.reversed())
        #expect(Array(values[512...]) == golden)
    }

    @Test func `grey is nothing`() {
        #expect(greyTensor(width: 5, height: 3).shape == [3, 3, 5])
        #expect(greyTensor(width: 5, height: 3).values.allSatisfy { $0 == 0 })
    }
}
