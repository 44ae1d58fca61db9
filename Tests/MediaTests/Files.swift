// SPDX-License-Identifier: Apache-2.0

import Glibc
import Media

/// All bytes of a file.
func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw MissingFile(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
        bytes += chunk.prefix(count)
    }
    return bytes
}

/// Creates a file with these bytes.
func create(_ path: String, _ bytes: [UInt8]) throws {
    guard let file = fopen(path, "wb") else { throw MissingFile(path: path) }
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
}

struct MissingFile: Error { var path: String }

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// How many descriptors of this process are open on `path`.
func openHandles(on path: String) -> Int {
    (0..<1024).count { descriptor in
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/fd/\(descriptor)", &target, target.count - 1)
        return length > 0
            && target.prefix(length).map { UInt8(bitPattern: $0) } == Array(path.utf8)
    }
}

/// Encodes pictures of one size, with a default for everything a test is not about.
func encode(
    _ pictures: [Picture], to path: String, rate: Double = 16, comment: String = ""
) throws {
    var encoder = try VideoEncoder(
        path: path, width: pictures[0].width, height: pictures[0].height,
        framesPerSecond: try FrameRate(rate), comment: comment)
    for picture in pictures { try encoder.append(picture) }
    try encoder.finish()
}

/// All pictures of a file.
func decode(_ path: String) throws -> [TimedPicture] {
    var decoder = try VideoDecoder(path: path)
    var pictures: [TimedPicture] = []
    while let picture = try decoder.next() { pictures.append(picture) }
    return pictures
}
