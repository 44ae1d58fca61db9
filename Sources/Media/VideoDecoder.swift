// SPDX-License-Identifier: Apache-2.0

import CAV

/// Reads the pictures of a file as they are stored, with their exact times and tags.
///
/// Neither turned nor scaled nor resampled: what an encoder wrote comes back. ``ClipReader`` gives
/// what a person sees.
package struct VideoDecoder: ~Copyable {
    /// Size of the stored pictures.
    package let width: Int
    package let height: Int
    /// The average rate of a video; nil for a still picture, or when the file does not say.
    package let frameRate: FrameRate?
    /// How many frames the file says it has, or nil when it does not say.
    package let frameCount: Int?
    /// How long the video lasts, or nil for a still picture, or when the file does not say.
    package let duration: PresentationTime?
    package let colour: ColourTags
    package let comment: String?

    private var source: FrameSource
    private var converter: FrameConverter
    private var decoded: Frame
    private let path: String

    /// Opens the file and finds its pictures.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`, `decoderMissing`.
    package init(path: String) throws(MediaError) {
        let source = try FrameSource(path: path)
        var tags = ColourTags(
            primaries: "unknown", transfer: "unknown", matrix: "unknown", range: "unknown")
        var rate: FrameRate?
        var duration: PresentationTime?
        var count = 0
        if let stream = unsafe source.demuxer?.stream {
            let average = unsafe stream.pointee.avg_frame_rate
            if average.num > 0, average.den > 0 {
                rate = try FrameRate(numerator: Int(average.num), denominator: Int(average.den))
            }
            let length = unsafe stream.pointee.duration
            if length != cav_no_timestamp() {
                duration = try Self.time(length, unsafe stream.pointee.time_base, path)
            }
            count = unsafe Int(stream.pointee.nb_frames)
            if let parameters = unsafe stream.pointee.codecpar {
                tags = unsafe ColourTags(parameters)
            }
        }
        (width, height) = (source.width, source.height)
        (colour, comment) = (tags, source.demuxer?.comment)
        (frameRate, self.duration, frameCount) = (rate, duration, count > 0 ? count : nil)
        self.source = source
        self.path = path
        decoded = Frame()
        converter = FrameConverter(size: nil, path: path)
    }

    /// The next picture, or nil after the last.
    ///
    /// - Throws: `damaged`, `beyondLimit`, `fileFailed`; `notMedia` when the size changes.
    package mutating func next() throws(MediaError) -> TimedPicture? {
        guard try source.next(&decoded) != nil else { return nil }
        guard decoded.width == width, decoded.height == height else {
            throw .notMedia(
                path: path,
                reason: "its size changes from \(width)x\(height) to "
                    + "\(decoded.width)x\(decoded.height)")
        }
        let appearance = Appearance(
            orientation: .upright, pixelShape: 1, isVideo: source.demuxer != nil)
        let picture = try converter.picture(of: decoded, appearance)
        let stamp = unsafe decoded.pointer.pointee.best_effort_timestamp
        guard let stream = unsafe source.demuxer?.stream, stamp != cav_no_timestamp() else {
            return TimedPicture(
                picture: picture, time: PresentationTime(numerator: 0, denominator: 1))
        }
        return TimedPicture(
            picture: picture, time: try unsafe Self.time(stamp, stream.pointee.time_base, path))
    }

    /// `ticks` of a file's own clock; a damaged file can claim any number.
    private static func time(
        _ ticks: Int64, _ tick: AVRational, _ path: String
    ) throws(MediaError) -> PresentationTime {
        let (numerator, overflow) = Int(ticks).multipliedReportingOverflow(by: Int(tick.num))
        guard !overflow, tick.den > 0 else {
            throw .damaged(path: path, second: nil, reason: "its clock makes no sense")
        }
        return PresentationTime(numerator: numerator, denominator: Int(tick.den))
    }
}
