// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media
import TestSupport
import Testing

/// Files of strangers: an error that names the file and the reason, never a crash or a wait.
@Suite struct DamagedMediaTests {
    /// Reads a file as a job does: the facts first, then all of it.
    private func read(_ path: String, limit: Int = 300) throws {
        let facts = try MediaFile.facts(of: path)
        _ = try PictureFile.read(path)
        let film = try pictures(of: path, limit: limit)
        #expect(!film.isEmpty && facts.width > 0)
    }

    @Test(arguments: DamagedMedia.all)
    func `a damaged file is refused by name and reason`(media: DamagedMedia) throws {
        try withTemporaryDirectory { directory in
            let path = try media.make(in: directory)
            let error = #expect(throws: MediaError.self) { try read(path) }
            let text = try #require(error).description
            #expect(text.contains("'\(path)'"))
            #expect(text.contains(media.words), "\(text)")
            #expect(error?.path == path)
            #expect(error?.naming("my.mp4").description.contains("'my.mp4'") == true)
            #expect(openHandles(on: path) == 0)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func `a file that may not be read is named`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/secret.png"
            try create(path, Samples.bytes("rgb8.png"))
            chmod(path, 0)
            let error = #expect(throws: MediaError.self) { try read(path) }
            #expect(error == .fileFailed(operation: "open", path: path, errno: EACCES))
        }
    }

    static let mutated = [
        "h264.mp4", "h264.mov", "h264.avi", "fragmented.mp4", "hevc10.mkv", "vp9-alpha.webm",
        "vp8.webm", "av1.mp4", "prores.mov", "ffv1-16.mkv", "mjpeg.avi", "mpeg4.avi", "moving.gif",
        "rotated-90.mp4", "rgba16.png", "palette.png", "turned.png", "exif-6.jpg", "420.jpg",
        "lossless.webp", "alpha.webp", "turned.webp",
    ]

    @Test(arguments: mutated)
    func `random damage ends in pictures or in an error`(name: String) throws {
        let original = try Samples.bytes(name)
        var random = Generator(state: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
        try withTemporaryDirectory { directory in
            let path = "\(directory)/mutated"
            for _ in 0..<40 {
                try create(path, random.damage(original))
                do {
                    _ = try MediaFile.facts(of: path)
                    _ = try pictures(of: path, limit: 20)
                } catch let error as MediaError {
                    #expect(error.path == path || error.path == nil)
                }
            }
            #expect(openHandles(on: path) == 0)
        }
    }

    /// A random generator that gives the same damage on every run.
    struct Generator {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }

        /// Changes, removes, repeats or cuts off a few bytes, more often near the start.
        mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
            var bytes = bytes
            for _ in 0...next(6) {
                let reach = next(3) == 0 ? min(200, bytes.count) : bytes.count
                let place = next(reach)
                let length = min(1 + next(8), bytes.count - place)
                switch next(8) {
                case 0: bytes.removeSubrange(place..<place + length)
                case 1: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
                case 2: bytes.removeLast(bytes.count / (2 + next(20)))
                case 3:
                    for index in place..<place + length { bytes[index] = [0, 0xFF, 0x7F][next(3)] }
                default: if length > 0 { bytes[place] ^= UInt8(1 << next(8)) }
                }
            }
            return bytes
        }
    }

    @Test func `a video that breaks half way says where`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/broken.mov"
            var bytes = try Samples.bytes("mjpeg.mov")
            for index in bytes.count * 2 / 5..<bytes.count * 4 / 5 { bytes[index] = 0 }
            try create(path, bytes)
            let error = #expect(throws: MediaError.self) { _ = try pictures(of: path) }
            let text = try #require(error).description
            #expect(text.contains("is damaged at second 0."), "\(text)")
        }
    }
}
