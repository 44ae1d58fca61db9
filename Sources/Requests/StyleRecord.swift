// SPDX-License-Identifier: Apache-2.0

package import JSON

extension ResultRecord {
    /// A style that was used: a low-rank adapter over the model's weights.
    package struct Style: Equatable, Sendable {
        package var name: String
        package var version: Int
        package var weight: Double
        /// SHA-256 of the file, 64 hexadecimal digits.
        package var sha256: String
        /// The phrase that the prompt has because of it; nil where it has none.
        package var trigger: String?
        /// How many of the file's keys changed a weight, and how many belong to no part of the model.
        package var matched: Int
        package var unmatched: Int
        /// The first of the latter.
        package var firstUnmatched: [String]

        /// Makes a style's entry.
        package init(
            name: String, version: Int, weight: Double, sha256: String, trigger: String?,
            matched: Int, unmatched: Int, firstUnmatched: [String]
        ) {
            self.name = name
            self.version = version
            self.weight = weight
            self.sha256 = sha256
            self.trigger = trigger
            self.matched = matched
            self.unmatched = unmatched
            self.firstUnmatched = firstUnmatched
        }
    }

    /// A style that was made.
    ///
    /// The worker says what it is called and which of the result's files it is; whoever installs it
    /// adds the version.
    package struct MadeStyle: Equatable, Sendable {
        package var name: String
        /// The adapter, a name in the result's folder.
        package var file: String
        /// The phrase that calls it up in a prompt.
        package var trigger: String
        /// Absent while it is not installed.
        package var version: Int?

        /// Makes the entry of a style that is not installed yet.
        package init(name: String, file: String, trigger: String) {
            self.name = name
            self.file = file
            self.trigger = trigger
        }
    }
}

extension ResultRecord.Style {
    /// As `result.json` holds it.
    package var json: JSONValue {
        guard case .object(let members) = comment else {
            preconditionFailure("a style is an object")
        }
        let keys: JSONValue = [
            "matched": .integer(Int64(matched)), "unmatched": .integer(Int64(unmatched)),
            "first_unmatched": .array(firstUnmatched.map { .string($0) }),
        ]
        return .object(members + [("keys", keys)])
    }

    /// As the video's comment holds it.
    var comment: JSONValue {
        [
            "name": .string(name), "version": .integer(Int64(version)),
            "weight": .double(weight), "sha256": .string(sha256), "trigger": .text(trigger),
        ]
    }
}

extension ResultRecord.Style {
    /// The same without the phrase that calls it up.
    var wordless: ResultRecord.Style {
        var style = self
        style.trigger = nil
        return style
    }
}

extension ResultRecord.MadeStyle {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [("name", .string(name))]
        if let version { members.append(("version", .integer(Int64(version)))) }
        if let call { members.append(("call", .string(call))) }
        members += [("file", .string(file)), ("trigger", .string(trigger))]
        return .object(members)
    }

    /// What a request writes under `style` to get exactly this one.
    package var call: String? { version.map { "\(name)@\($0)" } }

    /// The style in the bytes of a `result.json`; nil where none was made.
    ///
    /// What a worker wrote is believed as far as names can be: the file has to be one in its folder.
    package init?(inResult bytes: [UInt8]) {
        guard let style = Self.result(bytes)?["style"], let name = style["name"]?.string,
            StyleName(name)?.version == nil, StyleName.isPlain(name),
            let file = style["file"]?.string, !file.isEmpty, !file.hasPrefix("."),
            !file.contains("/"), !file.contains("\0"), let trigger = style["trigger"]?.string
        else { return nil }
        self.init(name: name, file: file, trigger: trigger)
        version = style["version"]?.int
    }

    /// The bytes of the same `result.json`, with this as its style.
    package func placed(inResult bytes: [UInt8]) -> [UInt8] {
        guard case .object(var members)? = Self.result(bytes)?.value,
            let index = members.firstIndex(where: { $0.0 == "style" })
        else { preconditionFailure("the style was read from another result") }
        members[index].1 = json
        return Array(JSONValue.object(members).serialized().utf8)
    }

    private static func result(_ bytes: [UInt8]) -> JSONNode? {
        do throws(JSONError) {
            return try JSONNode(
                parsing: bytes,
                limits: JSONLimits(bytes: ResultSummary.limit, depth: 16, duplicateKeys: .kept))
        } catch {
            return nil
        }
    }
}
