// SPDX-License-Identifier: Apache-2.0

import CAV
import Glibc

/// Writes single pictures as JPEG and PNG files, with the statement that a model made them.
///
/// The file is created or replaced in place and closed on return, also after an error; an
/// incomplete file may then stand at its path, and the caller removes it.
package enum PictureFile {
    /// Writes a baseline JPEG: 4:4:4, full range as JFIF defines it.
    ///
    /// - Parameters:
    ///   - picture: 16…8192 pixels wide and high.
    ///   - path: where the file goes; its folder exists.
    ///   - quality: 1 (smallest) to 100 (best), on the scale of the IJG library.
    ///   - encoderName: libavcodec's name of the encoder; tests ask for one that does not exist.
    /// - Throws: `outOfRange`, `encoderMissing`, `libavFailed`, `fileFailed`.
    package static func writeJPEG(
        _ picture: Picture, to path: String, quality: Int = 92, encoderName: String = "mjpeg"
    ) throws(MediaError) {
        guard MediaLimits.quality.contains(quality) else {
            throw .outOfRange(
                field: "quality",
                wanted: "\(MediaLimits.quality.lowerBound) to \(MediaLimits.quality.upperBound)",
                got: "\(quality)")
        }
        let (width, height) = (picture.width, picture.height)
        try MediaLimits.check(width: width, height: height)
        var encoder = try FrameEncoder(
            named: encoderName, path: path, width: width, height: height, layout: .jpeg)
        unsafe encoder.context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        unsafe encoder.context.pointee.qmin = 1
        unsafe encoder.context.pointee.global_quality = quantizer(quality) * FF_QP2LAMBDA
        try encoder.open()
        var source = Frame(width: width, height: height, layout: .rgb)
        source.load(picture)
        var frame = Frame(width: width, height: height, layout: .jpeg)
        var scaler = try Scaler(width: width, height: height, from: .rgb, to: .jpeg)
        scaler.convert(source, into: &frame)
        unsafe frame.pointer.pointee.quality = encoder.context.pointee.global_quality
        try write(SourceStatement.added(toJPEG: encode(&encoder, frame)), to: path)
    }

    /// Writes a PNG of exactly these pixels: RGB, 8 bits, marked as sRGB.
    ///
    /// - Parameters:
    ///   - picture: 16…8192 pixels wide and high.
    ///   - path: where the file goes; its folder exists.
    ///   - encoderName: libavcodec's name of the encoder; tests ask for one that does not exist.
    /// - Throws: `outOfRange`, `encoderMissing`, `libavFailed`, `fileFailed`.
    package static func writePNG(
        _ picture: Picture, to path: String, encoderName: String = "png"
    ) throws(MediaError) {
        let (width, height) = (picture.width, picture.height)
        try MediaLimits.check(width: width, height: height)
        var encoder = try FrameEncoder(
            named: encoderName, path: path, width: width, height: height, layout: .rgb)
        try encoder.open(options: [("pred", "mixed")])
        var frame = Frame(width: width, height: height, layout: .rgb)
        unsafe frame.pointer.pointee.color_primaries = AVCOL_PRI_BT709
        unsafe frame.pointer.pointee.color_trc = AVCOL_TRC_IEC61966_2_1
        frame.load(picture)
        try write(SourceStatement.added(toPNG: encode(&encoder, frame)), to: path)
    }

    /// The MPEG quantizer scale, 1…31, whose steps are about those of an IJG quality.
    ///
    /// IJG scales its table by 5000/q percent below 50 and by 200 − 2q from there
    /// (`jpeg_quality_scaling` in libjpeg's `jcparam.c`); libavcodec scales a similar table by
    /// quantizer/8.
    private static func quantizer(_ quality: Int) -> Int32 {
        let percent = quality < 50 ? 5000 / quality : 200 - 2 * quality
        return Int32(min(31, max(1, (percent * 8 + 50) / 100)))
    }

    private static func encode(
        _ encoder: inout FrameEncoder, _ frame: borrowing Frame
    ) throws(MediaError) -> [UInt8] {
        var packet = Packet()
        try encoder.send(frame)
        try encoder.drain()
        guard try encoder.receive(&packet) else {
            throw .libavFailed(
                operation: "encode", path: encoder.path, detail: "the encoder gave nothing")
        }
        return packet.bytes
    }

    /// Calls `open`, `write` and `close`.
    private static func write(_ bytes: [UInt8], to path: String) throws(MediaError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw .fileFailed(operation: "create", path: path, errno: errno)
        }
        var written = 0
        var failure: Int32 = 0
        while written < bytes.count, failure == 0 {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count >= 0 { written += count } else if errno != EINTR { failure = errno }
        }
        // Network file systems report a full disk only here.
        if close(descriptor) != 0, failure == 0 { failure = errno }
        guard failure == 0 else {
            throw .fileFailed(operation: "write", path: path, errno: failure)
        }
    }
}
