// SPDX-License-Identifier: Apache-2.0

import CAV

/// What this machine's libavcodec can write, for whoever wants to know before a job does.
package enum Encoders {
    /// The encoders of a format that are not there, by libavcodec's names; calls
    /// `avcodec_find_encoder_by_name`.
    package static func missing(for format: VideoFormat) -> [String] {
        var names = [EncoderSettings(format).name]
        switch format {
        case .mp4: names.append("aac")
        case .webm: names.append("libopus")
        case .gif, .webp: break
        }
        return names.filter { !isThere($0) }
    }

    /// The same for pictures: posters, and lossless frames.
    package static var missingForPictures: [String] { ["mjpeg", "png"].filter { !isThere($0) } }

    /// The Debian package that has them.
    package static let package = MediaError.codecPackage

    private static func isThere(_ name: String) -> Bool {
        unsafe avcodec_find_encoder_by_name(name) != nil
    }
}
