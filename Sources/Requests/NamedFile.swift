// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A file that a request names, and where in the request it does.
package struct NamedFile: Equatable, Sendable {
    /// Such as `panels[2].image`.
    package var field: String
    package var path: MediaPath
    /// The place of the name in the request, both from 1.
    package var line: Int
    package var column: Int
}

extension Request {
    /// The files that the bytes of a request name, each once, also when it is wrong in other ways:
    /// what is refused goes back with everything that belongs to it.
    ///
    /// Of a valid request these are the files of ``media``; names that no request may have, and
    /// requests that are no JSON, name none.
    package static func files(namedIn bytes: [UInt8]) -> [NamedFile] {
        let members: [JSONMember]
        do throws(JSONError) {
            members = try JSONNode(parsing: bytes, limits: .request).members ?? []
        } catch {
            // Refused later, with the reason.
            return []
        }
        var files: [NamedFile] = []
        var seen: Set<MediaPath> = []
        for member in members {
            let value = FieldValue(member.key, member.value)
            for name in names(in: value) {
                guard let file = NamedFile(name), files.count < Limits.files,
                    seen.insert(file.path).inserted
                else { continue }
                files.append(file)
            }
        }
        return files
    }

    /// The texts of one key that are names of files.
    private static func names(in value: FieldValue) -> [FieldValue] {
        let parts = value.elements ?? [value]
        return switch value.path {
        case "image": parts
        case "examples": parts.compactMap(example)
        case "video", "again": [value]
        case "mask": value.node.string == nil ? [image(of: value)].compactMap { $0 } : [value]
        case "panels": parts.compactMap(image)
        default: []
        }
    }

    private static func example(of value: FieldValue) -> FieldValue? {
        if value.node.string != nil { return value }
        let video = value.node["video"].map { FieldValue("\(value.path).video", $0) }
        return image(of: value) ?? video
    }

    private static func image(of value: FieldValue) -> FieldValue? {
        value.node["image"].map { FieldValue("\(value.path).image", $0) }
    }
}

extension NamedFile {
    fileprivate init?(_ value: FieldValue) {
        guard let text = value.node.string else { return nil }
        do throws(MediaPath.Fault) {
            path = try MediaPath(text)
        } catch {
            // Such a name is one of the problems of the request.
            return nil
        }
        field = value.path
        (line, column) = (value.node.position.line, value.node.position.column)
    }
}
