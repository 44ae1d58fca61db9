// SPDX-License-Identifier: Apache-2.0

/// The kinds of file that are read, told by their first bytes and never by their name.
enum MediaKind: Equatable {
    case png, jpeg, webp
    case gif, mp4, matroska, avi

    /// Whether the file is one still picture, read whole and without a demuxer.
    var isPicture: Bool { demuxer == nil }

    /// libavformat's name of the one demuxer that may open the file.
    var demuxer: String? {
        switch self {
        case .png, .jpeg, .webp: nil
        case .gif: "gif"
        case .mp4: "mov"
        case .matroska: "matroska"
        case .avi: "avi"
        }
    }

    /// What is read, for error messages.
    static let list =
        "MP4, MOV, MKV, WebM, AVI and GIF videos and PNG, JPEG, WebP and GIF pictures are"

    /// How many bytes are enough to tell.
    static let signatureBytes = 64

    /// Looks at the first bytes of a file, at most ``signatureBytes``.
    ///
    /// - Throws: `notMedia` when it is something else; what is often met has its own words.
    init(firstBytes bytes: [UInt8], path: String) throws(MediaError) {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: text.utf8)
        }
        let boxes = ["ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"]
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if has("RIFF"), has("WEBP", at: 8) {
            self = .webp
        } else if has("RIFF"), has("AVI ", at: 8) {
            self = .avi
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            self = .matroska
        } else if boxes.contains(where: { has($0, at: 4) }), !Self.isPictureBox(bytes) {
            self = .mp4
        } else {
            throw .notMedia(path: path, reason: Self.guess(bytes, has))
        }
    }

    /// HEIC and AVIF begin like MP4 and hold one picture in pieces, which libav 5.1 cannot join.
    private static func isPictureBox(_ bytes: [UInt8]) -> Bool {
        let brands = ["heic", "heix", "mif1", "heim", "heis", "avif"]
        return bytes.dropFirst(4).starts(with: "ftyp".utf8)
            && brands.contains { bytes.dropFirst(8).starts(with: $0.utf8) }
    }

    /// What a file may be that is not read, and what to do with it.
    private static func guess(_ bytes: [UInt8], _ has: (String, Int) -> Bool) -> String {
        let known: [(sign: String, offset: Int, kind: String)] = [
            ("#EXTM3U", 0, "a playlist, which names other files"),
            ("ffconcat", 0, "a list of other files"),
            ("<svg", 0, "an SVG drawing"), ("<?xml", 0, "an XML text"),
            ("<!DOCTYPE", 0, "a web page"), ("<html", 0, "a web page"),
            ("%PDF", 0, "a PDF document"), ("8BPS", 0, "a Photoshop picture"),
            ("BM", 0, "a BMP picture"), ("II*\0", 0, "a TIFF or camera raw picture"),
            ("MM\0*", 0, "a TIFF or camera raw picture"), ("FLV", 0, "a Flash video"),
            ("ID3", 0, "a sound file"), ("OggS", 0, "an Ogg file"), ("fLaC", 0, "a sound file"),
            ("WAVE", 8, "a sound file"), ("PK\u{3}\u{4}", 0, "a ZIP archive or office document"),
            ("ftyp", 4, "a HEIC or AVIF picture"),
        ]
        let reading = "\(list) read; save or export it as one of these"
        if bytes.isEmpty { return "it is empty (0 bytes); copy it again from where it came" }
        let match = known.first { has($0.sign, $0.offset) }
        if let match { return "it is \(match.kind); \(reading)" }
        if bytes.allSatisfy({ $0 == 0 }) {
            return "it holds only zeros; copy it again from where it came"
        }
        let isText = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (9...13).contains($0) }
        return isText ? "it is a text; \(reading)" : "its content is of no known kind; \(reading)"
    }
}
