// SPDX-License-Identifier: Apache-2.0

/// The range of everything that a request may say, in one place.
package enum Limits {
    /// Bytes of a prompt in UTF-8.
    package static let promptBytes = 8 << 10
    /// Bytes of a path in UTF-8.
    package static let pathBytes = 1024
    /// Bytes of the trigger phrase of a style.
    package static let triggerBytes = 256
    /// Bytes of the name of a model or style.
    package static let nameBytes = 64
    /// Pictures under `image`.
    package static let images = 1...8
    package static let panels = 1...64
    /// Columns, and rows, of one picture that holds a grid of panels.
    package static let gridSide = 1...8
    /// Panels of such a grid.
    package static let gridCells = 2...64
    /// Points of an outline.
    package static let outline = 3...256
    /// Each part of a camera move.
    package static let camera = -10.0...10.0
    /// Examples of a style; fewer than `fewExamples` are too few to learn much from.
    package static let examples = 1...200
    package static let fewExamples = 3
    /// Bytes of an example's caption in UTF-8.
    package static let captionBytes = 1 << 10
    /// Of the factors that a style is made of.
    package static let rank = 1...128
    package static let alpha = 0.01...1024.0
    package static let learningRate = 0.000001...0.1
    /// Examples that one training step looks at.
    package static let batch = 1...16
    /// The weight of what the model knew before.
    package static let prior = 0.0...1.0
    package static let trainingSteps = 1...20_000
    /// Files that one request names.
    package static let files = 256
    package static let styles = 1...8
    package static let styleWeight = 0.0...2.0
    /// The number behind the `@` of a style's name.
    package static let styleVersion = 1...9999
    package static let structure = 0.0...1.0
    package static let strength = 0.0...2.0
    package static let tolerance = 0.0...1.0
    /// Pixels along one side of a generated frame.
    package static let side = 16...4096
    /// Pixels of a generated frame: 4096 × 2160.
    package static let framePixels = 4096 * 2160
    /// Pixels along one side of a delivered frame.
    package static let deliveredSide = 16...8192
    /// Pixels of a delivered frame: 8192 × 4320.
    package static let deliveredPixels = 8192 * 4320
    /// One number of an aspect ratio such as 16:9 or 2.39:1.
    package static let ratioPart = 0.1...100.0
    /// Width divided by height of an aspect ratio.
    package static let ratio = 0.125...8.0
    /// Seconds of video, and times inside it.
    package static let seconds = 0.01...600.0
    package static let time = 0.0...600.0
    /// Frames of video; a whole number of 4n + 1.
    package static let frames = 1...36_001
    package static let framesPerSecond = 1.0...60.0
    package static let deliveredFramesPerSecond = 1.0...120.0
    package static let steps = 1...200
    package static let guidance = 0.0...50.0
    package static let shift = 0.01...100.0
    package static let variations = 1...16
    package static let priority = -10...10
    /// Problems of one request that are reported; the rest is counted.
    package static let problems = 50
}
