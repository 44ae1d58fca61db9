// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of single values; each reports what it cannot read and returns nil.
extension Validation {
    /// A text of at most `limit` bytes.
    mutating func text(_ value: FieldValue, limit: Int, example: String) -> String? {
        guard let text = value.node.string else {
            report(
                value, wanted: "a text in quotation marks",
                hint: "Write for example \(FieldValue.quoted(example)).")
            return nil
        }
        guard text.utf8.count <= limit else {
            report(
                value,
                "\(Self.name(value.path)) must have at most \(limit) bytes, "
                    + "but it has \(text.utf8.count).",
                hint: "Shorten it.")
            return nil
        }
        guard !text.unicodeScalars.contains("\0") else {
            report(
                value, "\(Self.name(value.path)) has a NUL character in it.", hint: "Delete it.")
            return nil
        }
        return text
    }

    /// A whole number in a range.
    mutating func whole(_ value: FieldValue, in range: ClosedRange<Int>, example: Int) -> Int? {
        if let number = value.node.int, range.contains(number) { return number }
        report(
            value,
            wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            hint: numberHint(value, range: Double(range.lowerBound)...Double(range.upperBound))
                ?? "Write for example \(example).")
        return nil
    }

    /// A number in a range.
    mutating func number(
        _ value: FieldValue, in range: ClosedRange<Double>, example: Double
    ) -> Double? {
        if let number = value.node.double, range.contains(number) { return number }
        let ends = (Self.digits(range.lowerBound), Self.digits(range.upperBound))
        report(
            value, wanted: "a number from \(ends.0) to \(ends.1)",
            hint: numberHint(value, range: range)
                ?? "Write for example \(Self.digits(example)).")
        return nil
    }

    /// A hint for the two common mistakes with numbers: quotation marks, and a comma as point.
    private func numberHint(_ value: FieldValue, range: ClosedRange<Double>) -> String? {
        guard let text = value.node.string else { return nil }
        let pointed = String(text.map { $0 == "," ? "." : $0 })
        guard let number = Double(pointed), range.contains(number) else { return nil }
        return "Write \(Self.digits(number)) without quotation marks."
    }

    /// A number as a sentence shows it: `2` and not `2.0`.
    static func digits(_ number: Double) -> String {
        JSONValue.double(number).serialized(pretty: false)
    }

    /// One of a few words.
    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ value: FieldValue, of type: Choice.Type
    ) -> Choice? {
        if let text = value.node.string, let choice = Choice(rawValue: text) { return choice }
        let names = type.allCases.map(\.rawValue)
        let nearest = value.node.string.flatMap { Suggestion.nearest(to: $0, among: names) }
        let list = names.map { "\"\($0)\"" }
        report(
            value,
            wanted: list.dropLast().joined(separator: ", ") + " or \(list.last ?? "")",
            hint: nearest.map { "Did you mean \"\($0)\"?" } ?? "Write one of them.")
        return nil
    }

    /// A path beside the request.
    mutating func path(_ value: FieldValue, example: String = "harbour.png") -> MediaPath? {
        guard let text = value.node.string else {
            report(
                value, wanted: "the name of a file in quotation marks",
                hint: "Write for example \"\(example)\".")
            return nil
        }
        do throws(MediaPath.Fault) {
            return try MediaPath(text)
        } catch {
            report(
                value,
                "\(Self.name(value.path)) must be the name of a file beside the request, "
                    + "but \(error.reason): \(value.shown).",
                hint: error.hint)
            return nil
        }
    }

    /// The name of a model, or of a style to be made: a word that cannot be a path.
    mutating func name(_ value: FieldValue, example: String) -> String? {
        if let text = value.node.string, StyleName.isPlain(text) { return text }
        report(
            value,
            wanted: "a name of letters, digits, dots, - and _, at most \(Limits.nameBytes) long, "
                + "which begins with a letter or digit",
            hint: "Write for example \"\(example)\".")
        return nil
    }

    /// True or false.
    mutating func flag(_ value: FieldValue) -> Bool? {
        if let flag = value.node.bool { return flag }
        report(value, wanted: "true or false", hint: "Write it without quotation marks.")
        return nil
    }

    /// Seconds from the start of the video; remembered, to be compared with its length.
    mutating func time(_ value: FieldValue, example: Double) -> Double? {
        guard let time = number(value, in: Limits.time, example: example) else { return nil }
        times.append((value, time))
        return time
    }
}
