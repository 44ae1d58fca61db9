// SPDX-License-Identifier: Apache-2.0

/// A request that has been understood and found valid; `nil` means "the model's own".
package struct Request: Equatable, Sendable {
    package var mode: Mode
    /// What is to be seen; empty where the mode needs no words.
    package var prompt: String
    /// What is not to be seen; the model's own when absent, nothing when empty.
    package var negativePrompt: String?
    /// Trained styles, at most ``Limits/styles``.
    package var styles: [StyleChoice]
    /// Weight of the control branch, 0 to 2.
    package var strength: Double
    package var size: FrameSize?
    package var length: Length?
    /// The native rate of the generated frames.
    package var framesPerSecond: Double?
    package var delivery: Delivery?
    /// The noise; absent when the engine is to draw one (and record it).
    package var seed: UInt64?
    /// Of the sampler; in ``ModeName/customization`` of the training.
    package var steps: Int?
    package var guidance: Double?
    package var shift: Double?
    /// How many videos; each next one adds 1 to the seed.
    package var variations: Int
    package var format: Format
    /// What the video says of this request; the service's own when absent, as for `mark`.
    package var metadata: Metadata?
    /// Whether a small "AI" stands in a corner of the pictures.
    package var mark: Bool?
    /// Whether the last frame leads to the first.
    package var loop: Bool
    /// Whether a quick look is wanted: few steps, small, one contact sheet.
    package var preview: Bool
    /// The name of a model folder.
    package var model: String?
    /// −10 to 10; greater is earlier.
    package var priority: Int
    /// The keys that are from a `defaults.json`.
    package var defaults: [Default]
    /// What the request says in vain, one sentence each, for the result's `warnings`.
    package var warnings: [String]
}

extension Request {
    /// A trained style and how much of it.
    package struct StyleChoice: Equatable, Sendable {
        package var name: StyleName
        /// 0 to 2; 1 unless the request says otherwise.
        package var weight: Double
        /// Whether the phrase that calls the style up is added to a prompt that has it not.
        package var trigger: Bool

        /// Chooses a style.
        package init(name: StyleName, weight: Double = 1, trigger: Bool = true) {
            self.name = name
            self.weight = weight
            self.trigger = trigger
        }
    }

    /// The size of the generated frames; which multiples are possible is the model's business.
    package enum FrameSize: Equatable, Sendable {
        case exact(width: Int, height: Int)
        /// Width to height as written, such as 16 to 9.
        case ratio(width: Double, height: Double)
    }

    /// How long the video is.
    package enum Length: Equatable, Sendable {
        case seconds(Double)
        /// Always 4n + 1.
        case frames(Int)
    }

    /// What is made of the generated frames afterwards; at least one of the two is set.
    package struct Delivery: Equatable, Sendable {
        package var width: Int?
        package var height: Int?
        package var framesPerSecond: Double?
    }

    /// The container and codec of the result.
    package enum Format: String, CaseIterable, Sendable {
        case mp4
        case webm
        case gif
        case webp
        /// Lossless frames in a folder.
        case png
    }

    /// Every file that the request names, in the order of its keys, each once.
    package var media: [MediaPath] {
        var paths: [MediaPath] = []
        switch mode {
        case .textToVideo: break
        case .textImageToVideo(let animation), .imageToVideo(let animation):
            paths = animation.images.map(\.path)
        case .stylization(let restyling), .storyboard(let restyling), .render(let restyling):
            paths = restyling.images
            switch restyling.source {
            case .video(let path): paths.append(path)
            case .panels(let panels): paths += panels.map(\.image)
            case .sheet(let image, _, _, _): paths.append(image)
            }
        case .mask(let masking):
            paths = masking.images + [masking.video]
            if case .file(let path, _) = masking.selection { paths.append(path) }
        case .customization(let customization):
            paths = customization.examples.map(\.path)
        }
        var seen: Set<MediaPath> = []
        return paths.filter { seen.insert($0).inserted }
    }
}
