// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media
import TestSupport
import Testing

@Suite struct VideoFormatTests {
    private func store(
        _ pictures: [Picture], _ path: String, _ format: VideoFormat, comment: String = "",
        rate: Double = 16, delivery: Delivery = .unchanged
    ) throws {
        var encoder = try VideoEncoder(
            path: path, width: pictures[0].width, height: pictures[0].height,
            framesPerSecond: try FrameRate(rate), comment: comment, format: format,
            delivery: delivery)
        for picture in pictures { try encoder.append(picture) }
        try encoder.finish()
    }

    @Test(arguments: VideoFormat.allCases, [8.0, 16, 23.976, 25])
    func `number, times and length are right`(format: VideoFormat, rate: Double) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            for count in [1, 2, 17] {
                try store((0..<count).map { .film($0) }, path, format, rate: rate)
                let clip = try StoredClip(path, format)
                #expect(clip.pictures.count == count)
                let exact = try FrameRate(rate).value
                for (index, start) in clip.starts.enumerated() {
                    #expect(abs(start - Double(index) / exact) <= 0.006)
                }
                // Matroska has a length for the whole file only.
                guard format != .webm else { continue }
                #expect(abs(try #require(clip.seconds) - Double(count) / exact) <= 0.006)
            }
        }
    }

    @Test(
        arguments: VideoFormat.allCases,
        [
            Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255), Colour(255, 255, 255),
            Colour(0, 0, 0), Colour(128, 128, 128), Colour(224, 172, 140),
        ])
    func `a flat colour survives`(format: VideoFormat, colour: Colour) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            let picture = Picture.flat(colour)
            for delivery in [Delivery.unchanged, Delivery(width: 96)] {
                try store([picture, picture], path, format, delivery: delivery)
                for stored in try StoredClip(path, format).pictures {
                    let wanted = Picture.flat(colour, width: stored.width, height: stored.height)
                    #expect(stored.largestDifference(from: wanted) <= 4)
                }
            }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `pictures come back in order and close to what they were`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            let film = (0..<9).map { Picture.film($0, width: 96, height: 64) }
            try store(film, path, format)
            let stored = try StoredClip(path, format).pictures
            try #require(stored.count == film.count)
            for (index, picture) in stored.enumerated() {
                let errors = film.map { other in
                    zip(picture.pixels, other.pixels).reduce(0) {
                        $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
                    }
                }
                #expect(errors.min() == errors[index])
                let mean = Double(errors[index]) / Double(film[index].pixels.count)
                #expect(mean < 65, "mean squared error, over 30 dB")
            }
        }
    }

    @Test(
        arguments: VideoFormat.allCases,
        [
            "a", "plain", "emoji 🎈🌅 and 中文", "{\"seed\": 7, \"prompt\": \"<b>&amp;</b>\"}",
            String(repeating: "é", count: 127) + "x", String(repeating: "x", count: 65_536),
        ])
    func `a comment survives`(format: VideoFormat, comment: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            for count in [1, 3] {
                try store((0..<count).map { .film($0) }, path, format, comment: comment)
                let clip = try StoredClip(path, format)
                #expect(clip.comment == comment)
                #expect(clip.pictures.count == count)
            }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `no comment, no tag`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            try store([.film(0)], "\(directory)/film", format)
            #expect(try StoredClip("\(directory)/film", format).comment == nil)
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `equal pictures give equal bytes, whatever is done to them`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let film = (0..<12).map { Picture.slide($0) }
            let deliveries = [
                Delivery.unchanged, Delivery(width: 200, height: 200),
                Delivery(height: 60, framesPerSecond: try FrameRate(24)),
            ]
            for delivery in deliveries {
                let files = try ["one", "two"].map { name in
                    let path = "\(directory)/\(name)"
                    try store(film, path, format, comment: "same", delivery: delivery)
                    return try contents(of: path)
                }
                #expect(files[0] == files[1])
            }
        }
    }

    @Test func `a GIF loops for ever`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.gif"
            try store([.film(0), .film(1)], path, .gif)
            let bytes = try contents(of: path)
            let loop = Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
            #expect(bytes.indices.contains { bytes[$0...].starts(with: loop) })
        }
    }

    @Test(arguments: [VideoFormat.webm, .gif, .webp], [(17, 16), (33, 19), (64, 17)])
    func `odd sizes are stored`(format: VideoFormat, size: (Int, Int)) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            try store([.film(0, width: size.0, height: size.1)], path, format)
            let picture = try #require(try StoredClip(path, format).pictures.first)
            let even = format == .webm ? 1 : 0
            #expect(picture.width == size.0 + size.0 % 2 * even)
            #expect(picture.height == size.1 + size.1 % 2 * even)
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `a missing encoder names its Debian package and leaves no file`(
        format: VideoFormat
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            let error = #expect(throws: MediaError.self) {
                _ = try VideoEncoder(
                    path: path, width: 64, height: 48, framesPerSecond: try FrameRate(16),
                    comment: "", format: format, encoderName: "absent")
            }
            #expect(error == .encoderMissing(encoder: "absent", package: "libavcodec59"))
            #expect(!exists(path))
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `a missing folder is an error`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/absent/film"
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: path, errno: ENOENT)
            ) { try store([.film(0)], path, format) }
        }
    }

    // Writes to /dev/full fail with ENOSPC, full(4). In a process of its own, because other tests
    // count who has that file open.
    @Test func `a full disk is an error, whenever it shows`() async {
        await #expect(processExitsWith: .success) {
            let full = MediaError.fileFailed(
                operation: "write", path: "/dev/full", errno: ENOSPC)
            for format in VideoFormat.allCases {
                for count in [1, 30] as [UInt64] {
                    #expect(throws: full) {
                        var encoder = try VideoEncoder(
                            path: "/dev/full", width: 160, height: 128,
                            framesPerSecond: try FrameRate(16), comment: "", format: format)
                        for seed in 1...count {
                            try encoder.append(.noise(width: 160, height: 128, seed: seed))
                        }
                        try encoder.finish()
                    }
                    #expect(openHandles(on: "/dev/full") == 0)
                }
            }
        }
    }

    @Test func `a file beyond the limit on file sizes is an error`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
            try withTemporaryDirectory { directory in
                for format in VideoFormat.allCases {
                    let path = "\(directory)/film"
                    let error = #expect(throws: MediaError.self) {
                        var encoder = try VideoEncoder(
                            path: path, width: 160, height: 128,
                            framesPerSecond: try FrameRate(16), comment: "", format: format)
                        for seed in 1...20 as ClosedRange<UInt64> {
                            try encoder.append(.noise(width: 160, height: 128, seed: seed))
                        }
                        try encoder.finish()
                    }
                    #expect(error == .fileFailed(operation: "write", path: path, errno: EFBIG))
                }
            }
        }
    }

    @Test(arguments: VideoFormat.allCases)
    func `an abandoned encoder closes its file`(format: VideoFormat) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film"
            do {
                var abandoned = try VideoEncoder(
                    path: path, width: 64, height: 48, framesPerSecond: try FrameRate(16),
                    comment: "", format: format)
                try abandoned.append(.film(0))
                #expect(openHandles(on: path) == 1)
            }
            #expect(openHandles(on: path) == 0)
        }
    }
}
