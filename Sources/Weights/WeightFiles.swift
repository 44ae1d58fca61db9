// SPDX-License-Identifier: Apache-2.0

import Files

/// Files with weights that lie directly in a folder, whatever they are called.
package struct WeightFiles: Sendable {
    /// The paths of what belongs together, sorted: a single file, or all shards of a set.
    package let sets: [[String]]
    /// The paths of files that Python's pickle wrote, which are never opened.
    package let pickles: [String]

    /// Looks at the names in a folder; one that cannot be read holds nothing.
    ///
    /// - Throws: `WeightsError.unreadable` where a shard of a set is missing.
    package init(in folder: String) throws(WeightsError) {
        // Whoever wants a model of it says what the folder lacks, and why it cannot be opened.
        let found = (try? Directory.names(in: Path(folder))) ?? []
        let names = found.compactMap { String(validating: $0, as: UTF8.self) }
            .filter { !$0.hasPrefix(".") }.sorted()
        var (sets, shards): ([[String]], [String: [String]]) = ([], [:])
        for name in names
        where [".safetensors", ".gguf"].contains(where: name.lowercased().hasSuffix) {
            guard let shard = Shard(name) else {
                sets.append(["\(folder)/\(name)"])
                continue
            }
            shards[shard.set, default: []].append("\(folder)/\(name)")
            guard shard.number == 1 else { continue }
            for other in 1...shard.count where !names.contains(shard.name(other)) {
                throw .unreadable(
                    path: "\(folder)/\(shard.name(other))",
                    reason: "there is no such file, and it belongs to '\(name)'; copy it again")
            }
        }
        self.sets = (sets + shards.values.map { $0 }).sorted { $0[0] < $1[0] }
        pickles = names.filter { name in
            [".pth", ".pt", ".ckpt"].contains(where: name.lowercased().hasSuffix)
        }.map { "\(folder)/\($0)" }
    }
}

/// What the name of a shard says: `STEM-00001-of-00004.safetensors`.
private struct Shard {
    let stem: String
    let number: Int
    let count: Int
    let end: String

    /// What all shards of a set have in common.
    var set: String { "\(stem) \(count) \(end)" }

    init?(_ file: String) {
        guard let point = file.lastIndex(of: ".") else { return nil }
        end = String(file[point...])
        let words = file[..<point].split(separator: "-", omittingEmptySubsequences: false)
        guard words.count > 3, words[words.count - 2] == "of",
            let number = Self.number(words[words.count - 3]),
            let count = Self.number(words[words.count - 1]), (1...count).contains(number)
        else { return nil }
        stem = words.dropLast(3).joined(separator: "-")
        (self.number, self.count) = (number, count)
    }

    /// The file's name of another shard.
    func name(_ number: Int) -> String {
        "\(stem)-\(Self.text(number))-of-\(Self.text(count))\(end)"
    }

    private static func number(_ text: Substring) -> Int? {
        text.count == 5 && text.allSatisfy { $0.isASCII && $0.isNumber }
            ? Int(text).flatMap { $0 > 0 ? $0 : nil } : nil
    }

    private static func text(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 5 - digits.count) + digits
    }
}
