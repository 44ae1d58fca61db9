// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Readers of lists and objects inside a request.
extension Validation {
    /// The members of an object value by key; reports repeated keys and those not in `keys`.
    mutating func members(of value: FieldValue, keys: [String]) -> [String: FieldValue] {
        var found: [String: (value: FieldValue, place: JSONPosition)] = [:]
        for member in value.node.members ?? [] {
            let path = "\(value.path).\(member.key)"
            if let first = found[member.key] {
                report(duplicate: member, path: path, first: first.place)
            } else if keys.contains(member.key) {
                found[member.key] = (FieldValue(path, member.value), member.keyPosition)
            } else {
                let list = keys.map { "\"\($0)\"" }.joined(separator: ", ")
                reportUnknown(
                    member, path: path,
                    nearest: Suggestion.nearest(to: member.key, among: keys),
                    otherwise: "Here only \(list) can stand.")
            }
        }
        return found.mapValues(\.value)
    }

    /// The elements of a list value of so many things.
    mutating func list(
        _ value: FieldValue, of things: String, count: ClosedRange<Int>, hint: String
    ) -> [FieldValue]? {
        guard let elements = value.elements else {
            report(value, wanted: "a list of \(things) in square brackets", hint: hint)
            return nil
        }
        guard count.contains(elements.count) else {
            report(
                value,
                "\(Self.name(value.path)) must have \(count.lowerBound) to \(count.upperBound) "
                    + "\(things), but it has \(elements.count).",
                hint: hint)
            return nil
        }
        return elements
    }

    /// The member that an object value must have.
    mutating func required(
        _ key: String, of value: FieldValue, in parts: [String: FieldValue], hint: String
    ) -> FieldValue? {
        if let part = parts[key] { return part }
        report(value, "\(Self.name(value.path)) has no \"\(key)\".", hint: hint)
        return nil
    }
}
