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
    /// Pictures that start moving.
    package struct Animation: Equatable, Sendable {
        /// At least one, in the order of the request; at most one is the first frame and at most
        /// one the last.
        package var images: [DrivingImage]
        /// How the camera moves; only with a first frame and without a last one.
        package var camera: CameraMove?
    }

    /// A picture and what it is to the video.
    package struct DrivingImage: Equatable, Sendable {
        package var path: MediaPath
        package var role: ImageRole
    }

    /// What an image of an animation is to the video.
    package enum ImageRole: String, CaseIterable, Sendable {
        case firstFrame = "first-frame"
        case lastFrame = "last-frame"
        /// Content and look only.
        case reference
    }

    /// A video or a row of panels that keeps its layout and gets a new look.
    package struct Restyling: Equatable, Sendable {
        package var source: Source
        /// Pictures of the wanted look, at most ``Limits/images``.
        package var images: [MediaPath]
        /// How closely a video is followed, 0 to 1.
        package var structure: Double
    }

    /// A video of which only one part changes.
    package struct Masking: Equatable, Sendable {
        package var video: MediaPath
        package var selection: MaskSelection
        package var affect: Affect
        /// Pictures of the wanted material, at most ``Limits/images``.
        package var images: [MediaPath]
    }

    /// Which side of the mask changes.
    package enum Affect: String, CaseIterable, Sendable {
        case subject
        case background
    }

    /// Examples from which a style is trained.
    package struct Customization: Equatable, Sendable {
        /// At most ``Limits/examples``, no file twice.
        package var examples: [Example]
        /// The name under which other requests use the style.
        package var name: String
        /// The phrase that calls the style up in a prompt.
        package var trigger: String
        /// Of the factors that are trained; the engine's own when absent, as in all that follow.
        package var rank: Int?
        /// What the factors' product counts for, times the rank.
        package var alpha: Double?
        package var learningRate: Double?
        /// Examples that each training step looks at.
        package var batch: Int?
        /// How much clips of the untrained model count, so that it does not forget; 0 is not at all.
        package var prior: Double?
    }

    /// A picture or clip that shows a style, and what is to be seen on it.
    package struct Example: Equatable, Sendable {
        package var path: MediaPath
        package var kind: ExampleKind
        /// Absent where only the trigger says what it is.
        package var caption: String?
    }

    /// What a request says that an example is.
    package enum ExampleKind: Equatable, Sendable {
        /// Only a name: the file itself says it.
        case either
        case image
        case video
    }
}
