// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

/// Sound carried over from clips that flash white and click at the same moment, one second after
/// their first picture; Tests/Samples/sound/make_sound_samples made them.
@Suite struct SoundTests {
    private static let folder =
        #filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" } + "/Samples/sound"

    /// A clip, and what its sound is afterwards in MP4 and in WebM.
    static let samples = [
        ("aac.mp4", ("aac", 2), ("opus", 2)), ("aac-surround.mp4", ("aac", 6), ("opus", 2)),
        ("aac-8k.mov", ("aac", 1), ("opus", 1)), ("pcm-8k.mov", ("aac", 1), ("opus", 1)),
        ("mp3.avi", ("mp3", 1), ("opus", 1)), ("ac3-surround.mkv", ("aac", 2), ("opus", 2)),
        ("flac.mkv", ("aac", 1), ("opus", 1)), ("vorbis.webm", ("aac", 2), ("vorbis", 2)),
        ("opus.webm", ("aac", 1), ("opus", 1)), ("early.mp4", ("aac", 1), ("opus", 1)),
        ("late.mkv", ("aac", 1), ("vorbis", 1)),
    ]

    /// What can be heard in a file: when it begins and ends, and when the click comes, in seconds.
    private struct Heard {
        var codec: String
        var channels: Int
        var start = Double.infinity
        var end = 0.0
        var click: Double?

        init?(_ path: String) throws {
            guard var sound = try ClipSound(path: path) else { return nil }
            (codec, channels) = (sound.codec, sound.channels)
            let rate = Double(sound.rate)
            while let piece = try sound.next() {
                start = min(start, Double(piece.start) / rate)
                end = max(end, Double(piece.start + piece.samples.count) / rate)
                if click == nil, let loud = piece.samples.firstIndex(where: { abs($0) > 0.1 }) {
                    click = Double(piece.start + loud) / rate
                }
            }
        }
    }

    /// Stores a clip of `seconds` of grey pictures with the sound of `source`.
    @discardableResult
    private func store(
        _ path: String, _ format: VideoFormat, sound source: SoundSource, seconds: Double = 1.2
    ) throws -> StoredVideo {
        var encoder = try VideoEncoder(
            path: path, width: 32, height: 32, framesPerSecond: try FrameRate(25), comment: "",
            format: format, sound: source)
        for index in 0..<Int(seconds * 25) {
            let level = UInt8(index % 200 + 20)
            try encoder.append(.flat(Colour(level, level, level), width: 32, height: 32))
        }
        return try encoder.finish()
    }

    @Test(arguments: samples, [VideoFormat.mp4, .webm])
    func `sound stays with its picture`(
        sample: (String, (String, Int), (String, Int)), format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let (source, path) = ("\(Self.folder)/\(sample.0)", "\(directory)/film")
            var pictures = try ClipReader(
                path: source, rate: try FrameRate(25), width: 64, height: 48)
            var encoder = try VideoEncoder(
                path: path, width: 64, height: 48, framesPerSecond: try FrameRate(25),
                comment: "", format: format, sound: SoundSource(path: source, seconds: 1.2))
            for _ in 0..<30 { try encoder.append(try #require(try pictures.next())) }
            let stored = try encoder.finish()
            #expect(stored.hasSound)
            #expect(stored.soundProblem == nil)
            #expect(stored.frames == 30)

            let film = try decode(path)
            let white = film.first { $0.picture.colour(atX: 32, y: 24).red > 128 }
            let flash = try #require(white).time.seconds
            #expect(abs(flash - 1) <= 0.041)
            let heard = try #require(try Heard(path))
            let click = try #require(heard.click)
            // MP3 in AVI has no word for the 25 ms that its encoder adds.
            #expect(abs(click - flash) <= 0.05, "flash at \(flash), click at \(click)")
            #expect(abs(heard.end - 1.2) <= 0.05)
            let wanted = format == .mp4 ? sample.1 : sample.2
            #expect(heard.codec == wanted.0)
            #expect(heard.channels == wanted.1)
        }
    }

    @Test(arguments: samples.map(\.0), [VideoFormat.mp4, .webm])
    func `sound carried on a second time stays where it is`(
        sample: String, format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let source = SoundSource(path: "\(Self.folder)/\(sample)", seconds: 1.2)
            try store("\(directory)/one", format, sound: source)
            let next = SoundSource(path: "\(directory)/one", seconds: 1.2)
            let stored = try store("\(directory)/two", format, sound: next)
            #expect(stored.hasSound && stored.soundProblem == nil)
            let (one, two) = try (Heard("\(directory)/one"), Heard("\(directory)/two"))
            let clicks = (try #require(one?.click), try #require(two?.click))
            #expect(abs(clicks.0 - clicks.1) <= 0.002)
            #expect(one?.codec == two?.codec)
        }
    }

    @Test(arguments: samples.map(\.0), [VideoFormat.mp4, .webm])
    func `longer sound is cut to the clip, shorter sound ends where it ends`(
        sample: String, format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let (source, path) = ("\(Self.folder)/\(sample)", "\(directory)/film")
            let short = try store(
                path, format, sound: SoundSource(path: source, seconds: 0.6), seconds: 0.6)
            #expect(short.frames == 15)
            #expect(abs(try #require(try Heard(path)).end - 0.6) <= 0.05)

            let long = try store(
                path, format, sound: SoundSource(path: source, seconds: 2), seconds: 2)
            #expect(long.frames == 50)
            #expect(long.soundProblem == nil)
            // AAC at 8 kHz comes in pieces of 128 ms, and the last one is not full.
            let excess = sample == "aac-8k.mov" ? 0.13 : 0.05
            #expect(abs(try #require(try Heard(path)).end - 1.3) <= excess)
            #expect(try decode(path).count == 50)
        }
    }

    @Test(arguments: [VideoFormat.mp4, .webm])
    func `a silent clip stays silent`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            for (name, seconds) in [("silent.mp4", 1.2), ("aac.mp4", 0)] {
                let source = SoundSource(path: "\(Self.folder)/\(name)", seconds: seconds)
                let stored = try store(path, format, sound: source)
                #expect(!stored.hasSound)
                #expect(stored.soundProblem == nil)
                #expect(try Heard(path) == nil)
            }
        }
    }

    @Test func `a picture has no sound, and neither has a GIF`() throws {
        try withTemporaryDirectory { directory in
            try PictureFile.writePNG(.film(0), to: "\(directory)/film.png")
            try store(
                "\(directory)/film.gif", .gif,
                sound: SoundSource(path: "\(Self.folder)/aac.mp4", seconds: 1), seconds: 0.4)
            for name in ["film.png", "film.gif"] {
                let stored = try store(
                    "\(directory)/film.mp4", .mp4,
                    sound: SoundSource(path: "\(directory)/\(name)", seconds: 1))
                #expect(!stored.hasSound)
                #expect(stored.soundProblem == nil)
            }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `formats without sound leave it out`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let source = SoundSource(path: "\(Self.folder)/flac.mkv", seconds: 0.4)
            let stored = try store("\(directory)/film", format, sound: source, seconds: 0.4)
            #expect(stored.hasSound == format.hasSound)
            #expect(stored.soundProblem == nil)
            #expect(stored.frames == 10)
        }
    }

    @Test(arguments: [VideoFormat.mp4, .webm])
    func `a source that is no video costs the sound and not the picture`(
        format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            try create("\(directory)/text.mp4", Array("Once upon a time".utf8))
            for name in ["absent.mp4", "text.mp4"] {
                let source = "\(directory)/\(name)"
                let stored = try store(
                    path, format, sound: SoundSource(path: source, seconds: 1))
                #expect(!stored.hasSound)
                let problem = try #require(stored.soundProblem)
                #expect(problem.contains("'\(source)'"))
                #expect(stored.frames == 30)
                #expect(try decode(path).count == 30)
            }
        }
    }

    @Test(arguments: samples.map(\.0), [VideoFormat.mp4, .webm])
    func `damaged sound costs the sound and not the picture`(
        sample: String, format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let (source, path) = ("\(directory)/\(sample)", "\(directory)/film")
            let whole = try contents(of: "\(Self.folder)/\(sample)")
            var state: UInt64 = 7
            func random() -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33)
            }
            for attempt in 0..<12 {
                var bytes = whole
                if attempt < 6 {
                    bytes.removeLast(whole.count * (attempt + 1) / 7)
                } else {
                    for _ in 0..<40 {
                        bytes[whole.count / 4 + random() % (whole.count * 3 / 4)] =
                            UInt8(random() & 255)
                    }
                }
                try create(source, bytes)
                let stored = try store(
                    path, format, sound: SoundSource(path: source, seconds: 0.4), seconds: 0.4)
                #expect(stored.frames == 10)
                #expect(try decode(path).count == 10)
                if let problem = stored.soundProblem { #expect(problem.contains("sound")) }
            }
            #expect(openHandles(on: source) == 0)
            #expect(openHandles(on: path) == 0)
        }
    }

    @Test func `damage that is noticed is said`() throws {
        try withTemporaryDirectory { directory in
            let (source, path) = ("\(directory)/damaged.mkv", "\(directory)/film.mp4")
            var bytes = try contents(of: "\(Self.folder)/flac.mkv")
            // FLAC protects each frame with a checksum and begins it with 1111 1111 1111 10.
            let frames = bytes.indices.dropLast(1).filter {
                bytes[$0] == 0xFF && bytes[$0 + 1] & 0xFC == 0xF8
            }
            try #require(frames.count > 8)
            for start in frames[4..<7] { bytes[start + 5] ^= 0x55 }
            try create(source, bytes)
            let stored = try store(path, .mp4, sound: SoundSource(path: source, seconds: 1.2))
            #expect(stored.hasSound)
            let problem = try #require(stored.soundProblem)
            #expect(problem.contains(source))
            #expect(problem.contains("damaged"))
            // Holes become silence: what follows them is still at its time.
            let heard = try #require(try Heard(path))
            #expect(abs(try #require(heard.click) - 1) <= 0.01)
            #expect(abs(heard.end - 1.2) <= 0.05)
        }
    }

    @Test(arguments: [VideoFormat.mp4, .webm], ["aac.mp4", "opus.webm", "ac3-surround.mkv"])
    func `equal sound gives equal bytes`(format: VideoFormat, sample: String) throws {
        try withTemporaryDirectory { directory in
            let source = SoundSource(path: "\(Self.folder)/\(sample)", seconds: 1.2)
            let files = try ["one", "two"].map { name in
                try store("\(directory)/\(name)", format, sound: source)
                return try contents(of: "\(directory)/\(name)")
            }
            #expect(files[0] == files[1])
        }
    }

}
