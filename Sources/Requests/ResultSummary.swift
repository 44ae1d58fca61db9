// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What a `result.json` says at a glance, for whoever meets one again.
package struct ResultSummary: Sendable {
    /// The request's name: the file's name without `.json`.
    package let request: String
    /// Whether there was no video.
    package let isFailed: Bool
    /// The names of the files in the result's folder.
    package let files: [String]
    /// Why there was no video: a word for scripts, a sentence for people, and the first of the problems.
    package let failure: (code: String, message: String, problem: String?)?
    /// Why there was none: the sentences of the error, and of its first problems.
    package let reason: String?

    /// Bytes of the longest record that is read: 4 MiB.
    package static let limit = 4 << 20

    /// Reads a record; nil when the bytes are something else.
    package init?(_ bytes: [UInt8]) {
        let members: [JSONMember]
        do throws(JSONError) {
            let limits = JSONLimits(bytes: Self.limit, depth: 16, duplicateKeys: .kept)
            members = try JSONNode(parsing: bytes, limits: limits).members ?? []
        } catch {
            return nil
        }
        func text(_ key: String) -> String? {
            members.first { $0.key == key }?.value.string
        }
        let keys = Set(members.map(\.key))
        guard let request = text("request"), let status = text("status"),
            ["done", "failed"].contains(status),
            keys.isSuperset(of: ["settings", "timing", "engine"])
        else { return nil }
        self.request = request
        isFailed = status == "failed"
        func value(_ key: String) -> JSONNode? { members.first { $0.key == key }?.value }
        files = (value("files")?.array ?? []).compactMap { $0["name"]?.string }
        let error = value("error")
        failure = error.flatMap { error in
            guard let code = error["code"]?.string, let message = error["message"]?.string
            else { return nil }
            return (code, message, error["problems"]?.array?.first?["message"]?.string)
        }
        let problems = error?["problems"]?.array?.prefix(3).compactMap { $0["message"]?.string }
        let sentences = [error?["message"]?.string].compactMap(\.self) + (problems ?? [])
        reason = sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }
}
