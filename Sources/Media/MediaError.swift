// SPDX-License-Identifier: Apache-2.0

import CAV
import Glibc

/// What can go wrong between pictures and media files.
package enum MediaError: Error, Equatable, Sendable {
    /// A value is beyond its limit in ``MediaLimits``.
    case outOfRange(field: String, wanted: String, got: String)
    /// The installed libav has no encoder of this name; the Debian package `package` brings it.
    case encoderMissing(encoder: String, package: String)
    /// The installed libav has no decoder for this codec; the Debian package `package` brings it.
    case decoderMissing(codec: String, package: String)
    /// The system refused an operation on a file: no such folder, no permission, no space.
    case fileFailed(operation: String, path: String, errno: Int32)
    /// libav failed otherwise; `detail` holds its own words.
    case libavFailed(operation: String, path: String, detail: String)
    /// A video was written, and its comment cannot be read back from it.
    case commentLost(path: String)
    /// The file is not a picture or video that this module reads; `reason` ends in what to do.
    case notMedia(path: String, reason: String)
    /// The file is of a kind that is read, but broken; in a video, from `second` on.
    case damaged(path: String, second: Double?, reason: String)
    /// The file holds more than ``MediaLimits`` allow.
    case beyondLimit(path: String, got: String, limit: String, advice: String)
}

extension MediaError {
    /// The file that the error is about, or nil when it is about a value.
    package var path: String? {
        switch self {
        case .outOfRange, .encoderMissing, .decoderMissing: nil
        case .fileFailed(_, let path, _), .libavFailed(_, let path, _), .commentLost(let path),
            .notMedia(let path, _), .damaged(let path, _, _), .beyondLimit(let path, _, _, _):
            path
        }
    }

    /// The same error about a file that the reader of the message knows by another name, such as
    /// the one in the request.
    package func naming(_ name: String) -> MediaError {
        switch self {
        case .outOfRange, .encoderMissing, .decoderMissing: self
        case .fileFailed(let operation, _, let errno):
            .fileFailed(operation: operation, path: name, errno: errno)
        case .libavFailed(let operation, _, let detail):
            .libavFailed(operation: operation, path: name, detail: detail)
        case .commentLost: .commentLost(path: name)
        case .notMedia(_, let reason): .notMedia(path: name, reason: reason)
        case .damaged(_, let second, let reason):
            .damaged(path: name, second: second, reason: reason)
        case .beyondLimit(_, let got, let limit, let advice):
            .beyondLimit(path: name, got: got, limit: limit, advice: advice)
        }
    }
}

extension MediaError: CustomStringConvertible {
    /// One sentence for a person who has never heard of libav.
    package var description: String {
        switch self {
        case .outOfRange(let field, let wanted, let got):
            "'\(field)' must be \(wanted), got \(got)"
        case .encoderMissing(let encoder, let package):
            "the installed libav has no encoder '\(encoder)'; the Debian package '\(package)' "
                + "brings it: apt install \(package)"
        case .decoderMissing(let codec, let package):
            "the installed libav has no decoder for '\(codec)'; the Debian package '\(package)' "
                + "brings it: apt install \(package)"
        case .fileFailed(let operation, let path, let errno):
            "cannot \(operation) '\(path)': \(libavText(-errno))"
                + Self.advice(errno, reading: operation == "open" || operation == "read")
        case .libavFailed(let operation, let path, let detail):
            "cannot \(operation) '\(path)': \(detail)"
        case .commentLost(let path):
            "'\(path)' was written without its comment, which says how it was made; the installed "
                + "libav loses it, and another version may not"
        case .notMedia(let path, let reason):
            "'\(path)' cannot be used: \(reason)"
        case .damaged(let path, let second, let reason):
            "'\(path)' is damaged\(Self.place(second)): \(reason); "
                + "copy it again from where it came, or save it anew"
        case .beyondLimit(let path, let got, let limit, let advice):
            "'\(path)' cannot be used: \(got), but this program reads \(limit); \(advice)"
        }
    }

    private static func place(_ second: Double?) -> String {
        second.map { " at second \(($0 * 10).rounded() / 10)" } ?? ""
    }

    /// What to do about the errors that a user can do something about.
    private static func advice(_ errno: Int32, reading: Bool) -> String {
        switch errno {
        case EACCES where reading, EPERM where reading: "; make the file readable for this user"
        case ENOENT where reading, ENOTDIR where reading: "; check the name"
        case ENOSPC, EDQUOT: "; free some space and try again"
        case EACCES, EPERM, EROFS: "; make the folder writable for this user"
        case ENOENT, ENOTDIR: "; create the folder first"
        case EFBIG: "; raise the limit on the size of files"
        default: ""
        }
    }

    /// The error for a libav call on a file: negative errno values keep their number.
    ///
    /// libav returns `AVERROR(errno)`, which is `-errno`, for what the system refused, and four
    /// letter tags far below for everything else.
    static func file(_ operation: String, _ path: String, code: Int32) -> MediaError {
        (-4095 ... -1).contains(code)
            ? .fileFailed(operation: operation, path: path, errno: -code)
            : libav(operation, path, code: code)
    }

    /// The error for a libav call that has nothing to do with the file system.
    static func libav(_ operation: String, _ path: String, code: Int32) -> MediaError {
        .libavFailed(operation: operation, path: path, detail: libavWords(code))
    }

    /// libav's words for a return code, and its last complaint where there was one.
    static func libavWords(_ code: Int32) -> String {
        let words = libavText(code)
        return Diagnostics.lastError.map { "\(words) (\($0))" } ?? words
    }

    /// The Debian package of the libavcodec this program runs with.
    ///
    /// `libavcodec59` has every encoder used here; a build from elsewhere may not.
    static var codecPackage: String { "libavcodec\(avcodec_version() >> 16)" }
}

/// libav's or the system's words for a return code.
///
/// Calls `av_strerror`, which is locale-free here because nobody calls `setlocale`.
private func libavText(_ code: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let text = buffer.baseAddress else { return "error \(code)" }
        // A negative return only means that the text is the generic "Error number … occurred".
        _ = unsafe av_strerror(code, text, buffer.count)
        return unsafe String(cString: text)
    }
}
