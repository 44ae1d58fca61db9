// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The kinds of file that are read, told by their first bytes and never by their name.
enum MediaKind {
    case mp4, png, jpeg

    /// libavformat's name of the one demuxer that may open the file.
    var demuxer: String {
        switch self {
        case .mp4: "mov"
        case .png: "png_pipe"
        case .jpeg: "jpeg_pipe"
        }
    }

    /// Looks at the first bytes of a regular file.
    ///
    /// Calls `open`, `fstat` and `pread`.
    ///
    /// - Throws: `fileFailed` when it cannot be read, `notMedia` when it is something else.
    init(path: String) throws(MediaError) {
        // O_NONBLOCK: opening a named pipe must not wait for a writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .fileFailed(operation: "open", path: path, errno: errno)
        }
        // Nothing was written, so closing has nothing to lose.
        defer { _ = close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .fileFailed(operation: "open", path: path, errno: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .notMedia(path: path, reason: "it is not a regular file")
        }
        var start = [UInt8](repeating: 0, count: 12)
        guard unsafe pread(descriptor, &start, start.count, 0) >= 0 else {
            throw .fileFailed(operation: "read", path: path, errno: errno)
        }
        if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start[4..<8].elementsEqual("ftyp".utf8) {
            self = .mp4
        } else {
            throw .notMedia(path: path, reason: "it is neither MP4 nor PNG nor JPEG")
        }
    }
}
