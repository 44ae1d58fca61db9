// SPDX-License-Identifier: Apache-2.0

extension Packet {
    /// Puts a comment, and what made the pictures, into the first packet of a GIF, which libav's
    /// writer cannot.
    ///
    /// That packet begins with the header, the screen and its colours; extensions may follow them
    /// (GIF89a, 17 to 19, 24 and 26). The comment is the first of them: libav's writer takes an
    /// application extension that comes first for the one that it writes itself.
    ///
    /// * `comment`: Not empty.
    mutating func insert(comment: String) {
        precondition(!comment.isEmpty, "no comment")
        let bytes = self.bytes
        precondition(bytes.count > 13 && bytes.starts(with: "GIF89a".utf8), "not a GIF's start")
        let colours = bytes[10] & 0x80 == 0 ? 0 : 3 << (Int(bytes[10] & 7) + 1)
        insert(Self.commentExtension(comment) + SourceStatement.gifExtension, at: 13 + colours)
    }

    /// Blocks of at most 255 bytes, each after its length; a length of 0 ends them.
    private static func commentExtension(_ comment: String) -> [UInt8] {
        var result: [UInt8] = [0x21, 0xFE]
        var rest = Array(comment.utf8)[...]
        while !rest.isEmpty {
            result.append(UInt8(min(255, rest.count)))
            result += rest.prefix(255)
            rest = rest.dropFirst(255)
        }
        return result + [0]
    }
}
