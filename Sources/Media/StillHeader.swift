// SPDX-License-Identifier: Apache-2.0

/// What the header of a PNG, JPEG or WebP file says, read before any decoder sees it.
///
/// So a picture beyond the limits costs nothing, a file that breaks off is told from a whole one
/// (decoders fill up with grey), and a photograph stands upright.
struct StillHeader {
    var width = 0
    var height = 0
    var orientation = Orientation.upright

    /// Reads the header and walks through the parts of the file to its end.
    ///
    /// - Throws: `damaged` when the file breaks off or has no size, `beyondLimit`, `notMedia` for
    ///   an animated WebP, which libav 5.1 does not decode.
    init(of content: [UInt8], kind: MediaKind, path: String) throws(MediaError) {
        switch kind {
        case .png: try readPNG(content, path)
        case .jpeg: try readJPEG(content, path)
        default: try readWebP(content, path)
        }
    }

    private static func breaksOff(_ path: String, _ content: [UInt8]) -> MediaError {
        .damaged(
            path: path, second: nil, reason: "it breaks off after \(content.count) bytes")
    }

    private func check(_ path: String) throws(MediaError) {
        try MediaLimits.check(
            width: width, height: height, pixels: MediaLimits.stillPixels, of: path)
    }

    /// Walks through the chunks (PNG specification, third edition, 5.3 and 11.3.4.5 for `eXIf`).
    private mutating func readPNG(_ content: [UInt8], _ path: String) throws(MediaError) {
        guard content.count >= 33 else { throw Self.breaksOff(path, content) }
        width = content.bigEndian(at: 16, 4)
        height = content.bigEndian(at: 20, 4)
        try check(path)
        var packed = 0
        var offset = 8
        while offset + 12 <= content.count {
            let length = content.bigEndian(at: offset, 4)
            let end = offset + 12 + length
            let name = content[offset + 4..<offset + 8]
            if name.elementsEqual("IEND".utf8) { return }
            guard end <= content.count else { break }
            if ["zTXt", "iTXt", "iCCP"].contains(where: { name.elementsEqual($0.utf8) }) {
                packed += length
            }
            guard packed <= MediaLimits.packedBytes else {
                throw .beyondLimit(
                    path: path, got: "it holds \(packed >> 10) KiB of packed remarks",
                    limit: "at most \(MediaLimits.packedBytes >> 10) KiB of them",
                    advice: "save it anew without them")
            }
            if name.elementsEqual("eXIf".utf8) {
                orientation = Orientation(exifBlock: content[offset + 8..<offset + 8 + length])
            }
            offset = end
        }
        throw Self.breaksOff(path, content)
    }

    /// Walks through the segments up to the samples (ITU-T T.81, annex B), then looks for the end.
    private mutating func readJPEG(_ content: [UInt8], _ path: String) throws(MediaError) {
        var offset = 2
        while offset + 4 <= content.count {
            guard content[offset] == 0xFF else { break }
            let marker = content[offset + 1]
            if marker == 0xFF {
                offset += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD7).contains(marker) {
                offset += 2
                continue
            }
            let length = content.bigEndian(at: offset + 2, 2)
            let end = offset + 2 + length
            guard length >= 2, end <= content.count else { break }
            switch marker {
            case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker) && length >= 7:
                height = content.bigEndian(at: offset + 5, 2)
                width = content.bigEndian(at: offset + 7, 2)
                try check(path)
            case 0xE1 where content[(offset + 4)..<end].starts(with: "Exif\0\0".utf8):
                orientation = Orientation(exifBlock: content[(offset + 10)..<end])
            case 0xDA:
                try check(path)
                guard Self.hasEnd(content[end...]) else { throw Self.breaksOff(path, content) }
                return
            default: break
            }
            offset = end
        }
        throw Self.breaksOff(path, content)
    }

    /// Whether the marker EOI follows somewhere; it cannot occur within samples.
    private static func hasEnd(_ samples: ArraySlice<UInt8>) -> Bool {
        var before: UInt8 = 0
        for byte in samples {
            if before == 0xFF, byte == 0xD9 { return true }
            before = byte
        }
        return false
    }

    /// Walks through the chunks (RFC 9649: 2.5 to 2.7 for sizes and flags, 2.7.1.5 for `EXIF`).
    private mutating func readWebP(_ content: [UInt8], _ path: String) throws(MediaError) {
        let whole = content.count >= 30 ? content.littleEndian(at: 4, 4) + 8 : Int.max
        guard whole <= content.count + 1 else { throw Self.breaksOff(path, content) }
        let first = content[12..<16]
        if first.elementsEqual("VP8X".utf8) {
            guard content[20] & 0x02 == 0 else {
                throw .notMedia(
                    path: path,
                    reason: "it is an animated WebP, which is not read; save it as GIF or MP4")
            }
            width = content.littleEndian(at: 24, 3) + 1
            height = content.littleEndian(at: 27, 3) + 1
        } else if first.elementsEqual("VP8L".utf8) {
            let bits = content.littleEndian(at: 21, 4)
            (width, height) = (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        } else if first.elementsEqual("VP8 ".utf8) {
            width = content.littleEndian(at: 26, 2) & 0x3FFF
            height = content.littleEndian(at: 28, 2) & 0x3FFF
        }
        try check(path)
        var offset = 12
        while offset + 8 <= content.count {
            let length = content.littleEndian(at: offset + 4, 4)
            let end = offset + 8 + length
            if end <= content.count, content[offset..<offset + 4].elementsEqual("EXIF".utf8) {
                orientation = Orientation(exifBlock: content[offset + 8..<end])
            }
            offset = end + length % 2
        }
    }
}

extension [UInt8] {
    /// The unsigned number in `count` bytes, highest first.
    fileprivate func bigEndian(at offset: Int, _ count: Int) -> Int {
        self[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The unsigned number in `count` bytes, lowest first.
    fileprivate func littleEndian(at offset: Int, _ count: Int) -> Int {
        self[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
