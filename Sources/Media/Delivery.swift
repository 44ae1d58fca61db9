// SPDX-License-Identifier: Apache-2.0

/// How a video is stored where that differs from how its pictures were made.
///
/// A nil field leaves things as they are, but a lone side takes the other along so that shapes keep
/// their proportions. Where both sides are given and their proportion differs from that of the
/// pictures, the pictures fill the video and what sticks out is cut off, the same on both ends:
/// nothing is squeezed, and there are no black bars.
package struct Delivery: Sendable, Equatable {
    /// 16…8192 pixels.
    package var width: Int?
    /// 16…8192 pixels.
    package var height: Int?
    /// Pictures in between are made by following motion, not by repeating pictures.
    package var framesPerSecond: FrameRate?

    package init(width: Int? = nil, height: Int? = nil, framesPerSecond: FrameRate? = nil) {
        self.width = width
        self.height = height
        self.framesPerSecond = framesPerSecond
    }

    /// Pictures are stored as they are made.
    package static let unchanged = Delivery()
}
