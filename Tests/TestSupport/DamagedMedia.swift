// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that a person may drop by mistake, or to do harm; reading it ends in an error.
package struct DamagedMedia: Sendable, CustomStringConvertible {
    /// The name it is dropped under; often of another kind than its content.
    package let name: String
    /// What the error message says besides the name.
    package let words: String
    /// Whether it is a regular file with content, which a service can copy.
    package let isFile: Bool
    private let maker: @Sendable (_ path: String) throws -> Void

    package var description: String { name }

    /// Creates it at `path`.
    package func make(at path: String) throws { try maker(path) }

    /// Creates it in a folder, under its own name.
    @discardableResult
    package func make(in folder: String) throws -> String {
        try maker("\(folder)/\(name)")
        return "\(folder)/\(name)"
    }

    private init(
        _ name: String, _ words: String, isFile: Bool = true,
        maker: @escaping @Sendable (String) throws -> Void
    ) {
        (self.name, self.words, self.isFile, self.maker) = (name, words, isFile, maker)
    }

    private init(
        _ name: String, _ words: String, bytes: @escaping @Sendable () throws -> [UInt8]
    ) {
        self.init(name, words) { try Samples.write(bytes(), to: $0) }
    }

    private init(_ name: String, _ words: String, text: String) {
        self.init(name, words) { Array(text.utf8) }
    }

    /// All of them.
    package static let all = broken + lying + strange + notFiles

    /// Cut off, or overwritten.
    private static let broken = [
        DamagedMedia("empty.mp4", "is empty (0 bytes)", text: ""),
        DamagedMedia("zeros.mp4", "only zeros") { [UInt8](repeating: 0, count: 50_000) },
        DamagedMedia("no-index.mov", "damaged") { try Samples.start("h264.mov", 0.6) },
        DamagedMedia("cut.mp4", "breaks off") { try Samples.start("h264.mp4", 0.8) },
        DamagedMedia("begun.mp4", "breaks off after 40 bytes of 1830") {
            Array(try Samples.bytes("h264.mp4").prefix(40))
        },
        DamagedMedia("cut.png", "breaks off") { try Samples.start("rgb8.png", 0.7) },
        DamagedMedia("cut.jpg", "breaks off") { try Samples.start("420.jpg", 0.9) },
        DamagedMedia("cut.webp", "breaks off") { try Samples.start("lossy.webp", 0.6) },
        DamagedMedia("cut.webm", "breaks off") { try Samples.start("vp8.webm", 0.7) },
        DamagedMedia("cut.avi", "breaks off") { try Samples.start("mjpeg.avi", 0.7) },
        DamagedMedia("cut.gif", "breaks off") { try Samples.start("moving.gif", 0.75) },
        DamagedMedia("checksum.png", "damaged") {
            var bytes = try Samples.bytes("rgb16.png")
            bytes[60] ^= 0x10
            return bytes
        },
        DamagedMedia("noise.png", "breaks off") {
            try Samples.start("rgb8.png", 0.25) + Samples.noise(5000)
        },
        DamagedMedia("noise.webm", "damaged") {
            try Samples.start("vp9.webm", 0.03) + Samples.noise(20_000)
        },
        DamagedMedia("noise.gif", "damaged") {
            Array("GIF89a".utf8) + [64, 0, 48, 0, 0, 0, 0] + Samples.noise(5000)
        },
    ]

    /// Headers that promise what is not there, or too much.
    private static let lying = [
        DamagedMedia("huge.png", "60000x60000") {
            var bytes = try Samples.bytes("rgb8.png")
            bytes.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
            return bytes
        },
        DamagedMedia("108-megapixels.png", "12000x9000 (108.0 megapixels)") {
            try Samples.bytes("108-megapixels.png")
        },
        DamagedMedia("huge.mov", "65535x65535") {
            var bytes = try Samples.bytes("h264.mov")
            guard let place = Samples.find("avc1", in: bytes) else { return [] }
            bytes.replaceSubrange(place + 28..<place + 32, with: [0xFF, 0xFF, 0xFF, 0xFF])
            return bytes
        },
        DamagedMedia("long-samples.mov", "damaged") {
            var bytes = try Samples.bytes("h264.mov")
            guard let place = Samples.find("stsz", in: bytes) else { return [] }
            bytes.replaceSubrange(place + 16..<place + 20, with: [0x7F, 0, 0, 0])
            return bytes
        },
        DamagedMedia("long-times.mp4", "is damaged: its header states more") {
            var bytes = try Samples.bytes("h264.mp4")
            guard let place = Samples.find("stts", in: bytes) else { return [] }
            bytes.replaceSubrange(place + 8..<place + 12, with: [0x7F, 0xFF, 0xFF, 0xFF])
            return bytes
        },
        DamagedMedia("huge.gif", "65535x65535") {
            Array("GIF89a".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x3B]
        },
        DamagedMedia("no-size.gif", "damaged") {
            Array("GIF89a".utf8) + [0, 0, 0, 0, 0, 0, 0, 0x3B]
        },
        DamagedMedia("empty.gif", "no whole picture") {
            Array("GIF89a".utf8) + [64, 0, 48, 0, 0, 0, 0, 0x3B]
        },
        DamagedMedia("endless.gif", "at most 100000 frames") {
            // A picture of one pixel, a hundred thousand times and once more.
            let header: [UInt8] =
                Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
                + [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
            let frame: [UInt8] = [
                0x21, 0xF9, 4, 0, 2, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
            ]
            return header + [[UInt8]](repeating: frame, count: 100_001).joined() + [0x3B]
        },
        DamagedMedia("no-frames.mov", "no ") { try Samples.bytes("no-frames.mov") },
        DamagedMedia("sound.mp4", "sound but no video") { try Samples.bytes("sound.m4a") },
    ]

    /// Files of other kinds, some of which name other files.
    private static let strange = [
        DamagedMedia("text.mp4", "is a text", text: "This is not a video.\n"),
        DamagedMedia(
            "playlist.mp4", "a playlist",
            text: "#EXTM3U\n#EXTINF:10,\nhttp://192.0.2.1/a.ts\nfile:///etc/passwd\n"),
        DamagedMedia(
            "list.mkv", "a list of other files", text: "ffconcat version 1.0\nfile '/etc/passwd'\n"),
        DamagedMedia(
            "drawing.png", "an SVG drawing",
            text:
                "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>"
        ),
        DamagedMedia("page.jpg", "a web page", text: "<!DOCTYPE html><title>404</title>"),
        DamagedMedia(
            "session.mov", "is a text", text: "v=0\nm=video 5004 RTP/AVP 96\nc=IN IP4 0\n"),
        DamagedMedia("reference.mov", "no ") { try Samples.bytes("reference.mov") },
        DamagedMedia("photo.jpg", "HEIC or AVIF") {
            [0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0] + Array("mif1heic".utf8)
        },
        DamagedMedia("animated.webp", "animated WebP") { try Samples.bytes("animated.webp") },
        DamagedMedia("cinepak.avi", "encoded as 'cinepak'") { try Samples.bytes("cinepak.avi") },
        DamagedMedia("mpeg2.mkv", "encoded as 'mpeg2video'") { try Samples.bytes("mpeg2.mkv") },
    ]

    /// What is there under the name, but no file that can be read.
    private static let notFiles = [
        DamagedMedia("folder.png", "not a regular file", isFile: false) {
            guard mkdir($0, 0o700) == 0 else { throw Samples.Refused(path: $0) }
        },
        DamagedMedia("pipe.mp4", "not a regular file", isFile: false) {
            guard mkfifo($0, 0o600) == 0 else { throw Samples.Refused(path: $0) }
        },
        DamagedMedia("device.mp4", "not a regular file", isFile: false) {
            guard symlink("/dev/zero", $0) == 0 else { throw Samples.Refused(path: $0) }
        },
        DamagedMedia("absent.mp4", "check the name", isFile: false) { _ in },
    ]
}
