// SPDX-License-Identifier: Apache-2.0

/// What a finished video file holds.
package struct StoredVideo: Sendable, Equatable {
    /// Pixels.
    package let width: Int
    /// Pixels.
    package let height: Int
    /// Pictures in the file, which a ``Delivery`` may have changed.
    package let frames: Int
    package let framesPerSecond: FrameRate
    /// Whether the file carries sound.
    package let hasSound: Bool
    /// Why sound that was asked for is missing or cut short, as a sentence; nil when all went well
    /// and also when the source is silent.
    package let soundProblem: String?

    package init(
        width: Int, height: Int, frames: Int, framesPerSecond: FrameRate, hasSound: Bool,
        soundProblem: String?
    ) {
        self.width = width
        self.height = height
        self.frames = frames
        self.framesPerSecond = framesPerSecond
        self.hasSound = hasSound
        self.soundProblem = soundProblem
    }
}
