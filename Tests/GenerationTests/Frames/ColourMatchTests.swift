// SPDX-License-Identifier: Apache-2.0

import Generation
import Media
import Testing

@Suite("Colour match")
struct ColourMatchTests {
    private static let one = Picture.hues(40, 30, 20, 60, 30)
    private static let other = Picture.hues(40, 30, 70, 40, 120).mirrored()
    private static let flat = Picture.flat(90, 90, 90, 16, 16)

    @Test(arguments: [
        ("soft", one, other), ("wild", one, Picture.pattern(40, 30)), ("flat", flat, one),
        ("back", other, flat),
    ])
    func `the map that numpy finds`(name: String, from: Picture, to: Picture) throws {
        let match = ColourMatch(from: [from], to: [to])
        try FramesGolden.expect(match(Self.one).levels, "match.\(name)", within: 0.51)
    }

    @Test func `the same colours leave every picture as it is`() {
        let picture = Picture.pattern(17, 9)
        #expect(ColourMatch(from: [Self.one], to: [Self.one])(picture) == picture)
        #expect(
            ColourMatch(from: [Self.one, Self.flat], to: [Self.flat, Self.one])(picture) == picture)
        #expect(ColourMatch(from: [Self.flat], to: [Self.flat])(picture) == picture)
        // The same colours elsewhere in the picture are the same colours.
        #expect(ColourMatch(from: [Self.other], to: [Self.other.mirrored()])(picture) == picture)
    }

    @Test func `the mean and the spread are those of the other pictures`() {
        let match = ColourMatch(from: [Self.one], to: [Self.other])
        let (wanted, got) = (moments(Self.other), moments(match(Self.one)))
        #expect(zip(wanted.means, got.means).allSatisfy { abs($0 - $1) < 0.5 })
        #expect(zip(wanted.spreads, got.spreads).allSatisfy { abs($0 - $1) < 0.02 * $0 })
    }

    @Test func `a drift of light and tint is undone`() {
        let drifted = Picture.drawn(40, 30) { x, y, c in
            [6, -4, 9][c] + Self.one.sample(x, y, c) * 9 / 10
        }
        let mended = ColourMatch(from: [drifted], to: [Self.one])(drifted)
        let worst = zip(mended.pixels, Self.one.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(worst <= 2)
    }

    @Test func `flat frames only shift, and no spread grows more than twofold`() {
        let white = Picture.flat(255, 255, 255, 16, 16)
        #expect(ColourMatch(from: [Self.flat], to: [white])(Self.flat) == white)
        #expect(ColourMatch(from: [white], to: [Self.flat])(white) == Self.flat)
        let step = Picture.drawn(16, 16) { x, _, _ in x < 8 ? 99 : 101 }
        let wild = ColourMatch(from: [step], to: [.pattern(64, 64)])(step)
        for c in 0..<3 { #expect(abs(wild.sample(0, 0, c) - wild.sample(15, 0, c)) <= 5) }
    }

    private func moments(_ picture: Picture) -> (means: [Double], spreads: [Double]) {
        let count = Double(picture.width * picture.height)
        func mean(_ value: (Int) -> Double) -> Double {
            stride(from: 0, to: picture.pixels.count, by: 3).reduce(0) { $0 + value($1) } / count
        }
        let means = (0..<3).map { c in mean { Double(picture.pixels[$0 + c]) } }
        let spreads = (0..<3).map { c in
            mean {
                (Double(picture.pixels[$0 + c]) - means[c])
                    * (Double(picture.pixels[$0 + c]) - means[c])
            }
        }
        return (means, spreads)
    }
}

extension Picture {
    fileprivate func mirrored() -> Picture {
        .drawn(width, height) { x, y, c in sample(width - 1 - x, y, c) }
    }
}
