// SPDX-License-Identifier: Apache-2.0

import Media
import TestSupport
import Testing

@Suite struct VideoEncoderTests {
    @Test(arguments: [8, 16, 24, 23.976, 29.97, 12.5, 0.5], [1, 2, 5, 61])
    func `count, times and duration are exact`(rate: Double, count: Int) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode((0..<count).map { Picture.film($0) }, to: path, rate: rate)

            let exact = try FrameRate(rate)
            let decoder = try VideoDecoder(path: path)
            #expect(decoder.frameCount == count)
            #expect(decoder.frameRate == exact)
            #expect(decoder.duration == PresentationTime(ofFrame: count, at: exact))
            let times = try decode(path).map(\.time)
            #expect(times == (0..<count).map { PresentationTime(ofFrame: $0, at: exact) })
        }
    }

    @Test func `pictures come back in order and close to what they were`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            let film = (0..<9).map { Picture.film($0, width: 96, height: 64) }
            try encode(film, to: path)
            let decoded = try decode(path)
            #expect(decoded.count == film.count)
            for (index, frame) in decoded.enumerated() {
                let errors = film.map { picture in
                    zip(frame.picture.pixels, picture.pixels).reduce(0) {
                        $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
                    }
                }
                #expect(errors.min() == errors[index])
                let mean = Double(errors[index]) / Double(film[index].pixels.count)
                #expect(mean < 30, "mean squared error, over 33 dB")
            }
        }
    }

    @Test(arguments: [
        (16, 16, 16, 16), (17, 16, 18, 16), (16, 17, 16, 18), (33, 19, 34, 20), (160, 96, 160, 96),
        (130, 66, 130, 66), (8192, 16, 8192, 16), (16, 8192, 16, 8192),
    ])
    func `every size within the limits is stored, odd sides made even`(
        width: Int, height: Int, storedWidth: Int, storedHeight: Int
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/size.mp4"
            let picture = Picture.example(width: width, height: height) { x, y in
                Colour(UInt8(x * 200 / width), UInt8(y * 200 / height), 90)
            }
            var encoder = try VideoEncoder(
                path: path, width: width, height: height, framesPerSecond: try FrameRate(16),
                comment: "")
            #expect(encoder.storedWidth == storedWidth)
            #expect(encoder.storedHeight == storedHeight)
            try encoder.append(picture)
            #expect(encoder.frames == 1)
            try encoder.finish()
            let decoded = try #require(try decode(path).first).picture
            #expect(decoded.width == storedWidth)
            #expect(decoded.height == storedHeight)
            // The added column or row repeats its neighbour: no dark seam.
            let corner = decoded.colour(atX: storedWidth - 1, y: storedHeight - 1)
            let last = picture.colour(atX: width - 1, y: height - 1)
            for (got, wanted) in zip(corner.bytes, last.bytes) {
                #expect(abs(Int(got) - Int(wanted)) <= 12)
            }
        }
    }

    @Test func `the index stands before the pictures`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode((0..<8).map { Picture.film($0) }, to: path)
            let boxes = topLevelBoxes(try contents(of: path))
            #expect(boxes.first == "ftyp")
            let index = try #require(boxes.firstIndex(of: "moov"))
            let pictures = try #require(boxes.firstIndex(of: "mdat"))
            #expect(index < pictures)
        }
    }

    /// The names of an MP4's outermost boxes (ISO/IEC 14496-12, 4.2).
    private func topLevelBoxes(_ bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var offset = 0
        while offset + 8 <= bytes.count {
            let size = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            names.append(String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self))
            guard size >= 8 else { break }
            offset += size
        }
        return names
    }

    @Test(arguments: [
        "plain", "emoji 🎈🌅 and 中文", "\"quotes\" 'both' \\ = ; #", "two\nlines\r\nand\ttabs",
        "{\"seed\": 7, \"prompt\": \"<b>&amp;</b>\"}", String(repeating: "é", count: 30_000),
        String(repeating: "x", count: 65_536), " ",
    ])
    func `a comment survives`(comment: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode([.film(0)], to: path, comment: comment)
            let decoder = try VideoDecoder(path: path)
            #expect(decoder.comment == comment)
        }
    }

    @Test func `no comment, no tag`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode([.film(0)], to: path)
            let decoder = try VideoDecoder(path: path)
            #expect(decoder.comment == nil)
        }
    }

    @Test func `equal pictures give equal bytes`() throws {
        try withTemporaryDirectory { directory in
            let film = (0..<20).map { Picture.film($0, width: 128, height: 96) }
            let files = ["one", "two", "reversed"].map { "\(directory)/\($0).mp4" }
            try encode(film, to: files[0], comment: "same")
            try encode(film, to: files[1], comment: "same")
            try encode(film.reversed(), to: files[2], comment: "same")
            let bytes = try files.map { try contents(of: $0) }
            #expect(bytes[0] == bytes[1])
            #expect(bytes[0] != bytes[2])
        }
    }

    @Test(arguments: [
        "a:b.mp4", "%d.mp4", "-dash.mp4", "http:x.mp4", "späße 🎈.mp4", "no extension",
    ])
    func `a name is only a name`(name: String) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/\(name)"
            try encode([.film(0), .film(1)], to: path)
            #expect(exists(path))
            #expect(try decode(path).count == 2)
        }
    }

    @Test func `an existing file is replaced`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try create(path, [UInt8](repeating: 7, count: 1_000_000))
            try encode([.film(0)], to: path)
            #expect(try contents(of: path).count < 100_000)
            #expect(try decode(path).count == 1)
        }
    }
}
