// SPDX-License-Identifier: Apache-2.0

import JSON
import Model
import Weights

/// One part of a model as its files' headers tell of it.
struct PartReport {
    let name: String
    /// The folder or the files.
    let places: [String]
    let format: String
    /// The types of its values, the commonest first, each with its share of them, 0…1.
    let types: [(name: String, share: Double)]
    /// How many values it has, 0 where types that cannot be read hide it.
    let values: Int
    /// What its tensors take in the files.
    let bytes: Int

    /// Adds up the tensors of a store.
    init(_ name: String, _ part: ModelPart, _ store: WeightStore) {
        self.name = name
        places = [part.folder].compactMap(\.self) + part.files
        let kind = store.isGGUF ? "GGUF" : "safetensors"
        format = part.folder == nil ? kind : "folder, \(kind)"
        var (counts, bytes): ([String: Int], Int) = ([:], 0)
        for tensor in store.names.compactMap(store.stored) {
            bytes += tensor.storedBytes
            counts[tensor.type, default: 0] += tensor.isReadable ? tensor.count : 0
        }
        let all = counts.values.reduce(0, +)
        types = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, all == 0 ? 0 : Double($0.value) / Double(all)) }
        (values, self.bytes) = (all, bytes)
    }

    /// Such as `GGUF, 1.4 billion values, Q4_K 97 %, F32 3 %, 812.0 MB`.
    var text: String {
        let shares = types.map { "\($0.name) \(Int(($0.share * 100).rounded())) %" }
        let mixed = shares.count == 1 ? [types[0].name] : shares
        return ([format, "\(countText(values)) values"] + mixed + [sizeText(bytes)])
            .joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "part": .string(name), "places": .array(places.map { .string($0) }),
            "format": .string(format),
            "types": .object(types.map { ($0.name, .double($0.share)) }),
            "values": .integer(Int64(values)), "bytes": .integer(Int64(bytes)),
        ]
    }
}

/// Such as `1.4 billion`.
func countText(_ count: Int) -> String {
    let steps = [(1e9, " billion"), (1e6, " million"), (1e3, " thousand")]
    guard let (unit, word) = steps.first(where: { Double(count) >= $0.0 }) else {
        return "\(count)"
    }
    return "\((Double(count) / unit * 10).rounded() / 10)\(word)"
}

/// Such as `1.3 GB`.
func sizeText(_ bytes: Int) -> String {
    let steps = [(1e9, "GB"), (1e6, "MB")]
    let (unit, word) = steps.first { Double(bytes) >= $0.0 } ?? (1e3, "kB")
    return "\((Double(bytes) / unit * 10).rounded() / 10) \(word)"
}
