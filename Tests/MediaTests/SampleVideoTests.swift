// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

/// Every container and codec, by what is seen in it.
@Suite struct SampleVideoTests {
    struct Sample: CustomStringConvertible {
        var name: String
        var width = 64
        var height = 48
        var frames = 12
        /// How far a colour may be from what was encoded.
        var tolerance = 12
        var hasSound = false
        var description: String { name }
    }

    static let samples = [
        Sample(name: "h264.mp4", hasSound: true), Sample(name: "h264.mov"),
        Sample(name: "h264.mkv"), Sample(name: "h264.avi"), Sample(name: "fragmented.mp4"),
        Sample(name: "untagged.mp4"), Sample(name: "full-range.mp4"), Sample(name: "bt2020.mp4"),
        Sample(name: "444.mp4"), Sample(name: "odd.mp4", width: 65, height: 49),
        Sample(name: "hevc.mp4"), Sample(name: "hevc10.mkv"), Sample(name: "hevc12.mkv"),
        Sample(name: "vp8.webm"), Sample(name: "vp9.webm", hasSound: true),
        Sample(name: "vp9-odd.webm", width: 63, height: 47), Sample(name: "av1.mp4"),
        Sample(name: "av1-10.webm"), Sample(name: "prores.mov", frames: 6),
        Sample(name: "ffv1.mkv", tolerance: 0), Sample(name: "ffv1-16.mkv", tolerance: 1),
        Sample(name: "mjpeg.avi"), Sample(name: "mjpeg.mov"), Sample(name: "mpeg4.avi"),
        Sample(name: "moving.gif", tolerance: 0), Sample(name: "late.mkv"),
    ]

    @Test(arguments: samples)
    func `facts of a video`(sample: Sample) throws {
        let facts = try MediaFile.facts(of: Samples.path(sample.name))
        #expect(facts.kind == .moving)
        #expect(facts.width == sample.width && facts.height == sample.height)
        #expect(facts.hasSound == sample.hasSound)
        // GIF counts in hundredths, Matroska in thousandths of a second.
        let seconds = try #require(facts.seconds)
        #expect(abs(seconds - Double(sample.frames) / 12) < 0.02)
        let rate = try #require(facts.framesPerSecond)
        #expect(abs(rate - 12) < 0.25)
    }

    @Test(arguments: samples)
    func `a clip of the asked rate comes through picture for picture`(sample: Sample) throws {
        let film = try pictures(
            of: Samples.path(sample.name), width: sample.width, height: sample.height)
        #expect(film.count == sample.frames)
        for (index, picture) in film.enumerated() {
            Film.expectQuarters(picture, within: sample.tolerance)
            let found = try #require(Film.index(of: picture), "no square in frame \(index)")
            #expect(abs(found - Double(index)) < 0.3, "frame \(index) shows \(found)")
        }
    }

    @Test(arguments: samples, [24, 16, 5, 1])
    func `another rate shows the frame of each moment`(sample: Sample, rate: Double) throws {
        let film = try pictures(
            of: Samples.path(sample.name), rate: rate, width: sample.width, height: sample.height)
        #expect(film.count == Int((Double(sample.frames) / 12 * rate).rounded(.up)))
        for (index, picture) in film.enumerated() {
            let wanted = (Double(index) * 12 / rate + 0.001).rounded(.down)
            let found = try #require(Film.index(of: picture))
            #expect(abs(found - wanted) < 0.3, "picture \(index) shows \(found), not \(wanted)")
        }
    }

    @Test(arguments: ["variable.mp4", "variable.mkv"])
    func `a variable rate becomes steady`(name: String) throws {
        let film = try pictures(of: Samples.path(name))
        let wanted = [0, 1, 2, 3] + (4...11).flatMap { [$0, $0, $0] }
        let shown = film.compactMap { Film.index(of: $0) }.map { Int($0.rounded()) }
        // The last frame's length is the writer's choice.
        #expect(shown == Array(wanted.prefix(shown.count)) && shown.count >= 26)
        let facts = try MediaFile.facts(of: Samples.path(name))
        let rate = try #require(facts.framesPerSecond)
        #expect(rate > 5 && rate < 6.6)
    }

    @Test(arguments: ["edited.mp4", "negative.mov"], [12, 24])
    func `what an edit list hides is not shown`(name: String, rate: Double) throws {
        let film = try pictures(of: Samples.path(name), rate: rate)
        let shown = film.compactMap { Film.index(of: $0) }.map { Int($0.rounded()) }
        let first = try #require(shown.first)
        #expect(first >= 3 && first <= 6, "\(shown)")
        #expect(shown.last == 11, "\(shown)")
        let repeats = Int(rate) / 12
        #expect(shown == (first...11).flatMap { [Int](repeating: $0, count: repeats) })
        let facts = try MediaFile.facts(of: Samples.path(name))
        #expect(abs((facts.seconds ?? 0) - Double(12 - first) / 12) < 0.09)
    }

    /// The film turned by 90° to the left, by 180°, by 90° to the right: what the tag `rotate` of
    /// the ffmpeg program makes players show.
    @Test(arguments: [(90, [1, 3, 0, 2]), (180, [3, 2, 1, 0]), (270, [2, 0, 3, 1])])
    func `a video stands upright`(angle: Int, quarters: [Int]) throws {
        let path = Samples.path("rotated-\(angle).mp4")
        let facts = try MediaFile.facts(of: path)
        let upright = angle == 180 ? (64, 48) : (48, 64)
        #expect((facts.width, facts.height) == upright)
        let film = try pictures(of: path, width: facts.width, height: facts.height)
        #expect(film.count == 12)
        for picture in film {
            Film.expectQuarters(picture, within: 12, quarters.map { Film.quarters[$0] })
        }
    }

    @Test(arguments: [("wide-pixels.mp4", 96, 48), ("tall-pixels.mp4", 64, 96)])
    func `pixels that are not square are stretched`(
        name: String, width: Int, height: Int
    ) throws {
        let facts = try MediaFile.facts(of: Samples.path(name))
        #expect(facts.width == width && facts.height == height)
        let film = try pictures(of: Samples.path(name), width: width, height: height)
        #expect(film.count == 12)
        Film.expectQuarters(film[5], within: 12)
        let found = try #require(Film.index(of: film[5], scale: Double(width) / 64))
        #expect(abs(found - 5) < 0.3)
    }

    @Test(arguments: [("vp9-alpha.webm", 12), ("prores-alpha.mov", 12)])
    func `transparent parts show the background`(name: String, tolerance: Int) throws {
        for (background, colour) in [
            (Background.white, Colour(255, 255, 255)), (.black, Colour(0, 0, 0)),
        ] {
            let film = try pictures(of: Samples.path(name), background: background)
            #expect(film.count == (name.hasPrefix("prores") ? 4 : 12))
            for picture in film {
                Film.expectQuarters(
                    picture, within: tolerance,
                    [colour, Film.quarters[1], colour, Film.quarters[3]]
                )
            }
        }
    }

    @Test func `an untagged video of high definition is BT 709`() throws {
        let film = try pictures(of: Samples.path("untagged-hd.mp4"), width: 1280, height: 48)
        #expect(film.count == 12)
        Film.expectQuarters(film[0], within: 12)
    }

    @Test func `a grey video is grey`() throws {
        for name in ["grey.mp4", "ffv1-grey.mkv"] {
            let film = try pictures(of: Samples.path(name))
            #expect(film.count == 12)
            let grey = Film.quarters.map { colour in
                let luma =
                    0.299 * Double(colour.red) + 0.587 * Double(colour.green) + 0.114
                    * Double(colour.blue)
                let level = UInt8(luma.rounded())
                return Colour(level, level, level)
            }
            Film.expectQuarters(film[3], within: 8, grey)
        }
    }

    @Test(arguments: ["one-frame.mp4", "still.gif"])
    func `a video of one frame is a still picture`(name: String) throws {
        let facts = try MediaFile.facts(of: Samples.path(name))
        #expect(facts == MediaFacts(kind: .still, width: 64, height: 48))
        let film = try pictures(of: Samples.path(name))
        #expect(film.count == 1)
        #expect(try PictureFile.read(Samples.path(name)) == film[0])
    }

    @Test func `a reader that is left early is closed`() throws {
        try withTemporaryDirectory { directory in
            // A copy of its own: other tests read the sample at the same time.
            let path = "\(directory)/h264.mp4"
            try Samples.write(try Samples.bytes("h264.mp4"), to: path)
            #expect(try pictures(of: path, limit: 3).count == 3)
            #expect(openHandles(on: path) == 0)
        }
    }
}
