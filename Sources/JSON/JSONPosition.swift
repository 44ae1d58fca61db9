// SPDX-License-Identifier: Apache-2.0

/// A place in a text as an editor shows it: both numbers begin at 1.
///
/// Columns count Unicode scalars, so an umlaut is one column and not two bytes.
package struct JSONPosition: Equatable, Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    /// Makes a position; both numbers are at least 1.
    package init(line: Int, column: Int) {
        precondition(line >= 1 && column >= 1, "lines and columns begin at 1")
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}

/// Turns byte offsets into positions; cheap as long as the offsets grow.
///
/// A safetensors header is one line of many megabytes, so counting each column from the start of
/// its line would take quadratic time; this remembers where the last question was.
struct Locator {
    private var offset = 0
    private var line = 1
    private var column = 1

    /// The position of the byte at `target`, where a line ends with LF, CR LF or CR.
    mutating func position(of target: Int, in text: [UInt8]) -> JSONPosition {
        if target < offset { self = Locator() }
        while offset < target && offset < text.count {
            let byte = text[offset]
            let next = offset + 1 < text.count ? text[offset + 1] : 0
            if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && next != 0x0A) {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 && byte != UInt8(ascii: "\r") {
                column += 1
            }
            offset += 1
        }
        return JSONPosition(line: line, column: column)
    }
}
