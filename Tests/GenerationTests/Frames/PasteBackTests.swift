// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Paste-back")
struct PasteBackTests {
    /// Masks of difficult shapes: one pixel, an edge, a ring, specks, all but one pixel.
    static let masks: [(String, Mask)] = [
        ("pixel", .drawn(23, 17) { $0 == 11 && $1 == 8 }),
        ("corner", .drawn(23, 17) { $0 == 0 && $1 == 0 }),
        ("half", .drawn(32, 16) { x, _ in x < 16 }),
        (
            "ring",
            .drawn(33, 31) { (81...144).contains(($0 - 16) * ($0 - 16) + ($1 - 15) * ($1 - 15)) }
        ),
        ("specks", .drawn(40, 9) { ($0 * 7 + $1 * 13) % 29 == 0 }),
        ("hole", .drawn(16, 16) { !($0 == 7 && $1 == 9) }),
        ("column", .drawn(1, 20) { $1 == 4 }),
        ("row", .drawn(20, 1) { x, _ in x == 19 }),
    ]

    @Test(arguments: masks, [0, 1, 4, 9])
    func `mask, seam and the rest`(mask: (name: String, mask: Mask), feather: Int) {
        let mask = mask.mask
        let (width, height) = (mask.width, mask.height)
        let generated = Picture.flat(250, 130, 10, width, height)
        let source = Picture.flat(50, 30, 210, width, height)
        let result = paste(generated, over: source, inside: mask, feather: feather)
        for y in 0..<height {
            for x in 0..<width {
                let distance = nearest(x, y, in: mask)
                let part = max(0, 1 - distance / Double(feather + 1))
                let weight =
                    distance > Double(feather) ? 0 : part * part * (3 - 2 * part)
                for c in 0..<3 {
                    let (below, above) = (source.sample(x, y, c), generated.sample(x, y, c))
                    let wanted = Double(below) + weight * Double(above - below)
                    #expect(abs(Double(result.sample(x, y, c)) - wanted) <= 0.501)
                    if weight == 0 { #expect(result.sample(x, y, c) == below) }
                    if weight == 1 { #expect(result.sample(x, y, c) == above) }
                }
            }
        }
    }

    private func nearest(_ x: Int, _ y: Int, in mask: Mask) -> Double {
        var least = Int.max
        for index in mask.values.indices where mask.values[index] > 127 {
            let (dx, dy) = (index % mask.width - x, index / mask.width - y)
            least = min(least, dx * dx + dy * dy)
        }
        return least == .max ? .infinity : Double(least).squareRoot()
    }

    @Test func `nothing selected is the source, everything the generated picture`() {
        let (generated, source) = (Picture.pattern(16, 16), Picture.hues(16, 16, 9, 90, 40))
        for value: UInt8 in [0, 127] {
            let mask = Mask(width: 16, height: 16, filledWith: value)
            #expect(paste(generated, over: source, inside: mask) == source)
        }
        for value: UInt8 in [128, 255] {
            let mask = Mask(width: 16, height: 16, filledWith: value)
            #expect(paste(generated, over: source, inside: mask) == generated)
        }
    }

    @Test func `equal pictures stay as they are under any mask`() {
        let picture = Picture.pattern(40, 9)
        let mask = Mask.drawn(40, 9) { ($0 * 7 + $1 * 13) % 29 == 0 }
        #expect(paste(picture, over: picture, inside: mask) == picture)
    }
}
