// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Requests
import Testing

extension Request {
    /// The JSON text of a valid request of a mode, changed where a test wants it changed.
    ///
    /// `changes` maps keys to JSON text; nil takes the key out, new keys come last.
    static func example(
        mode: ModeName = .textToVideo, _ changes: KeyValuePairs<String, String?> = [:]
    ) -> String {
        guard case .object(let base) = mode.example else { return "" }
        var members = base.map { ($0.0, $0.1.serialized(pretty: false)) }
        for (key, text) in changes {
            if let index = members.firstIndex(where: { $0.0 == key }) {
                if let text { members[index].1 = text } else { members.remove(at: index) }
            } else if let text {
                members.append((key, text))
            }
        }
        return "{" + members.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
    }

    /// Parses a text against the whole language.
    static func parse(
        _ text: String, available: Availability = .everything
    ) throws(RequestError) -> Request {
        try Request(parsing: Array(text.utf8), available: available)
    }
}

/// The problems of a text, empty if it is valid.
func problems(_ text: String, available: Availability = .everything) -> [Problem] {
    do throws(RequestError) {
        _ = try Request.parse(text, available: available)
        return []
    } catch {
        return error.problems
    }
}

/// The bytes of a file of the repository.
func repositoryFile(_ path: String) throws -> [UInt8] {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let file = try #require(fopen("/\(root)/\(path)", "rb"), "\(path) cannot be opened")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}
