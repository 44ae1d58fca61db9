// SPDX-License-Identifier: Apache-2.0

/// A single-byte encoding in which UTF-8 text may have been misread.
///
/// The "sloppy" ones are the Windows code pages as programs really use them: a byte that has no
/// meaning stands for the control character of the same number, and byte 1A stands for U+FFFD, the
/// sign that a byte was lost (ftfy 6.3.1, ftfy/bad_codecs/sloppy.py).
struct CodePage: Sendable {
    let isSloppy: Bool
    /// The characters of bytes 80 to FF.
    let high: [Unicode.Scalar]
    private let bytes: [Unicode.Scalar: UInt8]

    private init(high: [Unicode.Scalar], isSloppy: Bool) {
        precondition(high.count == 128, "a code page has \(high.count) characters instead of 128")
        self.isSloppy = isSloppy
        self.high = high
        var bytes: [Unicode.Scalar: UInt8] = [:]
        for (index, scalar) in high.enumerated() { bytes[scalar] = UInt8(0x80 + index) }
        if isSloppy { bytes["\u{FFFD}"] = 0x1A }
        self.bytes = bytes
    }

    private init(_ words: String, isSloppy: Bool) {
        self.init(high: words.split(separator: " ").map(hexadecimalScalar), isSloppy: isSloppy)
    }

    static let latin1 = CodePage(
        high: (0x80...0xFF).map { Unicode.Scalar(UInt8($0)) }, isSloppy: false)
    static let windows1252 = CodePage(CodePageTable.windows1252, isSloppy: true)

    /// The code pages that mostly agree with Latin-1 on which bytes are letters.
    static let western = [
        latin1, windows1252, CodePage(CodePageTable.windows1251, isSloppy: true),
        CodePage(CodePageTable.windows1250, isSloppy: true),
        CodePage(CodePageTable.windows1253, isSloppy: true),
        CodePage(CodePageTable.windows1254, isSloppy: true),
        CodePage(CodePageTable.windows1257, isSloppy: true),
    ]

    static let macRoman = CodePage(CodePageTable.macRoman, isSloppy: false)

    /// All that are tried, in this order (ftfy/chardata.py, CHARMAP_ENCODINGS).
    static let all =
        western + [
            CodePage(CodePageTable.iso88592, isSloppy: false), macRoman,
            CodePage(CodePageTable.cp437, isSloppy: false),
        ]

    /// The bytes of `text`, or nil where it has a character that this code page lacks.
    func encode(_ text: [Unicode.Scalar]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for scalar in text {
            if scalar.value < 0x80 && !(isSloppy && scalar == "\u{1A}") {
                result.append(UInt8(scalar.value))
            } else if let byte = bytes[scalar] {
                result.append(byte)
            } else {
                return nil
            }
        }
        return result
    }

    /// What `byte` stands for.
    func scalar(of byte: UInt8) -> Unicode.Scalar {
        if byte >= 0x80 { return high[Int(byte) - 0x80] }
        return isSloppy && byte == 0x1A ? "\u{FFFD}" : Unicode.Scalar(byte)
    }
}
