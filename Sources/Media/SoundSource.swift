// SPDX-License-Identifier: Apache-2.0

/// The file whose sound a video gets: that of the video it was made from.
package struct SoundSource: Sendable, Equatable {
    /// A file with a sound stream; the first one is taken, and none is no error.
    package var path: String
    /// How much of it, from the moment of its first picture on; not less than 0.
    package var seconds: Double

    package init(path: String, seconds: Double) {
        precondition(seconds >= 0, "sound of \(seconds) seconds")
        self.path = path
        self.seconds = seconds
    }
}
