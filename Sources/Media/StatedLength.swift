// SPDX-License-Identifier: Apache-2.0

/// How long a video file says it is, to tell one that breaks off from a whole one.
///
/// libav plays what there is of a file and then stops as if it were all.
enum StatedLength {
    /// The length in bytes that the start of a file states, or 0 when it states none.
    static func stated(by start: [UInt8], kind: MediaKind) -> Int {
        switch kind {
        case .avi: start[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) } + 8
        case .matroska: matroska(start)
        case .mp4: boxes(start)
        default: 0
        }
    }

    /// The end of the last box that begins at the start of an MP4 (ISO/IEC 14496-12, 4.2: a size
    /// of 1 means that a longer one follows, 0 that the box goes on to the end of the file).
    private static func boxes(_ start: [UInt8]) -> Int {
        var end = 0
        while end + 8 <= start.count {
            let size = start[end..<end + 4].reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8 else { return 0 }
            end += size
        }
        return end
    }

    /// The end of the Segment, which follows the EBML header (RFC 8794, 4 and 6.1: a size is a
    /// variable-length number; all ones means unknown, as in a live recording).
    private static func matroska(_ start: [UInt8]) -> Int {
        guard let header = size(in: start, at: 4), header.value < start.count else { return 0 }
        let segment = header.end + header.value
        guard start.dropFirst(segment).starts(with: [0x18, 0x53, 0x80, 0x67]),
            let content = size(in: start, at: segment + 4), !content.isUnknown
        else { return 0 }
        return content.end + content.value
    }

    private static func size(
        in bytes: [UInt8], at offset: Int
    ) -> (value: Int, end: Int, isUnknown: Bool)? {
        guard offset < bytes.count, bytes[offset] != 0 else { return nil }
        let length = bytes[offset].leadingZeroBitCount + 1
        guard offset + length <= bytes.count else { return nil }
        let number = bytes[offset..<offset + length].reduce(0) { $0 << 8 | Int($1) }
        let ones = 1 << (7 * length) - 1
        return (number & ones, offset + length, number & ones == ones)
    }

    /// Whether a GIF ends within one of its blocks (GIF89a specification, 15 to 27).
    ///
    /// A missing trailer alone is forgiven: all pictures are there.
    static func breaksOff(gif content: [UInt8]) -> Bool {
        func table(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
        guard content.count >= 13 else { return true }
        var offset = 13 + table(content[10])
        while offset < content.count {
            switch content[offset] {
            case 0x3B: return false
            case 0x21: offset += 2
            case 0x2C:
                guard offset + 10 <= content.count else { return true }
                offset += 11 + table(content[offset + 9])
            default: return false
            }
            // Blocks of data, each behind its length, up to one of length 0.
            while true {
                guard offset < content.count else { return true }
                let length = Int(content[offset])
                offset += 1 + length
                if length == 0 { break }
            }
        }
        return offset > content.count
    }
}
