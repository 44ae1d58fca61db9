// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A finished video that is dropped to be made again: `{"again": "sunset.mp4"}`.
///
/// The service writes this in place of a request, because it never looks into files itself; a worker
/// reads the video's comment and goes on with the request that is in it.
package enum RequestAgain {
    private static let key = "again"

    /// The text that stands for the request in a video's comment.
    package static func text(of file: String) -> [UInt8] {
        Array(JSONValue.object([(key, .string(file))]).serialized().utf8)
    }

    /// The video, where the bytes are such a text.
    package static func file(in bytes: [UInt8]) -> String? {
        do throws(JSONError) {
            let members = try JSONNode(parsing: bytes, limits: .request).members ?? []
            guard members.count == 1, members[0].key == key else { return nil }
            return members[0].value.string
        } catch {
            return nil
        }
    }

    /// The request that a video's comment tells of, as `result.json` has it.
    ///
    /// Of several variations it is the one of this video.
    ///
    /// * `file`: The video's name, for people.
    /// - Throws: a failure where the comment is of another program, or has no prompt.
    package static func request(
        in comment: String?, of file: String
    ) throws(Failure) -> [UInt8] {
        guard let comment, let facts = facts(comment), let word = facts["mode"]?.string,
            let mode = ModeName(rawValue: word),
            case .object(let settings)? = facts["settings"]?.value
        else {
            throw Failure(
                code: Failure.badRequest,
                message: "'\(Problem.shown(file))' does not say how it was made.",
                hint: "Only a video that Rushes made can be made again from itself, as long as its "
                    + "comment tag is in it; some programs and web sites remove that. The "
                    + "request.json of its result works as well.")
        }
        let hidden = Request.Metadata.withoutPrompt.rawValue
        guard !settings.contains(where: { $0.0 == "metadata" && $0.1 == .string(hidden) }) else {
            throw Failure(
                code: Failure.badRequest,
                message: "'\(Problem.shown(file))' says how it was made, but not its prompt.",
                hint: "It was made with \"metadata\": \"\(hidden)\". Use the request.json of its "
                    + "result instead.")
        }
        var members: [(String, JSONValue)] = [("mode", .string(word))]
        for (key, value) in settings {
            guard let field = Field(rawValue: key), field.modes.contains(mode),
                field != .variations
            else { continue }
            members.append((key, value))
        }
        let styles = facts["style"]?.array ?? []
        if !styles.isEmpty { members.append(("style", .array(styles.compactMap(Self.style)))) }
        if let seed = facts["seed"], !seed.isNull { members.append(("seed", seed.value)) }
        if let model = facts["model"]?["name"]?.string {
            members.append(("model", .string(model)))
        }
        return Array(JSONValue.object(members).serialized().utf8)
    }

    private static func facts(_ comment: String) -> JSONNode? {
        do throws(JSONError) {
            let node = try JSONNode(parsing: Array(comment.utf8), limits: .request)
            return node["disclosure"]?.string == nil ? nil : node
        } catch {
            return nil
        }
    }

    private static func style(_ style: JSONNode) -> JSONValue? {
        guard let name = style["name"]?.string, let version = style["version"]?.int,
            let weight = style["weight"]
        else { return nil }
        return ["name": .string("\(name)@\(version)"), "weight": weight.value]
    }
}
