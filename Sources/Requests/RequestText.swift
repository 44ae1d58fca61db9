// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension ModeName {
    /// The shortest request of this mode that works, as a file.
    package var exampleText: String { example.serialized() }
}

extension Request {
    /// The text of a request that nobody wrote: of a file that lies where it says what is wanted.
    package static func text(
        of mode: ModeName?, prompt: String?, files: [(field: Field, name: String)]
    ) -> [UInt8] {
        var members: [(String, JSONValue)] = []
        if let mode { members.append((Field.mode.rawValue, .string(mode.rawValue))) }
        if let prompt { members.append((Field.prompt.rawValue, .string(prompt))) }
        members += files.map { ($0.field.rawValue, .string($0.name)) }
        return Array(JSONValue.object(members).serialized().utf8)
    }

    /// The keys that the bytes of a request have; none where they are no JSON object.
    package static func fields(in bytes: [UInt8]) -> Set<Field> {
        do throws(JSONError) {
            let members = try JSONNode(parsing: bytes, limits: .request).members ?? []
            return Set(members.compactMap { Field(rawValue: $0.key) })
        } catch {
            return []
        }
    }
}
