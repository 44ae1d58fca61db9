// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A request in the making, key by key, as a command line gives it.
///
/// Nothing is checked here: the text is parsed like any other request, so that a key that is given
/// twice or misspelt is reported in the same words.
package struct RequestDraft: Equatable, Sendable {
    private var members: [(key: String, value: JSONValue)] = []

    /// A draft with nothing in it.
    package init() {}

    /// Sets a key to a text, or to a list of texts where there are several.
    package mutating func set(_ key: String, texts: [String]) {
        let values = texts.map { JSONValue.string($0) }
        members.append((key, values.count == 1 ? values[0] : .array(values)))
    }

    /// Sets a key to what the text is as JSON (a number, a list, an object, true, false, null, a quoted
    /// text), or else to the text itself.
    package mutating func set(_ key: String, literal text: String) {
        members.append((key, Self.literal(text) ?? .string(text)))
    }

    /// Whether a key has been set.
    package func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    /// The mode that the keys leave no doubt about, set where none is.
    package mutating func setModeIfClear() {
        guard !has(Field.mode.rawValue), !has(Field.video.rawValue), !has(Field.panels.rawValue),
            !has(Field.examples.rawValue), !has(Field.mask.rawValue)
        else { return }
        let mode: ModeName
        switch (has(Field.prompt.rawValue), has(Field.image.rawValue)) {
        case (true, true): mode = .textImageToVideo
        case (true, false): mode = .textToVideo
        case (false, true): mode = .imageToVideo
        case (false, false): return
        }
        members.insert((Field.mode.rawValue, .string(mode.rawValue)), at: 0)
    }

    /// The request's text.
    package var text: [UInt8] {
        Array(JSONValue.object(members.map { ($0.key, $0.value) }).serialized().utf8)
    }

    /// A name for the request's file, without `.json`: the first words of a text, in small letters.
    ///
    /// At most 48 bytes; nil where there is no letter and no digit.
    package static func name(from text: String) -> String? {
        var name = ""
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            let longer = name.isEmpty ? String(word) : name + "-" + word
            guard longer.utf8.count <= 48 else { break }
            name = longer
        }
        return name.isEmpty ? nil : name
    }

    private static func literal(_ text: String) -> JSONValue? {
        do throws(JSONError) {
            let limits = JSONLimits(bytes: 256 << 10, depth: 16, duplicateKeys: .kept)
            return try JSONNode(parsing: Array(text.utf8), limits: limits).value
        } catch {
            return nil
        }
    }

    package static func == (left: RequestDraft, right: RequestDraft) -> Bool {
        left.text == right.text
    }
}
