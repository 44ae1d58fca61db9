// SPDX-License-Identifier: Apache-2.0

/// What a request asks for, with all that only this mode takes.
///
/// Two and three are one operator, and four, five and seven are one operator at three structure
/// strengths: they share their payloads.
package enum Mode: Equatable, Sendable {
    case textToVideo
    case textImageToVideo(Animation)
    case imageToVideo(Animation)
    case stylization(Restyling)
    case storyboard(Restyling)
    case mask(Masking)
    case render(Restyling)
    case customization(Customization)

    /// The mode's name.
    package var name: ModeName {
        switch self {
        case .textToVideo: .textToVideo
        case .textImageToVideo: .textImageToVideo
        case .imageToVideo: .imageToVideo
        case .stylization: .stylization
        case .storyboard: .storyboard
        case .mask: .mask
        case .render: .render
        case .customization: .customization
        }
    }
}

extension Mode {
    /// A picture that starts moving.
    package struct Animation: Equatable, Sendable {
        package var image: MediaPath
        package var role: ImageRole
    }

    /// A video or a row of panels that keeps its layout and gets a new look.
    package struct Restyling: Equatable, Sendable {
        package var source: Source
        /// A picture of the wanted look.
        package var image: MediaPath?
        /// How closely the source is followed, 0 to 1.
        package var structure: Double
    }

    /// A video of which only one part changes.
    package struct Masking: Equatable, Sendable {
        package var video: MediaPath
        package var selection: MaskSelection
        package var affect: Affect
        /// A picture of the wanted material.
        package var image: MediaPath?
    }

    /// Examples from which a style is trained.
    package struct Customization: Equatable, Sendable {
        package var examples: [MediaPath]
        /// The name under which other requests use the style.
        package var name: String
        /// The phrase that calls the style up in a prompt.
        package var trigger: String
    }

    /// What a restyling starts from.
    package enum Source: Equatable, Sendable {
        case video(MediaPath)
        /// At least one panel; in the order of the request.
        case panels([Panel])
    }

    /// A picture that the video shows at a time.
    package struct Panel: Equatable, Sendable {
        package var image: MediaPath
        /// Seconds from the start, not negative.
        package var at: Double
    }

    /// What the image of an animation is to the video.
    package enum ImageRole: String, CaseIterable, Sendable {
        case firstFrame = "first-frame"
        case lastFrame = "last-frame"
        /// Content and look only.
        case reference
    }

    /// Which side of the mask changes.
    package enum Affect: String, CaseIterable, Sendable {
        case subject
        case background
    }

    /// How the subject of a mask is found.
    package enum MaskSelection: Equatable, Sendable {
        /// An image or a video in which white means change.
        case file(MediaPath)
        /// A rectangle in fractions of the frame, on the picture at `at` seconds.
        case box(x: Double, y: Double, width: Double, height: Double, at: Double)
        /// Everything near a colour (components 0 to 255, tolerance 0 to 1).
        case color(red: UInt8, green: UInt8, blue: UInt8, tolerance: Double)
    }
}
