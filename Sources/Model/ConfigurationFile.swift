// SPDX-License-Identifier: Apache-2.0

import JSON
import Weights

/// One of a model's `config.json` files: typed access to its keys, with errors that name them.
package struct ConfigurationFile {
    /// The file's path.
    package let path: String
    private let root: JSONNode
    /// The keys that lead to a section, each with a point after it.
    private let above: String

    /// Reads `path`.
    ///
    /// - Throws: `ModelError.weights` where the file is missing or not JSON.
    package init(path: String) throws(ModelError) {
        self.path = path
        above = ""
        do { root = try JSONFile.read(path) } catch { throw .weights(error) }
        guard root.members != nil else {
            throw .configuration(path: path, key: "", problem: "the file is not a JSON object")
        }
    }

    private init(path: String, root: JSONNode, above: String) {
        self.path = path
        self.root = root
        self.above = above
    }

    /// The keys in the order of the file.
    package var keys: [String] { root.members?.map(\.key) ?? [] }

    /// The object under a key, whose own keys errors name behind it; nil where the key is absent.
    package func section(_ key: String) throws(ModelError) -> ConfigurationFile? {
        guard let node = present(key) else { return nil }
        guard node.members != nil else { throw wrong(key, "wanted an object in braces { }") }
        return ConfigurationFile(path: path, root: node, above: "\(above)\(key).")
    }

    /// A list of texts of 1 to `characters` characters; the number of texts is in `counts`.
    package func texts(
        _ key: String, counts: ClosedRange<Int>, characters: Int
    ) throws(ModelError) -> [String] {
        guard let node = present(key) else { throw wrong(key, "the key is missing") }
        guard let items = node.array else { throw wrong(key, "wanted a list of texts") }
        guard counts.contains(items.count) else {
            throw wrong(
                key,
                "wanted \(counts.lowerBound) to \(counts.upperBound) texts, but the list has"
                    + " \(items.count)")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard let text = item.string, (1...characters).contains(text.count) else {
                throw wrong(
                    key,
                    "wanted texts of 1 to \(characters) characters, but number \(index + 1) of the"
                        + " list is none")
            }
            texts.append(text)
        }
        return texts
    }

    /// Whether the key is there and not null.
    package func has(_ key: String) -> Bool { root[key].map { !$0.isNull } ?? false }

    /// Whether the key names a part of a pipeline: absent ones stand as null or [null, null].
    package func names(_ key: String) -> Bool { root[key]?.array?.contains { !$0.isNull } ?? false }

    /// A whole number of at least 1; `fallback` where the key is absent, an error without one.
    package func count(_ key: String, default fallback: Int? = nil) throws(ModelError) -> Int {
        guard let node = present(key) else { return try required(key, fallback) }
        guard let value = node.int, value >= 1, value <= 1 << 24 else {
            throw wrong(key, "wanted a whole number from 1 to \(1 << 24)")
        }
        return value
    }

    /// A number.
    package func number(_ key: String, default fallback: Double? = nil) throws(ModelError) -> Double
    {
        guard let node = present(key) else { return try required(key, fallback) }
        guard let value = node.double, value.isFinite else { throw wrong(key, "wanted a number") }
        return value
    }

    /// True or false.
    package func flag(_ key: String, default fallback: Bool? = nil) throws(ModelError) -> Bool {
        guard let node = present(key) else { return try required(key, fallback) }
        guard let value = node.bool else { throw wrong(key, "wanted true or false") }
        return value
    }

    /// A text.
    package func text(_ key: String, default fallback: String? = nil) throws(ModelError) -> String {
        guard let node = present(key) else { return try required(key, fallback) }
        guard let value = node.string else { throw wrong(key, "wanted a text") }
        return value
    }

    /// A list of whole numbers of at least 1.
    package func counts(_ key: String, default fallback: [Int]? = nil) throws(ModelError) -> [Int] {
        guard let node = present(key) else { return try required(key, fallback) }
        let values = node.array?.compactMap(\.int) ?? []
        guard values.count == node.array?.count, values.allSatisfy({ 1...(1 << 24) ~= $0 }) else {
            throw wrong(key, "wanted a list of whole numbers from 1 to \(1 << 24)")
        }
        return values
    }

    /// A list of whole numbers of at least 0.
    package func indices(
        _ key: String, default fallback: [Int]? = nil
    ) throws(ModelError) -> [Int] {
        guard let node = present(key) else { return try required(key, fallback) }
        let values = node.array?.compactMap(\.int) ?? []
        guard values.count == node.array?.count, values.allSatisfy({ 0...(1 << 24) ~= $0 }) else {
            throw wrong(key, "wanted a list of whole numbers from 0 to \(1 << 24)")
        }
        return values
    }

    /// A list of numbers.
    package func numbers(
        _ key: String, default fallback: [Double]? = nil
    ) throws(ModelError) -> [Double] {
        guard let node = present(key) else { return try required(key, fallback) }
        let values = node.array?.compactMap(\.double) ?? []
        guard values.count == node.array?.count else {
            throw wrong(key, "wanted a list of numbers")
        }
        return values
    }

    /// A list of true and false.
    package func flags(_ key: String, default fallback: [Bool]? = nil) throws(ModelError) -> [Bool]
    {
        guard let node = present(key) else { return try required(key, fallback) }
        let values = node.array?.compactMap(\.bool) ?? []
        guard values.count == node.array?.count else {
            throw wrong(key, "wanted a list of true and false")
        }
        return values
    }

    /// Refuses a model whose `key` is not what this engine computes.
    package func refuse(_ key: String, unless fits: Bool, _ what: String) throws(ModelError) {
        guard fits else { throw .unsupported(path: path, what: "'\(above)\(key)' \(what)") }
    }

    /// An error about one key.
    package func wrong(_ key: String, _ problem: String) -> ModelError {
        .configuration(path: path, key: above + key, problem: problem)
    }

    private func present(_ key: String) -> JSONNode? {
        guard let node = root[key], !node.isNull else { return nil }
        return node
    }

    private func required<Value>(_ key: String, _ fallback: Value?) throws(ModelError) -> Value {
        guard let fallback else { throw wrong(key, "the key is missing") }
        return fallback
    }
}
