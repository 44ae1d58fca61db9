// SPDX-License-Identifier: Apache-2.0

/// The statement that a file was made by a trained model, in the words that other programs read.
///
/// XMP with IPTC's `DigitalSourceType`, which search engines, photo libraries and social networks
/// look for; where each kind of file keeps XMP is from XMP Specification Part 3 (January 2020). It
/// says nothing of the request.
enum SourceStatement {
    /// IPTC NewsCodes, Digital Source Type: created with an algorithm that was trained on samples.
    static let term = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

    /// The XMP packet.
    static let packet = Array(
        """
        <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>\
        <x:xmpmeta xmlns:x="adobe:ns:meta/">\
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
        <rdf:Description rdf:about=""\
         xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"\
         xmlns:xmp="http://ns.adobe.com/xap/1.0/"\
         xmp:CreatorTool="Rushes"\
         Iptc4xmpExt:DigitalSourceType="\(term)"/>\
        </rdf:RDF></x:xmpmeta><?xpacket end="r"?>
        """.utf8)

    /// A box for the end of an MP4 (Part 3, 1.2.7.1): readers that do not know it pass over it.
    static var box: [UInt8] {
        let identifier: [UInt8] = [
            0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8, 0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3,
            0xAF, 0xAC,
        ]
        let content = "uuid".utf8 + identifier + packet
        return bigEndian(4 + content.count) + content
    }

    /// An application extension of a GIF (Part 3, 1.1.2).
    ///
    /// The packet is not cut into blocks. Readers that take its bytes for lengths of blocks are led to
    /// the end by the trailer, which counts down.
    static var gifExtension: [UInt8] {
        let trailer = [0x01] + (0...255).reversed().map { UInt8($0) } + [0x00]
        return [0x21, 0xFF, 11] + "XMP DataXMP".utf8 + packet + trailer
    }

    /// The same bytes of a JPEG with a segment APP1 in front (Part 3, 1.1.3), behind JFIF's own.
    static func added(toJPEG bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.starts(with: [0xFF, 0xD8]), "not a JPEG's start")
        var offset = 2
        if bytes.dropFirst(2).starts(with: [0xFF, 0xE0]) {
            offset += 2 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        }
        let content = "http://ns.adobe.com/xap/1.0/\0".utf8 + packet
        let segment = [0xFF, 0xE1] + bigEndian(content.count + 2).suffix(2) + content
        return Array(bytes[..<offset]) + segment + bytes[offset...]
    }

    /// The same bytes of a PNG with a chunk `iTXt` behind its header (Part 3, 1.1.5).
    static func added(toPNG bytes: [UInt8]) -> [UInt8] {
        let header = 8 + 25
        precondition(bytes.count > header && bytes[12..<16].elementsEqual("IHDR".utf8), "no PNG")
        let content = "XML:com.adobe.xmp".utf8 + [0, 0, 0, 0, 0] + packet
        let checked = "iTXt".utf8 + content
        let chunk = bigEndian(content.count) + checked + bigEndian(Int(checksum(checked)))
        return Array(bytes[..<header]) + chunk + bytes[header...]
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The CRC of a PNG's chunk (PNG Specification, annex D).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = .max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
        }
        return ~crc
    }
}
