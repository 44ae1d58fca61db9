// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The media files of Tests/Samples, made by `make_samples` there.
package enum Samples {
    /// The folder.
    package static let folder = String(
        #filePath.dropLast("TestSupport/Samples.swift".count) + "Samples")

    /// The path of a sample.
    package static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// The content of a sample.
    package static func bytes(_ name: String) throws -> [UInt8] {
        guard let file = fopen(path(name), "rbe") else { throw Refused(path: path(name)) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    /// The first part of a sample.
    static func start(_ name: String, _ part: Double) throws -> [UInt8] {
        let content = try bytes(name)
        return Array(content.prefix(Int(Double(content.count) * part)))
    }

    /// Bytes without meaning, the same on every run.
    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 7
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
    }

    /// Where a four-letter name begins.
    static func find(_ name: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(name.utf8)
        return bytes.indices.dropLast(wanted.count).first {
            bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }

    /// Creates a file.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wbe") else { throw Refused(path: path) }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw Refused(path: path) }
    }

    /// A call that a test needs was refused.
    package struct Refused: Error {
        let path: String
        let reason = errno
    }
}
