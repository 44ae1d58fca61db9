// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media
import TestSupport
import Testing

@Suite struct VideoEncoderErrorTests {
    private func encoder(
        _ path: String, width: Int = 64, height: Int = 48, comment: String = "",
        encoderName: String = "libx264"
    ) throws -> VideoEncoder {
        try VideoEncoder(
            path: path, width: width, height: height, framesPerSecond: try FrameRate(16),
            comment: comment, encoderName: encoderName)
    }

    @Test func `a missing encoder names its Debian package and leaves no file`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            let error = #expect(throws: MediaError.self) {
                _ = try encoder(path, encoderName: "libx264-absent")
            }
            #expect(
                error?.description
                    == "the installed libav has no encoder 'libx264-absent'; the Debian package "
                    + "'libavcodec59' brings it: apt install libavcodec59")
            #expect(!exists(path))
        }
    }

    @Test func `an encoder that cannot do this is an error, not a crash`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            let error = #expect(throws: MediaError.self) {
                _ = try encoder(path, encoderName: "png")
            }
            guard case .libavFailed = error else {
                Issue.record("got \(String(describing: error))")
                return
            }
            #expect(!exists(path))
        }
    }

    @Test func `a missing folder is named`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/absent/film.mp4"
            let error = #expect(throws: MediaError.self) { _ = try encoder(path) }
            #expect(error == .fileFailed(operation: "create", path: path, errno: ENOENT))
            #expect(
                error?.description
                    == "cannot create '\(path)': No such file or directory; create the folder first"
            )
        }
    }

    @Test func `a file in place of the folder is an error`() throws {
        try withTemporaryDirectory { directory in
            try create("\(directory)/file", [1])
            let path = "\(directory)/file/film.mp4"
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: path, errno: ENOTDIR)
            ) { _ = try encoder(path) }
        }
    }

    @Test func `a folder in place of the file is an error`() throws {
        try withTemporaryDirectory { directory in
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: directory, errno: EISDIR)
            ) { _ = try encoder(directory) }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a folder without write permission is an error`() throws {
        try withTemporaryDirectory { directory in
            chmod(directory, 0o500)
            defer { chmod(directory, 0o700) }
            let path = "\(directory)/film.mp4"
            #expect(
                throws: MediaError.fileFailed(operation: "create", path: path, errno: EACCES)
            ) { _ = try encoder(path) }
        }
    }

    // Writes to /dev/full fail with ENOSPC, full(4).
    @Test func `a full disk is an error, whenever it shows`() throws {
        let path = "/dev/full"
        let full = MediaError.fileFailed(operation: "write", path: path, errno: ENOSPC)
        #expect(throws: full) {
            try encode([.film(0)], to: path, comment: "shows when the file is closed")
        }
        #expect(throws: full) {
            // Enough bytes to leave libav's buffer long before the end.
            try encode(
                (1...30).map { .noise(width: 160, height: 128, seed: UInt64($0)) }, to: path)
        }
        #expect(
            full.description == "cannot write '/dev/full': No space left on device; "
                + "free some space and try again")
        #expect(openHandles(on: path) == 0)
    }

    @Test func `an abandoned encoder closes its file`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            do {
                var abandoned = try encoder(path)
                try abandoned.append(.film(0))
                #expect(openHandles(on: path) == 1)
            }
            #expect(openHandles(on: path) == 0)
        }
    }

    @Test func `a finished encoder closes its file`() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            try encode([.film(0)], to: path)
            #expect(openHandles(on: path) == 0)
        }
    }

    @Test(arguments: [
        (15, 48, "width", 15), (64, 0, "height", 0), (8193, 16, "width", 8193),
        (16, -4, "height", -4), (16, 9000, "height", 9000),
    ])
    func `a side beyond the limits is refused`(
        width: Int, height: Int, field: String, got: Int
    ) throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/film.mp4"
            let error = #expect(throws: MediaError.self) {
                _ = try encoder(path, width: width, height: height)
            }
            #expect(error?.description == "'\(field)' must be 16 to 8192 pixels, got \(got)")
            #expect(!exists(path))
        }
    }

    @Test func `a comment beyond the limit is refused`() {
        #expect(
            throws: MediaError.outOfRange(
                field: "comment", wanted: "at most 65536 bytes", got: "65537 bytes")
        ) {
            _ = try encoder("/absent/film.mp4", comment: String(repeating: "x", count: 65_537))
        }
    }

    @Test func `a comment that a NUL would cut short is refused`() {
        #expect(
            throws: MediaError.outOfRange(
                field: "comment", wanted: "text", got: "text with a NUL character")
        ) { _ = try encoder("/absent/film.mp4", comment: "one\0two") }
    }

    @Test func `a picture of another size is the caller's bug`() async {
        await #expect(processExitsWith: .failure) {
            var encoder = try VideoEncoder(
                path: "/dev/null", width: 64, height: 48, framesPerSecond: try FrameRate(16),
                comment: "")
            try encoder.append(
                Picture(width: 48, height: 64, pixels: [UInt8](repeating: 0, count: 48 * 64 * 3)))
        }
    }
}
