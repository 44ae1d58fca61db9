// SPDX-License-Identifier: Apache-2.0

/// The eight modes by the name that a request writes.
package enum ModeName: String, CaseIterable, Sendable {
    case textToVideo = "text-to-video"
    case textImageToVideo = "text-image-to-video"
    case imageToVideo = "image-to-video"
    case stylization
    case storyboard
    case mask
    case render
    case customization

    /// The mode's number, 1 to 8; a request may write it as `4` or `"04"` instead of the name.
    package var number: Int {
        switch self {
        case .textToVideo: 1
        case .textImageToVideo: 2
        case .imageToVideo: 3
        case .stylization: 4
        case .storyboard: 5
        case .mask: 6
        case .render: 7
        case .customization: 8
        }
    }

    /// The mode with this number, if there is one.
    package init?(number: Int) {
        guard let mode = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = mode
    }
}
