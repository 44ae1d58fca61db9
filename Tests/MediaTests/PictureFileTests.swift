// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media
import TestSupport
import Testing

@Suite struct PictureFileTests {
    @Test(arguments: [(64, 48), (17, 33), (160, 96), (16, 8192), (8192, 16)])
    func `a PNG gives back exactly the same pixels`(width: Int, height: Int) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/frame.png"
            for picture in [
                Picture.film(3, width: width, height: height),
                .noise(width: width, height: height),
            ] {
                try PictureFile.writePNG(picture, to: path)
                let decoded = try decode(path)
                #expect(decoded.map(\.picture) == [picture])
            }
        }
    }

    @Test(arguments: ColourTests.patches)
    func `a JPEG is close to its picture`(colour: Colour) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/poster.jpg"
            let picture = Picture.flat(colour, width: 65, height: 49)
            try PictureFile.writeJPEG(picture, to: path)
            let decoded = try decode(path)
            #expect(decoded.count == 1)
            #expect(decoded[0].picture.width == 65)
            #expect(decoded[0].picture.largestDifference(from: picture) <= 3)
        }
    }

    @Test func `a JPEG of a film frame is close, and better with more quality`() throws {
        try withTemporaryDirectory { directory in
            let picture = Picture.film(2, width: 160, height: 96)
            var errors: [Int] = []
            var sizes: [Int] = []
            for quality in [1, 30, 60, 92, 100] {
                let path = "\(directory)/\(quality).jpg"
                try PictureFile.writeJPEG(picture, to: path, quality: quality)
                let decoded = try #require(try decode(path).first).picture
                errors.append(
                    zip(decoded.pixels, picture.pixels).reduce(0) {
                        $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1))
                    })
                sizes.append(try contents(of: path).count)
            }
            #expect(errors == errors.sorted(by: >))
            #expect(sizes == sizes.sorted())
            #expect(Double(errors[3]) / Double(picture.pixels.count) < 10)
        }
    }

    @Test func `a JPEG is a JFIF file that says so`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/poster.jpg"
            try PictureFile.writeJPEG(.film(0), to: path)
            let bytes = try contents(of: path)
            #expect(Array(bytes.prefix(4)) == [0xFF, 0xD8, 0xFF, 0xE0])
            #expect(String(decoding: bytes[6..<10], as: UTF8.self) == "JFIF")
            #expect(Array(bytes.suffix(2)) == [0xFF, 0xD9])
        }
    }

    @Test func `equal pictures give equal files`() throws {
        try withTemporaryDirectory { directory in
            let picture = Picture.noise(width: 80, height: 64)
            for name in ["a", "b"] {
                try PictureFile.writePNG(picture, to: "\(directory)/\(name).png")
                try PictureFile.writeJPEG(picture, to: "\(directory)/\(name).jpg")
            }
            for kind in ["png", "jpg"] {
                #expect(
                    try contents(of: "\(directory)/a.\(kind)")
                        == contents(of: "\(directory)/b.\(kind)"))
            }
        }
    }

    @Test func `a missing encoder names its Debian package and leaves no file`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/frame"
            let missing = MediaError.encoderMissing(encoder: "absent", package: "libavcodec59")
            #expect(throws: missing) {
                try PictureFile.writePNG(.film(0), to: path, encoderName: "absent")
            }
            #expect(throws: missing) {
                try PictureFile.writeJPEG(.film(0), to: path, encoderName: "absent")
            }
            #expect(!exists(path))
        }
    }

    @Test(arguments: [0, -1, 101])
    func `a quality beyond the limits is refused`(quality: Int) {
        #expect(
            throws: MediaError.outOfRange(field: "quality", wanted: "1 to 100", got: "\(quality)")
        ) { try PictureFile.writeJPEG(.film(0), to: "/absent/x.jpg", quality: quality) }
    }

    @Test func `a picture too small is refused`() {
        #expect(
            throws: MediaError.outOfRange(field: "height", wanted: "16 to 8192 pixels", got: "8")
        ) { try PictureFile.writePNG(.flat(Colour(1, 2, 3), height: 8), to: "/absent/x.png") }
    }

    @Test func `what the file system refuses keeps its number`() throws {
        try withTemporaryDirectory { directory in
            let absent = "\(directory)/absent/frame.png"
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: absent, errno: ENOENT)
            ) { try PictureFile.writePNG(.film(0), to: absent) }
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: directory, errno: EISDIR)
            ) { try PictureFile.writeJPEG(.film(0), to: directory) }
        }
        #expect(
            throws: MediaError.fileFailed(operation: "write", path: "/dev/full", errno: ENOSPC)
        ) { try PictureFile.writePNG(.film(0), to: "/dev/full") }
    }
}
