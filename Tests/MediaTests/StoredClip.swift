// SPDX-License-Identifier: Apache-2.0

import Media
import Testing

/// A video file read back.
struct StoredClip {
    var pictures: [Picture] = []
    /// When each picture begins, in seconds.
    var starts: [Double] = []
    /// How long the file says it lasts, or nil.
    var seconds: Double?
    var comment: String?

    init(_ path: String, _ format: VideoFormat) throws {
        guard format != .webp else {
            try readWebP(path)
            return
        }
        var decoder = try VideoDecoder(path: path)
        (seconds, comment) = (decoder.duration?.seconds, decoder.comment)
        while let frame = try decoder.next() {
            pictures.append(frame.picture)
            starts.append(frame.time.seconds)
        }
    }

    /// Walks through the chunks of an animated WebP, which libav cannot read (WebP Container
    /// Specification), and decodes each picture as a file of its own.
    private mutating func readWebP(_ path: String) throws {
        let bytes = try contents(of: path)
        func number(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        try #require(bytes.starts(with: "RIFF".utf8) && number(4, 4) == bytes.count - 8)
        var offset = 12
        var names: [String] = []
        var time = 0
        while offset < bytes.count {
            let name = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
            let size = number(offset + 4, 4)
            let body = offset + 8
            names.append(name)
            if name == "ANIM" { #expect(number(body + 4, 2) == 0, "loops for ever") }
            if name == "ANMF" {
                starts.append(Double(time) / 1000)
                time += number(body + 12, 3)
                let still = bytes[body + 16..<body + size]
                let length = (0..<4).map { UInt8((still.count + 4) >> (8 * $0) & 255) }
                try create("\(path).one", "RIFF".utf8 + length + "WEBP".utf8 + still)
                pictures.append(try PictureFile.read("\(path).one"))
            }
            if name == "EXIF" {
                // Up to four bytes stand in the entry itself.
                let start = body + (number(body + 14, 4) > 4 ? 26 : 18)
                let text = bytes[start..<body + size].prefix { $0 != 0 }
                comment = String(decoding: text, as: UTF8.self)
            }
            offset = body + size + size % 2
        }
        #expect(names.first == "VP8X")
        seconds = Double(time) / 1000
    }
}

/// Where the red square of ``Picture/slide(_:width:height:)`` stands: its middle, in pixels.
func middleOfRed(_ picture: Picture) -> (x: Double, y: Double, pixels: Int) {
    var (x, y, count) = (0, 0, 0)
    for row in 0..<picture.height {
        for column in 0..<picture.width {
            let colour = picture.colour(atX: column, y: row)
            guard colour.red > 150, colour.green < 110, colour.blue < 110 else { continue }
            (x, y, count) = (x + column, y + row, count + 1)
        }
    }
    let total = Double(max(count, 1))
    return (Double(x) / total + 0.5, Double(y) / total + 0.5, count)
}

extension Picture {
    /// Frame `index` of a clip: a red square of 24 pixels moves 2 pixels to the right each time.
    ///
    /// Its middle is at (36 + 2·index, 44).
    static func slide(_ index: Int, width: Int = 128, height: Int = 96) -> Picture {
        example(width: width, height: height) { x, y in
            let inside = (24 + 2 * index..<48 + 2 * index).contains(x) && (32..<56).contains(y)
            return inside
                ? Colour(210, 40, 30)
                : Colour(40, UInt8(60 + 60 * x / width + (x / 8 + y / 8) % 2 * 12), 120)
        }
    }
}
