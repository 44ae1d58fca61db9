// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

/// Every kind of picture, by what is seen in it.
@Suite struct SamplePictureTests {
    private static let film = Film.picture(3)

    private static func grey(_ picture: Picture) -> Picture {
        .example { x, y in
            let colour = picture.colour(atX: x, y: y)
            let level = UInt8((Int(colour.red) + Int(colour.green) + Int(colour.blue)) / 3)
            return Colour(level, level, level)
        }
    }

    /// The film's picture behind a veil: transparent up to 16 pixels, then half up to 32.
    private static func veiled(_ picture: Picture, over level: Int) -> Picture {
        .example { x, y in
            let alpha = x < 16 ? 0 : x < 32 ? 128 : 255
            let mixed = picture.colour(atX: x, y: y).bytes.map {
                UInt8((Int($0) * alpha + level * (255 - alpha) + 127) / 255)
            }
            return Colour(mixed[0], mixed[1], mixed[2])
        }
    }

    @Test(arguments: ["rgb8.png", "rgb16.png", "lossless.webp", "turned.png", "turned.webp"])
    func `a lossless picture keeps every bit`(name: String) throws {
        let path = Samples.path(name)
        #expect(try PictureFile.read(path) == Self.film)
        #expect(try pictures(of: path) == [Self.film])
        #expect(
            try MediaFile.facts(of: path) == MediaFacts(kind: .still, width: 64, height: 48))
    }

    @Test(arguments: ["grey8.png", "grey16.png"])
    func `a grey picture keeps every bit`(name: String) throws {
        #expect(try PictureFile.read(Samples.path(name)) == Self.grey(Self.film))
    }

    @Test func `a picture of one bit is black and white`() throws {
        let wanted = Picture.example { x, y in
            Self.film.colour(atX: x, y: y) == Colour(255, 255, 255)
                ? Colour(255, 255, 255) : Colour(0, 0, 0)
        }
        #expect(try PictureFile.read(Samples.path("grey1.png")) == wanted)
    }

    @Test(arguments: [Background.white, .black])
    func `transparent pixels show the background`(background: Background) throws {
        let level = Int(background.red)
        let wanted = Self.veiled(Self.film, over: level)
        for name in ["rgba8.png", "rgba16.png"] {
            #expect(try PictureFile.read(Samples.path(name), background: background) == wanted)
        }
        let grey = try PictureFile.read(Samples.path("greyalpha8.png"), background: background)
        #expect(grey == Self.veiled(Self.grey(Self.film), over: level))
        let lossy = try PictureFile.read(Samples.path("alpha.webp"), background: background)
        #expect(lossy.colour(atX: 4, y: 4) == Colour(UInt8(level), UInt8(level), UInt8(level)))
        #expect(lossy.colour(atX: 60, y: 4).red < 60)
        let palette = try PictureFile.read(Samples.path("palette.png"), background: background)
        let hole = Colour(UInt8(level), UInt8(level), UInt8(level))
        Film.expectQuarters(
            palette, within: 0, [Film.quarters[0], Film.quarters[1], hole, Film.quarters[3]])
    }

    @Test(arguments: ["420.jpg", "lossy.webp"])
    func `a lossy picture has its colours`(name: String) throws {
        let picture = try PictureFile.read(Samples.path(name))
        Film.expectQuarters(picture, within: 8)
        let found = try #require(Film.index(of: picture))
        #expect(abs(found - 3) < 0.2)
    }

    @Test(arguments: 1...8)
    func `a photograph stands upright`(orientation: Int) throws {
        let path = Samples.path("exif-\(orientation).jpg")
        let picture = try PictureFile.read(path)
        #expect(picture.width == 64 && picture.height == 48)
        Film.expectQuarters(picture, within: 8)
        let found = try #require(Film.index(of: picture))
        #expect(abs(found - 3) < 0.2)
        #expect(try MediaFile.facts(of: path).width == 64)
        #expect(try pictures(of: path).count == 1)
    }

    @Test func `the name of a file does not matter`() throws {
        try withTemporaryDirectory { directory in
            for (name, wrong) in [("rgb8.png", "a.mp4"), ("h264.mp4", "b.png"), ("420.jpg", "c")] {
                let path = "\(directory)/\(wrong)"
                try create(path, Samples.bytes(name))
                #expect(
                    try MediaFile.facts(of: path) == MediaFile.facts(of: Samples.path(name)))
            }
        }
    }
}
