// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media
import TestSupport
import Testing

@Suite struct VideoDecoderTests {
    @Test func `an absent file is an error`() {
        #expect(
            throws: MediaError.fileFailed(operation: "open", path: "/absent.mp4", errno: ENOENT)
        ) { _ = try VideoDecoder(path: "/absent.mp4") }
    }

    @Test(arguments: [
        ([], "it is empty (0 bytes)"), ([1], "its content is of no known kind"),
        (Array("#EXTM3U\nfile:///etc/passwd\n".utf8), "it is a playlist"),
        (Array("ffconcat version 1.0\n".utf8), "it is a list of other files"),
        ([UInt8](repeating: 0, count: 100), "it holds only zeros"),
    ])
    func `another kind of file is refused by its first bytes`(
        bytes: [UInt8], words: String
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/pretends.mp4"
            try create(path, bytes)
            let error = #expect(throws: MediaError.self) { _ = try VideoDecoder(path: path) }
            let text = try #require(error).description
            #expect(text.hasPrefix("'\(path)' cannot be used: \(words)"))
        }
    }

    @Test func `a folder, a device and a pipe are refused without waiting`() throws {
        try withTemporaryDirectory { directory in
            let pipe = "\(directory)/pipe"
            mkfifo(pipe, 0o600)
            for path in [directory, "/dev/zero", pipe] {
                #expect(
                    throws: MediaError.notMedia(
                        path: path, reason: "it is not a regular file; name a picture or a video")
                ) { _ = try VideoDecoder(path: path) }
            }
        }
    }

    @Test(arguments: [12, 40, 200, 700, 1500])
    func `a truncated video is an error or shorter, never a crash`(length: Int) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode((0..<8).map { Picture.film($0) }, to: path)
            let bytes = try contents(of: path)
            try #require(bytes.count > length)
            try create(path, Array(bytes.prefix(length)))
            do {
                #expect(try decode(path).count < 8)
            } catch let error as MediaError {
                #expect(error.description.contains(path))
            }
            #expect(openHandles(on: path) == 0)
        }
    }

    @Test func `a truncated PNG is an error`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/frame.png"
            try PictureFile.writePNG(.noise(width: 64, height: 64), to: path)
            try create(path, Array(try contents(of: path).prefix(30)))
            #expect(throws: MediaError.self) { try decode(path) }
        }
    }

    @Test func `a still picture has no rate and no duration`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/frame.png"
            try PictureFile.writePNG(.film(0), to: path)
            let decoder = try VideoDecoder(path: path)
            #expect(decoder.frameRate == nil)
            #expect(decoder.frameCount == nil)
            #expect(decoder.duration == nil)
            #expect(decoder.width == 64)
            #expect(decoder.height == 48)
        }
    }
}
