// SPDX-License-Identifier: Apache-2.0

/// How pixels are computed when a picture changes its size.
package enum Scaling: Sendable {
    /// Lanczos over three pixels, widened with the step when shrinking, so nothing flickers.
    case smooth
    /// The nearest pixel, for masks: no new values.
    case nearest
}

/// How a picture fits a size of another shape.
package enum Framing: Sendable {
    /// Scaled until it fills, then cut evenly at both ends.
    case cover
    /// Scaled in width and height on their own.
    case stretch
}

/// What is seen through transparent pixels.
package struct Background: Sendable, Equatable {
    package let red: UInt8
    package let green: UInt8
    package let blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    package static let white = Background(red: 255, green: 255, blue: 255)
    package static let black = Background(red: 0, green: 0, blue: 0)
}

/// Where a picture of one size lands in a frame of another: scaled, then cut.
struct Fit: Equatable {
    var scaledWidth: Int
    var scaledHeight: Int
    var left: Int
    var top: Int

    /// Fits a picture of `width` × `height` into `frame`; centred, the odd pixel goes right or down.
    init(
        width: Int, height: Int, into frame: (width: Int, height: Int), _ framing: Framing
    ) {
        (scaledWidth, scaledHeight) = frame
        if framing == .cover {
            // Compared as products, exactly.
            if width * frame.height > height * frame.width {
                scaledWidth = max(
                    frame.width, (2 * width * frame.height + height) / (2 * height))
            } else {
                scaledHeight = max(
                    frame.height, (2 * height * frame.width + width) / (2 * width))
            }
        }
        left = (scaledWidth - frame.width) / 2
        top = (scaledHeight - frame.height) / 2
    }
}
