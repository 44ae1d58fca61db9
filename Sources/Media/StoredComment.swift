// SPDX-License-Identifier: Apache-2.0

/// The comment of a video, read back from the file.
package enum StoredComment {
    /// The comment of an MP4, WebM, GIF or WebP, as a ``VideoEncoder`` wrote it or another program
    /// copied it; nil where the file has none.
    ///
    /// - Throws: `fileFailed`, `notMedia`, `damaged`, `beyondLimit`.
    package static func read(_ path: String) throws(MediaError) -> String? {
        let file = try SourceFile(path: path)
        switch file.kind {
        case .png, .jpeg: return nil
        case .webp: return try webp(file)
        case .gif:
            // It stands before the first picture, and is known when that was read.
            let demuxer = try Demuxer(file: file)
            _ = unsafe try demuxer.findPictures()
            var packet = Packet()
            _ = try demuxer.read(&packet)
            return demuxer.comment
        case .mp4, .matroska, .avi: return try Demuxer(file: file).comment
        }
    }

    /// `ImageDescription` of a WebP's Exif data, from chunk to chunk.
    private static func webp(_ file: SourceFile) throws(MediaError) -> String? {
        var offset = 12
        while offset + 8 <= file.size {
            let header = try file.bytes(at: offset, count: 8)
            guard header.count == 8 else { return nil }
            let size = number(header[4...])
            if header.starts(with: "EXIF".utf8) {
                guard size <= MediaLimits.commentBytes.upperBound + 64 else { return nil }
                return description(try file.bytes(at: offset + 8, count: size))
            }
            offset += 8 + size + size % 2
        }
        return nil
    }

    /// Reads what `WebPFile` writes; nil for Exif data of another make.
    private static func description(_ exif: [UInt8]) -> String? {
        let entry = WebPFile.descriptionEntry
        guard exif.count >= 26, exif.prefix(entry.count).elementsEqual(entry) else { return nil }
        let count = number(exif[14..<18])
        let start = count > 4 ? number(exif[18..<22]) : 18
        guard count > 0, start + count <= exif.count else { return nil }
        return String(validating: exif[start..<start + count - 1], as: UTF8.self)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
