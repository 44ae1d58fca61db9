// SPDX-License-Identifier: Apache-2.0

/// A file name as Linux keeps it: bytes without zero, not necessarily UTF-8.
///
/// Absolute and relative paths share this type. Components are compared byte by byte.
package struct Path: Hashable, Sendable, CustomStringConvertible {
    /// The bytes of the path, without the terminating zero.
    package let bytes: [UInt8]

    /// A path from its bytes; zero bytes are the caller's bug.
    package init(bytes: [UInt8]) {
        precondition(!bytes.contains(0), "a path holds no zero byte")
        self.bytes = bytes
    }

    /// A path from text, as UTF-8.
    package init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    /// The non-empty components between slashes.
    package var components: [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    /// The last component; empty for the root directory and for the empty path.
    package var name: [UInt8] {
        components.last ?? []
    }

    /// The path without its last component: `a` gives the empty path, `/a` gives `/`.
    package var parent: Path {
        let last = bytes.lastIndex { $0 != UInt8(ascii: "/") } ?? 0
        guard let slash = bytes.prefix(last + 1).lastIndex(of: UInt8(ascii: "/")) else {
            return Path(bytes: [])
        }
        return Path(bytes: Array(bytes.prefix(max(slash, 1))))
    }

    /// This path followed by another; an empty side gives the other one.
    package func appending(_ other: Path) -> Path {
        guard !bytes.isEmpty else { return other }
        guard !other.bytes.isEmpty else { return self }
        let slash = bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
        return Path(bytes: bytes + slash + other.bytes)
    }

    /// This path followed by text.
    package func appending(_ text: String) -> Path {
        appending(Path(text))
    }

    /// The path after the given directory, or nil when it does not lie below it.
    package func relative(to directory: Path) -> Path? {
        let own = components
        let prefix = directory.components
        guard own.count >= prefix.count, own.prefix(prefix.count).elementsEqual(prefix) else {
            return nil
        }
        return Path(bytes: Array(own.dropFirst(prefix.count).joined(separator: [0x2F])))
    }

    /// The path as text for people: bytes that are not UTF-8 are replaced, and what is not seen is
    /// escaped as `Unicode.Scalar.shown` says.
    package var description: String {
        text.unicodeScalars.map(\.shown).joined()
    }

    /// The path as text for a program, which makes it a path again: nothing is escaped.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The path as C takes it, for passing straight to a call.
    var cString: [CChar] {
        bytes.map { CChar(bitPattern: $0) } + [0]
    }
}

extension Unicode.Scalar {
    /// The scalar as people see it; as `\u{…}` where a terminal or an editor would obey it instead:
    /// controls, line separators, and what turns the direction of writing.
    package var shown: String {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            "\\u{\(String(value, radix: 16))}"
        default: String(self)
        }
    }
}
