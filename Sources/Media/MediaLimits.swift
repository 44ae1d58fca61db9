// SPDX-License-Identifier: Apache-2.0

/// The limits of what this module writes and reads.
package enum MediaLimits {
    /// Width and height of a picture or video, in pixels.
    package static let side = 16...8192
    /// Frames of one video: over an hour and a half at 16 a second.
    package static let frames = 1...100_000
    /// Frames per second.
    package static let framesPerSecond = 0.1...1000.0
    /// UTF-8 bytes of the `comment` tag.
    package static let commentBytes = 0...65_536
    /// Quality of a JPEG picture.
    package static let quality = 1...100

    /// - Throws: `outOfRange` when a side of a picture is beyond ``side``.
    static func check(width: Int, height: Int) throws(MediaError) {
        for (field, value) in [("width", width), ("height", height)] where !side.contains(value) {
            throw .outOfRange(
                field: field, wanted: "\(side.lowerBound) to \(side.upperBound) pixels",
                got: "\(value)")
        }
    }

    /// - Throws: `outOfRange` when a comment is too long, or has a NUL, which would end it early.
    static func check(comment: String) throws(MediaError) {
        let bytes = comment.utf8.count
        guard commentBytes.contains(bytes) else {
            throw .outOfRange(
                field: "comment", wanted: "at most \(commentBytes.upperBound) bytes",
                got: "\(bytes) bytes")
        }
        guard !comment.utf8.contains(0) else {
            throw .outOfRange(field: "comment", wanted: "text", got: "text with a NUL character")
        }
    }
}
