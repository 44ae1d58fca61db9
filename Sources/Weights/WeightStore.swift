// SPDX-License-Identifier: Apache-2.0

import Files
import JSON

/// The weights of one component folder of a diffusers model: a single file or shards.
///
/// A component takes what its configuration asks for and then calls `finish`, which reports every
/// tensor that was missing, of the wrong shape, or left over, all together.
package struct WeightStore {
    /// The folder that holds the files.
    package let folder: String
    private var tensors: [String: (file: Int, entry: Safetensors.Entry)] = [:]
    private var files: [Safetensors] = []
    private var taken: Set<String> = []
    private var problems: [String] = []
    /// What is added to tensors as they are taken, by name; others are handed out as they are.
    package var amendments: [String: Amendment] = [:]

    /// Opens `folder`.
    ///
    /// Reads `NAME.safetensors.index.json` and the shards that it lists where there is one, else
    /// `NAME.safetensors`; NAME is `diffusion_pytorch_model` or `model`.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package init(folder: String) throws(WeightsError) {
        self.folder = folder
        for file in try WeightStore.files(in: folder) {
            for (name, entry) in file.entries {
                guard tensors[name] == nil else {
                    throw .malformed(
                        path: file.path, reason: "'\(name)' is in another shard as well")
                }
                tensors[name] = (files.count, entry)
            }
            files.append(file)
        }
    }

    /// Opens one file, as golden tensors and adapters are kept.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package init(file path: String) throws(WeightsError) {
        folder = path
        let file = try Safetensors(path: path)
        tensors = file.entries.mapValues { (0, $0) }
        files = [file]
    }

    /// The names that the files hold, sorted.
    package var names: [String] { tensors.keys.sorted() }

    /// The paths of the files, in the order of the index.
    package var paths: [String] { files.map(\.path) }

    /// The texts that the first file holds about itself, by name.
    package var metadata: [String: String] { files.first?.metadata ?? [:] }

    /// Whether a tensor of this name is there.
    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// The shape of a tensor, or nil where there is none.
    package func shape(of name: String) -> [Int]? { tensors[name]?.entry.shape }

    /// Hands out one tensor, which must have the given shape.
    ///
    /// Trouble is kept for `finish`; what is returned then has the right shape and no meaning.
    package mutating func take(_ name: String, _ shape: [Int]) -> Weight {
        taken.insert(name)
        let wanted = "'\(name)' of shape \(shape)"
        guard let (file, entry) = tensors[name] else {
            problems.append("\(wanted) is missing")
            return Weight(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        }
        guard entry.shape == shape else {
            problems.append("\(wanted) is wanted, the file has \(entry.shape)")
            return Weight(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        }
        guard let type = Safetensors.ElementType(rawValue: entry.type) else {
            problems.append("'\(name)' is of type \(entry.type); F32, F16 and BF16 can be read")
            return Weight(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        }
        let weight = files[file].weight(entry, type: type)
        guard let amended = amendments[name]?.applied(to: weight) else { return weight }
        if weight.isFinite && !amended.isFinite {
            problems.append("'\(name)' becomes infinite by what an adapter adds to it")
        }
        return amended
    }

    /// The file that a tensor is in, and its entry there.
    func source(of name: String) -> (file: Safetensors, entry: Safetensors.Entry)? {
        tensors[name].map { (files[$0.file], $0.entry) }
    }

    /// Hands out one tensor of whatever shape, or nil where there is none.
    package mutating func takeIfPresent(_ name: String) -> Weight? {
        guard let entry = tensors[name]?.entry else { return nil }
        guard Safetensors.ElementType(rawValue: entry.type) != nil else {
            // Its shape is only a claim: nothing of that size is made.
            taken.insert(name)
            problems.append("'\(name)' is of type \(entry.type); F32, F16 and BF16 can be read")
            return nil
        }
        return take(name, entry.shape)
    }

    /// Accepts every tensor whose name begins with `prefix` without reading it.
    package mutating func skip(prefix: String) {
        taken.formUnion(tensors.keys.filter { $0.hasPrefix(prefix) })
    }

    /// Checks that everything asked for was there and that nothing is left over.
    ///
    /// - Throws: `WeightsError.unfit`, naming every tensor.
    package consuming func finish() throws(WeightsError) {
        let leftOver = tensors.keys.filter { !taken.contains($0) }.sorted()
        let all = problems + leftOver.map { "'\($0)' belongs to no part of the network" }
        guard all.isEmpty else { throw .unfit(folder: folder, problems: all) }
    }

    private static let baseNames = ["diffusion_pytorch_model", "model"]

    private static func files(in folder: String) throws(WeightsError) -> [Safetensors] {
        for name in baseNames {
            let index = "\(folder)/\(name).safetensors.index.json"
            if let map = try JSONFile.readIfPresent(index) {
                return try shards(listedBy: map, path: index, of: folder)
            }
            let single = "\(folder)/\(name).safetensors"
            if let file = try Safetensors(ifPresent: single) { return [file] }
        }
        let wanted = baseNames.map { "\($0).safetensors or \($0).safetensors.index.json" }
        throw .unreadable(
            path: folder, reason: "it holds no weights; wanted \(wanted.joined(separator: ", "))")
    }

    private static func shards(
        listedBy index: JSONNode, path: String, of folder: String
    ) throws(WeightsError) -> [Safetensors] {
        guard let map = index["weight_map"]?.members else {
            throw .malformed(path: path, reason: "it has no 'weight_map'")
        }
        var seen: Set<String> = []
        var files: [Safetensors] = []
        for member in map {
            guard let name = member.value.string, !name.contains("/") else {
                throw .malformed(path: path, reason: "'\(member.key)' names no file")
            }
            guard seen.insert(name).inserted else { continue }
            files.append(try Safetensors(path: "\(folder)/\(name)"))
        }
        return files
    }
}
