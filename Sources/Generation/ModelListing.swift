// SPDX-License-Identifier: Apache-2.0

import Glibc
import JSON
import Model
import Products
import Requests
import Weights

/// The models that an engine would find, as `rushes models` tells of them.
///
/// Every part of a model is opened: configurations, the tokenizer, the index and the headers of the
/// weights, whose lengths have to agree with the files. The weights themselves are not read.
package struct ModelListing {
    /// Whether there is a model that can be used.
    package var hasUsable: Bool { items.contains { $0.trouble == nil } }
    /// The models that cannot be used, with the reasons.
    package var troubles: [(name: String, reason: String)] {
        items.compactMap { item in item.trouble.map { (item.name, $0) } }
    }
    /// The names of the models that can.
    package var usable: [String] { items.filter { $0.trouble == nil }.map(\.name) }

    private let searched: [String]
    private let items: [Item]

    /// One model, as far as it can be opened.
    private struct Item {
        let name: String
        let path: String
        var bytes = 0
        var facts: Facts?
        /// Why it cannot be used.
        var trouble: String?
    }

    /// What a model that can be used is like.
    private struct Facts {
        let defaults: ModelDefaults
        let hasControl: Bool
        let width: Int
        let layers: Int
        let precision: Precision
    }

    /// Looks at all models of an engine, in the order of their names.
    package init(of engine: Engine) {
        searched = engine.modelDirectories
        items = engine.installedModels.sorted { $0.key < $1.key }.map { name, path in
            var item = Item(name: name, path: path)
            do throws(ModelError) {
                (item.facts, item.bytes) = try Self.open(path, engine.precision)
            } catch {
                item.trouble = "\(error)"
            }
            return item
        }
    }

    private static func open(
        _ path: String, _ precision: Precision?
    ) throws(ModelError) -> (Facts, bytes: Int) {
        let folder = try ModelFolder(path: path)
        let transformer = try TransformerConfiguration(folder.transformer)
        _ = try Autoencoder(folder.autoencoder)
        _ = try TextEncoderConfiguration(folder.textEncoder)
        _ = try Tokenizer(folder.tokenizer)
        let bytes = try folder.weightFiles().map(size(ofFile:)).reduce(0, +)
        let facts = Facts(
            defaults: folder.defaults, hasControl: transformer.hasControl,
            width: transformer.width, layers: transformer.layers,
            precision: precision ?? .suited(to: transformer))
        return (facts, bytes)
    }

    /// A line for each model, or a sentence that says how to get one.
    package var text: String {
        guard !items.isEmpty else {
            return """
                No model is installed in \(searched.map { "'\($0)'" }.joined(separator: ", ")).
                A model is a folder in the layout of Hugging Face diffusers, or one with single \
                files; the package brings 'starter'.
                """
        }
        let lines = items.map { item -> [String] in
            guard let facts = item.facts else {
                return [item.name, "", "cannot be used: \(item.trouble ?? "")"]
            }
            let defaults = facts.defaults
            return [
                item.name, Self.size(item.bytes),
                "\(defaults.width)x\(defaults.height), \(defaults.frames) frames, "
                    + "\(facts.hasControl ? "all modes" : "text-to-video only"), "
                    + "\(facts.precision.rawValue)",
            ]
        }
        let widths = (0..<2).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            (0..<2).map { column in
                line[column] + String(repeating: " ", count: widths[column] - line[column].count)
            }.joined(separator: "  ") + "  \(line[2])"
        }.joined(separator: "\n")
    }

    /// The same for scripts, with where each is.
    package var json: String {
        let models = items.map { item -> JSONValue in
            var members: [(String, JSONValue)] = [
                ("name", .string(item.name)), ("folder", .string(item.path)),
                ("usable", .bool(item.trouble == nil)),
            ]
            if let facts = item.facts {
                let defaults = facts.defaults
                members += [
                    ("bytes", .integer(Int64(item.bytes))),
                    ("size", .string("\(defaults.width)x\(defaults.height)")),
                    ("frames", .integer(Int64(defaults.frames))),
                    ("fps", .double(defaults.framesPerSecond)),
                    ("steps", .integer(Int64(defaults.steps))),
                    ("control", .bool(facts.hasControl)), ("width", .integer(Int64(facts.width))),
                    ("layers", .integer(Int64(facts.layers))),
                    ("precision", .string(facts.precision.rawValue)),
                ]
            }
            if let trouble = item.trouble { members.append(("trouble", .string(trouble))) }
            return .object(members)
        }
        let listing: JSONValue = [
            "searched": .array(searched.map { .string($0) }), "models": .array(models),
        ]
        return listing.serialized()
    }

    /// The bytes of a file, links followed; calls `stat`.
    private static func size(ofFile path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Such as `24 MB`, with two digits at least.
    private static func size(_ bytes: Int) -> String {
        let (unit, word) = bytes < 1_000_000_000 ? (1e6, "MB") : (1e9, "GB")
        return "\((Double(bytes) / unit * 10).rounded() / 10) \(word)"
    }
}
