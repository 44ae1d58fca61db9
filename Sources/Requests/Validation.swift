// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The check of one request: reads every key that is there, then asks whether they fit together.
///
/// Nothing stops at the first problem. A value that cannot be read counts as present, so that one
/// mistake is reported once.
struct Validation {
    /// The keys that the request has, readable or not.
    var present: [Field: JSONMember] = [:]
    /// Keys that were probably meant by misspelled ones; they are not reported as missing too.
    var meant: Set<Field> = []
    var problems: [Problem] = []
    /// What this version cannot do; it is said last, after what is wrong in every version.
    var refusals: [Problem] = []
    /// What the request says in vain.
    var warnings: [String] = []
    /// Every time that the request names, to be compared with the length of the video.
    var times: [(value: FieldValue, seconds: Double)] = []
    var mode: ModeName?

    /// Sorts the members of a request by key; reports unknown and repeated ones.
    init(members: [JSONMember]) {
        for member in members {
            guard let field = Field(rawValue: member.key) else {
                reportUnknown(member)
                continue
            }
            if let first = present[field] {
                report(duplicate: member, path: member.key, first: first.keyPosition)
            } else {
                present[field] = member
            }
        }
    }

    /// The value under a key, if the key is there and the mode takes it.
    ///
    /// A key that the mode does not take is one problem, whatever stands under it.
    func value(_ field: Field) -> FieldValue? {
        if let mode, !field.modes.contains(mode) { return nil }
        return present[field].map { FieldValue(field.rawValue, $0.value) }
    }

    private mutating func reportUnknown(_ member: JSONMember) {
        let names = Field.allCases.map(\.rawValue)
        let nearest =
            Suggestion.nearest(to: member.key, among: names)
            ?? Field.synonyms[member.key.lowercased()]?.rawValue
        if let nearest, let field = Field(rawValue: nearest) { meant.insert(field) }
        reportUnknown(
            member, path: member.key, nearest: nearest,
            otherwise: "Delete it, or look up the keys in the documentation.")
    }

    /// Reports a key that does not exist, at the top or inside a value.
    mutating func reportUnknown(
        _ member: JSONMember, path: String, nearest: String?, otherwise: String
    ) {
        problems.append(
            Problem(
                field: path, message: "There is no key \(FieldValue.quoted(member.key)).",
                line: member.keyPosition.line, column: member.keyPosition.column,
                hint: nearest.map { "Did you mean \"\($0)\"?" } ?? otherwise))
    }

    /// Reports a key that stands twice in one object.
    mutating func report(duplicate member: JSONMember, path: String, first: JSONPosition) {
        problems.append(
            Problem(
                field: path,
                message: "\(FieldValue.quoted(member.key)) is given twice; "
                    + "the first is on line \(first.line).",
                line: member.keyPosition.line, column: member.keyPosition.column,
                hint: "Keep one of the two."))
    }

    /// Reports that a value is not what was wanted.
    mutating func report(_ value: FieldValue, wanted: String, hint: String) {
        report(
            value, "\(Self.name(value.path)) must be \(wanted), but it is \(value.shown).",
            hint: hint)
    }

    /// Reports a value with a sentence of its own.
    mutating func report(_ value: FieldValue, _ message: String, hint: String) {
        problems.append(
            Problem(
                field: value.path, message: message, line: value.node.position.line,
                column: value.node.position.column, hint: hint))
    }

    /// Says that this version cannot do what a key asks for.
    mutating func refuse(_ field: Field, _ message: String, hint: String) {
        let place = present[field]?.value.position
        refusals.append(
            Problem(
                field: field.rawValue, message: message, line: place?.line,
                column: place?.column, hint: hint))
    }

    /// Reports a key, rather than its value, with a sentence of its own.
    mutating func report(_ field: Field, _ message: String, hint: String) {
        let place = present[field]?.keyPosition
        problems.append(
            Problem(
                field: field.rawValue, message: message, line: place?.line,
                column: place?.column, hint: hint))
    }

    /// A path as a sentence names it.
    static func name(_ path: String) -> String { FieldValue.quoted(path) }
}
