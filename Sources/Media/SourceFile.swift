// SPDX-License-Identifier: Apache-2.0

import CAV
import Glibc

/// One regular file, opened once: the only way by which bytes reach libav.
///
/// libav never gets a path, so nothing in a file can make it open another file or the network.
final class SourceFile {
    let path: String
    let kind: MediaKind
    let size: Int
    /// The length that the file says it has; 0 when its start does not say.
    let statedLength: Int

    private let descriptor: Int32
    /// Where libav reads next.
    private var position = 0
    /// When opening has taken too long, in nanoseconds of the monotonic clock; nil for never.
    private var deadline: Int?

    /// Opens the file and tells its kind by its first bytes.
    ///
    /// Calls `open`, `fstat` and `pread`.
    ///
    /// - Throws: `fileFailed` when it cannot be read, `notMedia` when it is something else,
    ///   `beyondLimit` when it has too many bytes.
    init(path: String) throws(MediaError) {
        // O_NONBLOCK: opening a named pipe must not wait for a writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            throw .fileFailed(operation: "open", path: path, errno: errno)
        }
        do throws(MediaError) {
            size = try Self.size(of: descriptor, path)
            let start = try Self.bytes(
                of: descriptor, at: 0, count: MediaKind.signatureBytes, path)
            kind = try MediaKind(firstBytes: start, path: path)
            statedLength = StatedLength.stated(by: start, kind: kind)
            let largest = kind.isPicture ? MediaLimits.stillBytes : MediaLimits.videoBytes
            guard size <= largest else {
                throw .beyondLimit(
                    path: path, got: "it has \(size >> 20) MiB",
                    limit: "at most \(largest >> 20) MiB of "
                        + (kind.isPicture ? "one picture" : "video"), advice: "make it smaller")
            }
        } catch {
            // Nothing was written, so closing has nothing to lose.
            _ = close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = close(descriptor) }

    /// The whole content, at most ``MediaLimits/stillBytes``.
    func content() throws(MediaError) -> [UInt8] {
        try Self.bytes(of: descriptor, at: 0, count: size, path)
    }

    /// `count` bytes from `offset` on, fewer at the end of the file.
    func bytes(at offset: Int, count: Int) throws(MediaError) -> [UInt8] {
        try Self.bytes(of: descriptor, at: offset, count: count, path)
    }

    private static func size(of descriptor: Int32, _ path: String) throws(MediaError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .fileFailed(operation: "open", path: path, errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .notMedia(
                path: path, reason: "it is not a regular file; name a picture or a video")
        }
        return Int(status.st_size)
    }

    /// `count` bytes from `offset` on, fewer at the end of the file.
    private static func bytes(
        of descriptor: Int32, at offset: Int, count: Int, _ path: String
    ) throws(MediaError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let got = unsafe pread(descriptor, rest.baseAddress, rest.count, offset + filled)
                if got == 0 { break }
                if got > 0 { filled += got } else if errno != EINTR { failure = errno; break }
            }
        }
        guard failure == 0 else { throw .fileFailed(operation: "read", path: path, errno: failure) }
        return bytes
    }
}

extension SourceFile {
    /// From now on reading fails after ``MediaLimits/openingSeconds``.
    func startClock() { deadline = Self.now + MediaLimits.openingSeconds * 1_000_000_000 }

    func stopClock() { deadline = nil }

    /// Whether the time for opening is used up.
    var isLate: Bool { deadline.map { Self.now > $0 } ?? false }

    private static var now: Int {
        var time = timespec()
        let code = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        precondition(code == 0, "there is no monotonic clock")
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// Reads on for libav: the number of bytes, or a negative libav error.
    func read(into buffer: UnsafeMutablePointer<UInt8>?, count: Int32) -> Int32 {
        if isLate { return -ETIMEDOUT }
        while true {
            let got = unsafe pread(descriptor, buffer, Int(count), position)
            if got > 0 {
                position += got
                return Int32(got)
            }
            if got == 0 { return cav_end_of_file() }
            if errno != EINTR { return -errno }
        }
    }

    /// Moves the reading position for libav, or tells the size.
    func seek(to offset: Int64, from origin: Int32) -> Int64 {
        // AVSEEK_FORCE asks for a seek at any cost, which here is none.
        switch origin & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return Int64(size)
        case SEEK_SET: return move(to: offset)
        case SEEK_CUR: return move(to: Int64(position).addingReportingOverflow(offset).partialValue)
        case SEEK_END: return move(to: Int64(size).addingReportingOverflow(offset).partialValue)
        default: return Int64(-EINVAL)
        }
    }

    private func move(to target: Int64) -> Int64 {
        guard target >= 0 else { return Int64(-EINVAL) }
        position = Int(target)
        return target
    }
}
