// SPDX-License-Identifier: Apache-2.0

import Files
import JSON

/// The weights of one part of a model: a component folder of diffusers, or single files or shards of
/// any layout.
///
/// A component takes what its configuration asks for and then calls `finish`, which reports every
/// tensor that was missing, of the wrong shape, or left over, all together.
package struct WeightStore {
    /// A tensor in its file.
    struct Place {
        let file: Int
        let entry: TensorFile.Entry
        /// What the file calls it.
        let name: String
        /// What its values are multiplied by.
        var scale: Float = 1
    }

    /// The folder that holds the files, or the only file.
    package let folder: String
    private(set) var tensors: [String: Place] = [:]
    private(set) var files: [TensorFile] = []
    /// Those of which ComfyUI's mark says that 8-bit floats have scales.
    private var scaledFiles: Set<Int> = []
    private var taken: Set<String> = []
    private var problems: [String] = []
    /// What is added to tensors as they are taken, by name; others are handed out as they are.
    package var amendments: [String: Amendment] = [:]

    /// Opens `folder`.
    ///
    /// Reads `NAME.safetensors.index.json` and the shards that it lists where there is one, else
    /// `NAME.safetensors`; NAME is `diffusion_pytorch_model` or `model`. Else the only file with weights
    /// that is there, safetensors or GGUF.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package init(folder: String) throws(WeightsError) {
        self.folder = folder
        for file in try WeightStore.files(in: folder) { try add(file) }
    }

    /// Opens one file, as golden tensors, adapters and models of other layouts are kept.
    ///
    /// - Throws: `WeightsError.unreadable` and `.malformed`.
    package init(file path: String) throws(WeightsError) {
        folder = path
        try add(file: path)
    }

    /// Opens files whose tensors belong together: shards, or a base and a module for it.
    ///
    /// * `paths`: At least one.
    /// - Throws: `WeightsError.unreadable`, `.malformed`, also where two have a tensor of one name.
    package init(files paths: [String]) throws(WeightsError) {
        folder = paths.count == 1 ? paths[0] : paths.joined(separator: "', '")
        for path in paths { try add(file: path) }
    }

    /// Opens one file more, as a module for what is there.
    ///
    /// - Throws: `WeightsError.unreadable`, `.malformed`, also where a tensor of one name is there.
    package mutating func add(file path: String) throws(WeightsError) {
        try add(try TensorFile(path: path))
    }

    private mutating func add(_ file: TensorFile) throws(WeightsError) {
        for (name, entry) in file.entries {
            if name == "scaled_fp8" || name.hasSuffix(".scaled_fp8") {
                scaledFiles.insert(files.count)
                continue
            }
            guard tensors[name] == nil else {
                throw .malformed(path: file.path, reason: "'\(name)' is in another shard as well")
            }
            tensors[name] = Place(file: files.count, entry: entry, name: name)
        }
        files.append(file)
    }

    /// Calls tensors by other names.
    ///
    /// * `name`: The new name of each; nil leaves it out.
    /// - Throws: `WeightsError.malformed` where two get one name.
    package mutating func rename(_ name: (String) -> String?) throws(WeightsError) {
        var renamed: [String: Place] = [:]
        for (old, place) in tensors {
            guard let new = name(old) else { continue }
            if let other = renamed.updateValue(place, forKey: new) {
                let two = [other.name, place.name].sorted()
                throw .malformed(
                    path: files[place.file].path,
                    reason: "'\(two[0])' and '\(two[1])' are the same tensor in two spellings")
            }
        }
        tensors = renamed
    }

    /// Gives tensors of 8-bit floats the scales that stand beside them, `X.scale_weight` or
    /// `X.weight_scale` for `X.weight`, and takes away what else ComfyUI keeps there.
    ///
    /// - Throws: `WeightsError.malformed` where a scale is no single finite number, or where one is
    ///   missing in a file that says that it has them.
    package mutating func applyScales() throws(WeightsError) {
        var scales: [String: String] = [:]
        for name in tensors.keys {
            if [".scale_input", ".input_scale"].contains(where: name.hasSuffix) {
                tensors[name] = nil
            } else if [".scale_weight", ".weight_scale"].contains(where: name.hasSuffix) {
                scales[name.dropLast(".scale_weight".count) + ".weight"] = name
            }
        }
        for (name, place) in tensors where place.entry.element?.isFloat8 == true {
            guard let scale = scales[name] else {
                guard scaledFiles.contains(place.file) else { continue }
                throw .malformed(
                    path: files[place.file].path,
                    reason: "'\(place.name)' is scaled, and its '.scale_weight' is missing")
            }
            guard let value = stored(scale)?.number, value.isFinite else {
                throw .malformed(
                    path: files[place.file].path, reason: "'\(scale)' is not one finite number")
            }
            tensors[name]?.scale = Float(value)
        }
        for (weight, scale) in scales where tensors[weight]?.entry.element?.isFloat8 == true {
            tensors[scale] = nil
        }
        // Of tensors that are no 8-bit floats it is 1.
        for (weight, scale) in scales where tensors[weight] != nil && stored(scale)?.number == 1 {
            tensors[scale] = nil
        }
    }

    /// The names that the files hold, sorted.
    package var names: [String] { tensors.keys.sorted() }

    /// The paths of the files, in the order of the index.
    package var paths: [String] { files.map(\.path) }

    /// The texts that the first file holds about itself, by name.
    package var metadata: [String: String] { files.first?.metadata ?? [:] }

    /// Whether the first file is GGUF.
    package var isGGUF: Bool { files.first?.isGGUF ?? false }

    /// A list of texts that a GGUF file holds about itself, or nil where there is none.
    package func texts(_ key: String) -> [[UInt8]]? {
        files.lazy.compactMap { $0.texts(key) }.first
    }

    /// A list of numbers that a GGUF file holds about itself, or nil where there is none.
    package func numbers(_ key: String) -> [Double]? {
        files.lazy.compactMap { $0.numbers(key) }.first
    }

    /// Whether a tensor of this name is there.
    package func contains(_ name: String) -> Bool { tensors[name] != nil }

    /// The shape of a tensor, or nil where there is none.
    package func shape(of name: String) -> [Int]? { tensors[name]?.entry.shape }

    /// Hands out one tensor, which must have the given shape.
    ///
    /// Trouble is kept for `finish`; what is returned then has the right shape and no meaning.
    package mutating func take(_ name: String, _ shape: [Int]) -> Weight {
        guard check(name, shape), let place = tensors[name], let type = place.entry.element else {
            return Weight(shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
        }
        let entry = TensorFile.Entry(
            type: place.entry.type, shape: shape, range: place.entry.range)
        let weight = files[place.file].weight(entry, type: type, scale: place.scale)
        guard let amended = amendments[name]?.applied(to: weight) else { return weight }
        if weight.isFinite && !amended.isFinite {
            problems.append("'\(name)' becomes infinite by what an adapter adds to it")
        }
        return amended
    }

    /// Checks that a tensor is there, of the given shape, and can be read, without reading it.
    ///
    /// Trouble is kept for `finish`.
    /// - Returns: Whether all is well.
    @discardableResult
    package mutating func check(_ name: String, _ shape: [Int]) -> Bool {
        taken.insert(name)
        guard let place = tensors[name] else {
            problems.append("'\(name)' of shape \(shape) is missing")
            return false
        }
        guard fits(place, shape) else {
            problems.append(
                "\(called(name, place)) of shape \(shape) is wanted, the file has"
                    + " \(place.entry.shape)")
            return false
        }
        guard place.entry.element != nil else {
            problems.append("\(called(name, place)) \(ElementType.refusal(of: place.entry.type))")
            return false
        }
        return true
    }

    /// Whether a tensor is of a shape; writers of GGUF leave out axes of one at the front, and some
    /// fold the first axes of five into one.
    private func fits(_ place: Place, _ shape: [Int]) -> Bool {
        let stored = place.entry.shape
        guard files[place.file].isGGUF, stored != shape else { return stored == shape }
        let wanted = Array(shape.drop { $0 == 1 })
        let found = Array(stored.drop { $0 == 1 })
        return found == wanted
            || shape.count == 5 && found == [shape[0] * shape[1]] + shape.dropFirst(2)
    }

    /// A tensor as a message names it: also by what its file calls it, and by the file where there
    /// are several.
    private func called(_ name: String, _ place: Place) -> String {
        var asides: [String] = []
        if place.name != name { asides.append("there '\(place.name)'") }
        if files.count > 1 { asides.append("in '\(files[place.file].path)'") }
        return "'\(name)'" + (asides.isEmpty ? "" : " (\(asides.joined(separator: ", ")))")
    }

    /// Hands out one tensor of whatever shape, or nil where there is none.
    package mutating func takeIfPresent(_ name: String) -> Weight? {
        guard let place = tensors[name] else { return nil }
        // The shape of a type that cannot be read is only a claim: nothing of that size is made.
        guard check(name, place.entry.shape) else { return nil }
        return take(name, place.entry.shape)
    }

    /// Accepts every tensor whose name begins with `prefix` without reading it.
    package mutating func skip(prefix: String) {
        taken.formUnion(tensors.keys.filter { $0.hasPrefix(prefix) })
    }

    /// Checks that everything asked for was there and that nothing is left over.
    ///
    /// - Throws: `WeightsError.unfit`, naming every tensor.
    package consuming func finish() throws(WeightsError) {
        let leftOver = tensors.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }
        let all =
            problems
            + leftOver.map { "\(called($0.key, $0.value)) belongs to no part of the network" }
        guard all.isEmpty else { throw .unfit(folder: folder, problems: all) }
    }

    private static let baseNames = ["diffusion_pytorch_model", "model"]

    private static func files(in folder: String) throws(WeightsError) -> [TensorFile] {
        for name in baseNames {
            let index = "\(folder)/\(name).safetensors.index.json"
            if let map = try JSONFile.readIfPresent(index) {
                return try shards(listedBy: map, path: index, of: folder)
            }
            let single = "\(folder)/\(name).safetensors"
            if let file = try TensorFile(ifPresent: single) { return [file] }
        }
        let others = try WeightFiles(in: folder).sets
        if others.count == 1 {
            var files: [TensorFile] = []
            for path in others[0] { files.append(try TensorFile(path: path)) }
            return files
        }
        guard others.isEmpty else {
            throw .unreadable(
                path: folder, reason: "it holds '\(others[0][0])' and '\(others[1][0])'; leave one")
        }
        let wanted = baseNames.map { "\($0).safetensors or \($0).safetensors.index.json" }
        throw .unreadable(
            path: folder, reason: "it holds no weights; wanted \(wanted.joined(separator: ", "))")
    }

    private static func shards(
        listedBy index: JSONNode, path: String, of folder: String
    ) throws(WeightsError) -> [TensorFile] {
        guard let map = index["weight_map"]?.members else {
            throw .malformed(path: path, reason: "it has no 'weight_map'")
        }
        var seen: Set<String> = []
        var files: [TensorFile] = []
        for member in map {
            guard let name = member.value.string, !name.contains("/") else {
                throw .malformed(path: path, reason: "'\(member.key)' names no file")
            }
            guard seen.insert(name).inserted else { continue }
            files.append(try TensorFile(path: "\(folder)/\(name)"))
        }
        return files
    }
}
