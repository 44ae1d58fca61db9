// SPDX-License-Identifier: Apache-2.0

/// The kinds of file that a video is stored as.
package enum VideoFormat: String, Sendable, CaseIterable {
    /// H.264 and AAC in MP4: plays everywhere.
    case mp4
    /// VP9 and Opus in WebM: free formats of the web.
    case webm
    /// GIF: 256 colours a picture, no sound, loops for ever.
    case gif
    /// Animated WebP: no sound, loops for ever.
    case webp

    /// What the name of such a file ends in, without the dot.
    package var fileExtension: String { rawValue }

    /// Whether the file can carry sound.
    package var hasSound: Bool { self == .mp4 || self == .webm }
}
