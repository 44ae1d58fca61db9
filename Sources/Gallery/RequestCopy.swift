// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A request file that makes a result again: the one that was dropped, with what it left open.
///
/// Open were the seed, where it had none, the model, where it named none, and the version of a style.
struct RequestCopy {
    let text: String

    /// Bytes of the longest request that is shown.
    private static let limit = 32 << 10

    /// * `request`: As it was dropped.
    /// * `record`: What was made of it; nil where nothing was.
    init(of request: JSONNode, record: JSONNode?) {
        var members = (request.members ?? []).map { ($0.key, $0.value.value) }
        func add(_ key: String, _ value: JSONValue?) {
            guard let value, value != .null, request[key]?.isNull ?? true else { return }
            members.removeAll { $0.0 == key }
            members.append((key, value))
        }
        if let record {
            if let index = members.firstIndex(where: { $0.0 == "style" }) {
                members[index].1 = Self.pinned(members[index].1, to: record["style"])
            }
            add("model", record["model"]?["name"]?.value)
            add("seed", record["seed"]?.value)
        }
        text = JSONValue.object(members).serialized()
    }

    /// The same styles, each in the version that was used.
    private static func pinned(_ value: JSONValue, to record: JSONNode?) -> JSONValue {
        switch value {
        case .string(let name):
            guard !name.contains("@"),
                let used = record?.array?.first(where: { $0["name"]?.string == name }),
                let version = used["version"]?.int
            else { return value }
            return .string("\(name)@\(version)")
        case .array(let styles):
            return .array(styles.map { pinned($0, to: record) })
        case .object(let members):
            return .object(
                members.map { key, value in (key, key == "name" ? pinned(value, to: record) : value)
                })
        default:
            return value
        }
    }

    /// Whether the text is short enough for a page.
    var fits: Bool { text.utf8.count <= Self.limit }
}
