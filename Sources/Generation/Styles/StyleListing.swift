// SPDX-License-Identifier: Apache-2.0

import Digests
import JSON
package import Requests
import Weights

/// Styles as `rushes styles` tells of them.
package struct StyleListing {
    /// Files that nobody can call, a sentence each.
    package let troubles: [String]
    private let folder: String
    private let items: [Item]

    /// One version of a style, as far as its file can be read.
    private struct Item {
        let entry: StyleLibrary.Entry
        let bytes: Int
        /// Absent where it cannot be read.
        let sha256: String?
        /// Absent for a file that another program wrote.
        let metadata: StyleMetadata?
        let tensors: Int
        /// Why it cannot be used, a sentence's end.
        let trouble: String?
    }

    /// Reads all styles of a library, or all versions of one, or one.
    ///
    /// - Throws: `StyleError.unreadable`; with a name also `.unknown` and `.noVersion`.
    package init(of library: StyleLibrary, only name: StyleName? = nil) throws(StyleError) {
        folder = library.folder
        let entries: [StyleLibrary.Entry]
        if let name {
            let found = try library.find(name)
            entries = name.version == nil ? try library.versions(of: name.name) : [found]
            troubles = []
        } else {
            entries = try library.entries()
            troubles = try library.troubles()
        }
        items = entries.map(Self.item)
    }

    private static func item(_ entry: StyleLibrary.Entry) -> Item {
        var (bytes, sha256): (Int, String?) = (0, nil)
        do throws(DigestError) {
            (bytes, sha256) = try SHA256.sizeAndDigest(ofFile: entry.path)
            do throws(WeightsError) {
                let store = try WeightStore(file: entry.path)
                return Item(
                    entry: entry, bytes: bytes, sha256: sha256,
                    metadata: StyleMetadata(store.metadata), tensors: store.names.count,
                    trouble: nil)
            } catch {
                return Item(
                    entry: entry, bytes: bytes, sha256: sha256, metadata: nil, tensors: 0,
                    trouble: "\(error)")
            }
        } catch {
            return Item(
                entry: entry, bytes: 0, sha256: nil, metadata: nil, tensors: 0,
                trouble: "\(error)")
        }
    }

    /// A line for each style, or a sentence that says how to get one.
    package var text: String {
        guard !items.isEmpty else {
            return """
                There are no styles in '\(folder)'.
                A request with "mode": "customization" trains one from pictures or clips; an adapter \
                (LoRA) of somebody else's is one as soon as it lies there as NAME.safetensors.
                """
        }
        var lines: [[String]] = []
        for item in items {
            let what: String
            if let trouble = item.trouble {
                what = "cannot be used: \(trouble)"
            } else if let metadata = item.metadata {
                what =
                    "\"\(Problem.shown(metadata.trigger))\", over '\(Problem.shown(metadata.base))'"
            } else {
                what = "an adapter of another program"
            }
            lines.append([call(item), size(item.bytes), what])
        }
        let widths = (0..<2).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            (0..<2).map { column in
                line[column] + String(repeating: " ", count: widths[column] - line[column].count)
            }.joined(separator: "  ") + "  \(line[2])"
        }.joined(separator: "\n")
    }

    /// Everything that is known, a paragraph for each version, the newest first.
    package var details: String {
        items.reversed().map { item in
            var facts = [("style", call(item)), ("file", item.entry.path)]
            facts.append(("size", size(item.bytes)))
            if let sha256 = item.sha256 { facts.append(("sha256", sha256)) }
            if let trouble = item.trouble { facts.append(("trouble", trouble)) }
            if let metadata = item.metadata {
                facts += [
                    ("trigger", metadata.trigger), ("base model", metadata.base),
                    ("base sha256", metadata.baseSHA256),
                ]
                facts += metadata.details.sorted { $0.key < $1.key }
                    .map { ($0.key.replacing("_", with: " "), $0.value) }
            } else if item.trouble == nil {
                facts.append(("made by", "another program"))
            }
            let width = facts.map(\.0.count).max() ?? 0
            return facts.map { name, value in
                name + String(repeating: " ", count: width - name.count) + "  "
                    + Problem.shown(value)
            }.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// The same for scripts.
    package var json: String {
        let styles = items.map { item in
            var members: [(String, JSONValue)] = [
                ("name", .string(item.entry.name.name)),
                ("version", .integer(Int64(item.entry.version))),
                ("call", .string(item.entry.name.description)),
                ("newest", .bool(isNewest(item))),
                ("file", .string(item.entry.path)), ("bytes", .integer(Int64(item.bytes))),
                ("sha256", item.sha256.map { .string($0) } ?? .null),
                ("tensors", .integer(Int64(item.tensors))),
                ("trigger", item.metadata.map { .string($0.trigger) } ?? .null),
                ("base", item.metadata.map { Self.base($0) } ?? .null),
            ]
            if let details = item.metadata?.details {
                members.append(
                    (
                        "details",
                        .object(details.sorted { $0.key < $1.key }.map { ($0, .string($1)) })
                    ))
            }
            if let trouble = item.trouble { members.append(("trouble", .string(trouble))) }
            return JSONValue.object(members)
        }
        let listing: JSONValue = ["folder": .string(folder), "styles": .array(styles)]
        return listing.serialized()
    }

    private static func base(_ metadata: StyleMetadata) -> JSONValue {
        [
            "name": .string(metadata.base), "sha256": .string(metadata.baseSHA256),
            "fingerprint": .string(metadata.baseFingerprint),
        ]
    }

    private func isNewest(_ item: Item) -> Bool {
        items.last { $0.entry.name.name == item.entry.name.name }?.entry == item.entry
    }

    private func call(_ item: Item) -> String { item.entry.name.description }

    /// Such as `1.3 MB`, rounded to one digit after the point.
    private func size(_ bytes: Int) -> String {
        let (unit, word) = bytes < 1_000_000 ? (1e3, "kB") : (1e6, "MB")
        return "\((Double(bytes) / unit * 10).rounded() / 10) \(word)"
    }
}
