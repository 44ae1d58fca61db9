// SPDX-License-Identifier: Apache-2.0

/// What a file turned out to be.
package struct MediaFacts: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// One picture, in whatever container.
        case still
        case moving
    }

    package var kind: Kind
    /// Size in square pixels, upright.
    package var width: Int
    package var height: Int
    /// From the first picture to the end of the last; nil for stills.
    ///
    /// Counted, or as the container says where the file has more than
    /// ``MediaLimits/countedBytes``.
    package var seconds: Double?
    /// On average; nil for stills.
    package var framesPerSecond: Double?
    package var hasSound: Bool

    package init(
        kind: Kind, width: Int, height: Int, seconds: Double? = nil,
        framesPerSecond: Double? = nil, hasSound: Bool = false
    ) {
        (self.kind, self.width, self.height) = (kind, width, height)
        (self.seconds, self.framesPerSecond, self.hasSound) = (seconds, framesPerSecond, hasSound)
    }
}

/// Finds out about media files.
package enum MediaFile {
    /// Opens a file, decodes its first picture and counts the rest without decoding it.
    ///
    /// What is found broken or beyond the limits here costs no model its time. Bounded by
    /// ``MediaLimits``, however long the file is.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`, `decoderMissing`.
    package static func facts(of path: String) throws(MediaError) -> MediaFacts {
        var source = try FrameSource(path: path)
        var frame = Frame()
        // The first call gives a frame or throws.
        _ = try source.next(&frame)
        let appearance = source.appearance(of: frame)
        let size = appearance.size(width: frame.width, height: frame.height)
        _ = try SampleFormat(frame, isVideo: appearance.isVideo, path: path)
        guard let demuxer = source.demuxer else {
            return MediaFacts(kind: .still, width: size.width, height: size.height)
        }
        try source.countPackets()
        let count = source.count
        var facts = MediaFacts(
            kind: count.packets > 1 ? .moving : .still, width: size.width, height: size.height,
            hasSound: demuxer.hasSound)
        guard facts.kind == .moving else { return facts }
        let average = source.averageRate > 0 ? source.averageRate : nil
        if source.isAtEnd {
            let seconds = count.seconds(tick: source.tick)
            facts.seconds = seconds ?? average.map { Double(count.packets) / $0 }
            facts.framesPerSecond = facts.seconds.map { Double(count.packets) / $0 } ?? average
        } else {
            facts.seconds = demuxer.seconds ?? count.seconds(tick: source.tick)
            facts.framesPerSecond =
                average ?? count.seconds(tick: source.tick).map { Double(count.packets) / $0 }
        }
        return facts
    }
}
