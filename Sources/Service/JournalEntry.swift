// SPDX-License-Identifier: Apache-2.0

internal import Files

/// One event in the log: a sentence for people and fields for machines.
package struct JournalEntry: Equatable, Sendable {
    /// The syslog level, of which the service uses these.
    package enum Priority: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case information = 6
        case debugging = 7
    }

    /// The sentence: lower case, no full stop, names in single quotes.
    package var message: String
    package var priority: Priority
    /// Which kind of event it is: 32 hexadecimal digits, the same for ever.
    package var kind: String
    /// Further fields; names are upper case with the program's prefix, empty values are left out.
    package var fields: [(name: String, value: String)]

    /// An entry from its parts.
    package init(
        _ message: String, _ priority: Priority, kind: String,
        fields: [(name: String, value: String)] = []
    ) {
        self.message = message
        self.priority = priority
        self.kind = kind
        self.fields = fields
    }

    /// The entry as the journal takes it: `NAME=value`, `MESSAGE` first.
    package func assignments(identifier: String) -> [String] {
        var lines = [
            "MESSAGE=" + line, "PRIORITY=\(priority.rawValue)", "MESSAGE_ID=" + kind,
            "SYSLOG_IDENTIFIER=" + identifier,
        ]
        for (name, value) in fields where !value.isEmpty {
            precondition(Self.isFieldName(name), "'\(name)' is no field name of the journal")
            lines.append(name + "=" + Self.printable(value))
        }
        return lines
    }

    /// The sentence as one printable line.
    package var line: String { Self.printable(message) }

    /// Control characters as `\u{…}`: they would make the journal hide the text as a blob and a
    /// terminal obey it.
    private static func printable(_ text: String) -> String {
        text.unicodeScalars.map(\.shown).joined()
    }

    /// The journal's own rule, from systemd.journal-fields(7): `[A-Z0-9_]`, at most 64, no leading
    /// underscore or digit.
    private static func isFieldName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy {
            (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
        return isPlain && (1...64).contains(name.utf8.count)
            && name.utf8.first.map { (0x41...0x5A).contains($0) } == true
    }

    package static func == (left: JournalEntry, right: JournalEntry) -> Bool {
        left.assignments(identifier: "") == right.assignments(identifier: "")
    }
}
