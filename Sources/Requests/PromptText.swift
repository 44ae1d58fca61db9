// SPDX-License-Identifier: Apache-2.0

/// The words of a plain text file.
package enum PromptText {
    /// Reads a text in UTF-8, or in UTF-16 with a byte order mark as some editors on Windows write it;
    /// lines end in LF, and blanks around it are gone.
    ///
    /// - Returns: nil for what is no text.
    package static func read(_ bytes: [UInt8]) -> String? {
        guard let text = decoded(bytes), !text.unicodeScalars.contains("\0") else { return nil }
        var scalars = Substring(text).unicodeScalars
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(scalars).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }

    private static func decoded(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return String(validating: bytes.dropFirst(3), as: UTF8.self)
        }
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else {
            return String(validating: bytes, as: UTF8.self)
        }
        guard bytes.count % 2 == 0 else { return nil }
        let units = stride(from: 2, to: bytes.count, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return String(validating: units, as: UTF16.self)
    }
}
