// SPDX-License-Identifier: Apache-2.0

/// The name of a style, as a request calls it: `ink`, or `ink@2` for its second version.
///
/// Never a path: letters, digits, dots, - and _, the first a letter or digit.
package struct StyleName: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    /// From 1; absent where the newest one is meant.
    package let version: Int?

    package var description: String { version.map { "\(name)@\($0)" } ?? name }

    /// Reads a name; nil where it cannot be one.
    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2, Self.isPlain(String(name)) else {
            return nil
        }
        var version: Int?
        if parts.count == 2 {
            // `02` and `+2` would be two more ways to write one name.
            guard let number = Int(parts[1]), String(number) == parts[1],
                Limits.styleVersion.contains(number)
            else { return nil }
            version = number
        }
        self.name = String(name)
        self.version = version
    }

    /// One version of the style of the same name.
    package func at(version: Int) -> StyleName { StyleName(name: name, version: version) }

    private init(name: String, version: Int) {
        self.name = name
        self.version = version
    }

    /// Whether a text is a word that cannot be a path: of at most ``Limits/nameBytes``.
    static func isPlain(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_")
        }
        guard let first = text.utf8.first else { return false }
        return isPlain && isAlphanumeric(first) && text.utf8.count <= Limits.nameBytes
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
