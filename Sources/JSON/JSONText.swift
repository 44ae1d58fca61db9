// SPDX-License-Identifier: Apache-2.0

/// Bytes that are known to be UTF-8 with something in them, without byte order mark.
struct JSONText {
    /// The bytes, and behind them one NUL, which ends a number at the end of the text for json-c
    /// and stands for "the text is over" in the walk.
    let terminated: [UInt8]

    /// The number of bytes without the NUL.
    var count: Int { terminated.count - 1 }

    /// Checks the encoding of `bytes`.
    init(_ bytes: [UInt8]) throws(JSONError) {
        guard bytes.isEmpty || bytes.contains(where: { $0 != 0 }) else { throw .onlyZeros }
        if let name = Self.foreignEncoding(of: bytes) { throw .wrongEncoding(name: name) }
        var text = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        let isBlank = text.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard !isBlank else { throw .empty }
        do {
            _ = try UTF8Span(validating: text.span)
        } catch {
            var locator = Locator()
            throw .invalidUTF8(at: locator.position(of: error.byteOffsets.lowerBound, in: text))
        }
        if let nul = text.firstIndex(of: 0) {
            var locator = Locator()
            throw .syntax(
                reason: "There is a NUL byte in the text, which no editor writes.",
                hint: "The file may be damaged or not be text: write it again.",
                at: locator.position(of: nul, in: text))
        }
        text.append(0)
        terminated = text
    }

    /// Recognises the other Unicode encodings, by byte order mark or by the zeros that they put
    /// beside the first ASCII character of every JSON text (RFC 4627, section 3).
    private static func foreignEncoding(of bytes: [UInt8]) -> String? {
        let start = Array(bytes.prefix(4))
        if start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0, 0xFE, 0xFF]) {
            return "UTF-32"
        }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            return "UTF-16"
        }
        guard start.count >= 2 else { return nil }
        switch (start[0] == 0, start[1] == 0) {
        case (false, true):
            return start.count == 4 && start[2] == 0 && start[3] == 0 ? "UTF-32" : "UTF-16"
        case (true, false): return "UTF-16"
        case (true, true):
            return start.count == 4 && start[2] == 0 && start[3] != 0 ? "UTF-32" : nil
        case (false, false): return nil
        }
    }
}
