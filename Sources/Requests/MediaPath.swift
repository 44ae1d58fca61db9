// SPDX-License-Identifier: Apache-2.0

/// The name of a file beside the request: relative, without `..`, checked letter by letter.
///
/// The check is about the words only. Whether the file exists, and whether a link leads out of
/// the inbox, is for whoever opens it.
package struct MediaPath: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The path with `/` between folders, at most ``Limits/pathBytes`` bytes.
    package let text: String

    package var description: String { text }

    /// Whether both are the same name to Linux, byte for byte.
    ///
    /// Swift's strings are equal where their letters are, but `ü` in one code point and `ü` in two
    /// are two files.
    package static func == (left: MediaPath, right: MediaPath) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Takes a path, or says in a sentence's second half what is wrong with it.
    init(_ text: String) throws(Fault) {
        guard !text.isEmpty else { throw Fault("it is empty", "Write the name of a file.") }
        guard text.utf8.count <= Limits.pathBytes else {
            throw Fault(
                "it is longer than \(Limits.pathBytes) bytes", "Put the file beside the request.")
        }
        let controls = text.unicodeScalars.contains {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
        }
        guard !controls else {
            throw Fault("it has a control character in it", "Rename the file.")
        }
        let beside = "Put the file beside the request and write only its name."
        guard !text.contains("://"), !text.lowercased().hasPrefix("data:") else {
            throw Fault("it is a web address", "Download the file. " + beside)
        }
        guard !text.contains("\\") else {
            throw Fault("it has a backslash in it", "Write / between folders. " + beside)
        }
        guard !text.hasPrefix("/"), !text.hasPrefix("~"), !Self.hasDrive(text) else {
            throw Fault("it does not begin beside the request", beside)
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains("..") else {
            throw Fault("\"..\" leads out of the request's folder", beside)
        }
        guard !parts.contains(""), !parts.contains(".") else {
            throw Fault("it has an empty part or a single dot in it", "Write folder/file.png.")
        }
        self.text = text
    }

    private static func hasDrive(_ text: String) -> Bool {
        let start = text.utf8.prefix(2)
        return start.count == 2 && start.last == UInt8(ascii: ":")
    }

    /// What is wrong with a path.
    struct Fault: Error {
        let reason: String
        let hint: String

        init(_ reason: String, _ hint: String) {
            self.reason = reason
            self.hint = hint
        }
    }
}
