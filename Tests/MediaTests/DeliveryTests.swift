// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

@Suite struct DeliveryTests {
    /// A delivery, and where the square of ``Picture/slide(_:width:height:)`` then stands.
    struct Case: CustomTestStringConvertible {
        var width: Int?
        var height: Int?
        var rate: Double?
        var stored: (Int, Int)
        var scale = 1.0
        var left = 0.0
        var top = 0.0

        var testDescription: String { "\(stored.0)x\(stored.1) at \(rate ?? 16)" }
    }

    static let cases = [
        Case(rate: nil, stored: (128, 96)),
        Case(width: 256, stored: (256, 192), scale: 2),
        Case(height: 48, stored: (64, 48), scale: 0.5),
        // Cut to 96x96 in the middle of 128x96, and to 128x72.
        Case(width: 144, height: 144, stored: (144, 144), scale: 1.5, left: 16),
        Case(width: 192, height: 108, stored: (192, 108), scale: 1.5, top: 12),
        Case(rate: 24, stored: (128, 96)),
        Case(rate: 12, stored: (128, 96)),
        Case(rate: 29.97, stored: (128, 96)),
        Case(width: 256, rate: 24, stored: (256, 192), scale: 2),
        Case(width: 96, height: 96, rate: 24, stored: (96, 96), left: 16),
        Case(height: 48, rate: 30, stored: (64, 48), scale: 0.5),
    ]

    @Test(arguments: VideoFormat.allCases, cases)
    func `size and rate are delivered, and what moves goes on moving`(
        format: VideoFormat, delivered: Case
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            let count = 20
            let rate = try FrameRate(delivered.rate ?? 16)
            var encoder = try VideoEncoder(
                path: path, width: 128, height: 96, framesPerSecond: try FrameRate(16),
                comment: "", format: format,
                delivery: Delivery(
                    width: delivered.width, height: delivered.height,
                    framesPerSecond: delivered.rate == nil ? nil : rate))
            for index in 0..<count { try encoder.append(.slide(index)) }
            let stored = try encoder.finish()
            let clip = try StoredClip(path, format)

            let wanted = Int((Double(count) * rate.value / 16).rounded())
            #expect(
                stored
                    == StoredVideo(
                        width: delivered.stored.0, height: delivered.stored.1, frames: wanted,
                        framesPerSecond: rate, hasSound: false, soundProblem: nil))
            #expect(clip.pictures.count == wanted)
            if let seconds = clip.seconds {
                #expect(abs(seconds - Double(wanted) / rate.value) <= 0.01)
            }
            for (index, picture) in clip.pictures.enumerated() {
                #expect(picture.width == delivered.stored.0)
                #expect(picture.height == delivered.stored.1)
                let time = Double(index) / rate.value
                #expect(abs(clip.starts[index] - time) <= 0.006)
                let moved = min(time * 16, Double(count - 1)) * 2
                let found = middleOfRed(picture)
                let x = (36 + moved - delivered.left) * delivered.scale
                let y = (44 - delivered.top) * delivered.scale
                #expect(abs(found.x - x) <= max(1.5, 1.5 * delivered.scale), "picture \(index)")
                #expect(abs(found.y - y) <= max(1, delivered.scale), "picture \(index)")
                let area = 576 * delivered.scale * delivered.scale
                #expect(abs(Double(found.pixels) - area) <= 0.2 * area, "picture \(index)")
            }
        }
    }

    @Test(arguments: VideoFormat.allCases, [1, 2, 3, 4])
    func `a clip of a few pictures lasts as long at another rate`(
        format: VideoFormat, count: Int
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            var encoder = try VideoEncoder(
                path: path, width: 128, height: 96, framesPerSecond: try FrameRate(16),
                comment: "", format: format,
                delivery: Delivery(framesPerSecond: try FrameRate(48)))
            for index in 0..<count { try encoder.append(.slide(index)) }
            let stored = try encoder.finish()
            #expect(stored.frames == 3 * count)
            let clip = try StoredClip(path, format)
            #expect(clip.pictures.count == 3 * count)
            let (first, last) = (clip.pictures[0], clip.pictures[3 * count - 1])
            #expect(abs(middleOfRed(first).x - 36) <= 1)
            #expect(abs(middleOfRed(last).x - 36 - 2 * Double(count - 1)) <= 1)
        }
    }

    @Test(arguments: [(16, 16), (31, 200), (200, 18)])
    func `pictures too small to follow motion in are blended`(width: Int, height: Int) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            var encoder = try VideoEncoder(
                path: path, width: width, height: height, framesPerSecond: try FrameRate(8),
                comment: "", delivery: Delivery(framesPerSecond: try FrameRate(16)))
            for level in [40, 40, 56, 56] as [UInt8] {
                try encoder.append(
                    .flat(Colour(level, level, level), width: width, height: height))
            }
            #expect(try encoder.finish().frames == 8)
            let levels = try decode(path).map { Int($0.picture.colour(atX: 8, y: 8).red) }
            let wanted = [40, 40, 40, 48, 56, 56, 56, 56]
            #expect(zip(levels, wanted).allSatisfy { abs($0 - $1) <= 3 }, "\(levels)")
        }
    }

    @Test func `a cut is not blended into a ghost`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            var encoder = try VideoEncoder(
                path: path, width: 128, height: 96, framesPerSecond: try FrameRate(8),
                comment: "", delivery: Delivery(framesPerSecond: try FrameRate(24)))
            for index in 0..<6 {
                let colour = index < 3 ? Colour(20, 20, 20) : Colour(230, 230, 230)
                try encoder.append(.flat(colour, width: 128, height: 96))
            }
            try encoder.finish()
            for frame in try decode(path) {
                let level = frame.picture.colour(atX: 64, y: 48).red
                #expect(level < 30 || level > 220)
            }
        }
    }

    @Test(arguments: [(VideoFormat.gif, 50.0), (.webp, 90), (.mp4, 100), (.webm, 100)])
    func `a rate that players cannot keep up with is lowered`(
        format: VideoFormat, rate: Double
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            var encoder = try VideoEncoder(
                path: path, width: 64, height: 48, framesPerSecond: try FrameRate(100),
                comment: "", format: format)
            for index in 0..<10 { try encoder.append(.film(index)) }
            let stored = try encoder.finish()
            #expect(stored.framesPerSecond == (try FrameRate(rate)))
            #expect(stored.frames == Int(rate / 10))
            #expect(try StoredClip(path, format).pictures.count == stored.frames)
        }
    }

    static let odd: [(Int?, Int?, VideoFormat, Int, Int)] = [
        (101, nil, .mp4, 102, 76), (101, nil, .gif, 101, 76), (nil, 51, .webm, 68, 52),
        (nil, 51, .webp, 68, 51), (99, 33, .mp4, 100, 34), (99, 33, .gif, 99, 33),
        (8192, 16, .mp4, 8192, 16), (16, 8192, .gif, 16, 8192),
    ]

    @Test(arguments: odd)
    func `a delivered size is kept or made even`(
        width: Int?, height: Int?, format: VideoFormat, storedWidth: Int, storedHeight: Int
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            var encoder = try VideoEncoder(
                path: path, width: 128, height: 96, framesPerSecond: try FrameRate(16),
                comment: "", format: format, delivery: Delivery(width: width, height: height))
            try encoder.append(.flat(Colour(30, 160, 90), width: 128, height: 96))
            #expect(encoder.storedWidth == storedWidth)
            #expect(encoder.storedHeight == storedHeight)
            try encoder.finish()
            let picture = try #require(try StoredClip(path, format).pictures.first)
            #expect(picture.width == storedWidth)
            #expect(picture.height == storedHeight)
            let corner = picture.colour(atX: storedWidth - 1, y: storedHeight - 1)
            for (got, wanted) in zip(corner.bytes, [30, 160, 90]) {
                #expect(abs(Int(got) - wanted) <= 4)
            }
        }
    }

    static let refused: [(Int?, Int?, String)] = [
        (15, nil, "'width' must be 16 to 8192 pixels, got 15"),
        (nil, 8193, "'height' must be 16 to 8192 pixels, got 8193"),
        (8192, nil, "'height' must be 16 to 8192 pixels, got 10923"),
        (nil, 16, "'width' must be 16 to 8192 pixels, got 12"),
    ]

    @Test(arguments: refused)
    func `a delivered side beyond the limits is refused`(
        width: Int?, height: Int?, message: String
    ) throws {
        let error = #expect(throws: MediaError.self) {
            _ = try VideoEncoder(
                path: "/absent/film.mp4", width: 96, height: 128,
                framesPerSecond: try FrameRate(16), comment: "",
                format: .gif, delivery: Delivery(width: width, height: height))
        }
        #expect(error?.description == message)
    }

}
