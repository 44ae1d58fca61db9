// SPDX-License-Identifier: Apache-2.0

/// The limits of what this module writes and reads.
package enum MediaLimits {
    /// Width and height of a picture or video that is written, in pixels.
    package static let side = 16...8192
    /// Frames of one video that is written: over an hour and a half at 16 a second.
    package static let frames = 1...100_000
    /// Frames per second.
    package static let framesPerSecond = 0.1...1000.0
    /// UTF-8 bytes of the `comment` tag.
    package static let commentBytes = 0...65_536
    /// Quality of a JPEG picture.
    package static let quality = 1...100

    /// Width and height of a picture or video that is read, in pixels.
    package static let sideRead = 1...16_384
    /// Pixels of one still picture: more than a telephone's 50 megapixels.
    ///
    /// With 16 bits and alpha such a picture takes half a gigabyte while it is read.
    package static let stillPixels = 64_000_000
    /// Pixels of one frame of a video: 8192 × 4320.
    ///
    /// A decoder may keep 16 of them.
    package static let framePixels = 36_000_000
    /// Bytes of a file with one still picture, which is read whole.
    package static let stillBytes = 256 << 20
    /// Bytes of the packed remarks and colour profiles of one still picture.
    ///
    /// libav unpacks each to up to a thousand times its size, and keeps it.
    package static let packedBytes = 1 << 20
    /// Bytes of a file with a video, which is read bit by bit.
    package static let videoBytes = 16 << 30
    /// Sound, picture and other streams of one file.
    package static let streams = 64
    /// Bytes that libav may look at to find out what a video holds.
    package static let probeBytes = 8 << 20
    /// Seconds that may pass until a file is opened and understood.
    package static let openingSeconds = 20
    /// Frames decoded by one reader.
    package static let framesDecoded = 100_000
    /// Pixels decoded by one reader: over six minutes of 3840 × 2160 at 60 frames a second.
    package static let pixelsDecoded = 200_000_000_000
    /// Bytes of a video that are looked through, without decoding, to count its frames.
    package static let countedBytes = 64 << 20
    /// Length of a video that is read, in seconds: a day.
    package static let seconds = 86_400.0
    /// Damaged packets in a row that are passed over; the picture before them stays.
    package static let damagedPackets = 2
    /// Packets at the start of a video that may have no picture, because it was cut anywhere.
    package static let leadingPackets = 64
    /// Bytes of any one thing that libav may allocate: the largest picture, with padding.
    package static let allocationBytes = 600 << 20

    /// - Throws: `outOfRange` when a side of a picture to write is beyond ``side``.
    static func check(width: Int, height: Int) throws(MediaError) {
        for (field, value) in [("width", width), ("height", height)] where !side.contains(value) {
            throw .outOfRange(
                field: field, wanted: "\(side.lowerBound) to \(side.upperBound) pixels",
                got: "\(value)")
        }
    }

    /// - Throws: `beyondLimit` when a picture to read is beyond ``sideRead`` or has more than
    ///   `pixels` pixels; `damaged` when it has none.
    static func check(
        width: Int, height: Int, pixels: Int, of path: String
    ) throws(MediaError) {
        guard width > 0, height > 0 else {
            throw .damaged(path: path, second: nil, reason: "its size is \(width)x\(height)")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        let largest = sideRead.upperBound
        guard width <= largest, height <= largest, !overflow, count <= pixels else {
            let megapixels = (Double(width) * Double(height) / 100_000).rounded() / 10
            throw .beyondLimit(
                path: path, got: "its picture is \(width)x\(height) (\(megapixels) megapixels)",
                limit: "at most \(pixels / 1_000_000) megapixels and \(largest) pixels a side",
                advice: "make it smaller")
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
