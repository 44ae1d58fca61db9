// SPDX-License-Identifier: Apache-2.0

internal import Files

/// A file name as one word of printable ASCII, for the notes in a job folder: odd bytes are `%XX`.
enum EscapedWord {
    static func encoded(_ path: Path) -> [UInt8] {
        var word: [UInt8] = []
        for byte in path.bytes {
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "%")
            word += isPlain ? [byte] : Array(("%" + hexadecimal(byte)).utf8)
        }
        return word
    }

    /// The name, or nil when it is empty or was not written by `encoded`.
    static func decoded(_ word: ArraySlice<UInt8>) -> Path? {
        var result: [UInt8] = []
        var rest = word
        while let byte = rest.popFirst() {
            // A file that the power cut off may be full of zeros.
            guard byte != 0 else { return nil }
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16), value != 0
            else { return nil }
            result.append(value)
            rest = rest.dropFirst(2)
        }
        return result.isEmpty ? nil : Path(bytes: result)
    }

    /// The same for a name that is text.
    static func text(_ word: ArraySlice<UInt8>) -> String? {
        decoded(word).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
}
