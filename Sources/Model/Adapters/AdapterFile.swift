// SPDX-License-Identifier: Apache-2.0

import Weights

/// The change of one layer, as one file has it; which of it fits is another question.
struct AdapterLayer {
    /// By part.
    fileprivate(set) var tensors: [AdapterKey.Part: StoredTensor] = [:]
    /// Absent where the file's metadata decide.
    fileprivate(set) var alpha: Double?

    /// The file's names of the given parts, sorted.
    func keys(_ parts: [AdapterKey.Part]) -> [String] {
        parts.compactMap { tensors[$0]?.name }.sorted()
    }
}

/// One file of low-rank factors and differences, in whatever spelling.
///
/// LoRA, arXiv 2106.09685. The file is mapped; its values are read where they are added.
struct AdapterFile {
    let path: String
    /// By the name of the layer in diffusers.
    let layers: [String: AdapterLayer]
    /// Names that mean nothing here, sorted.
    let strangers: [String]
    let scale: AdapterScale

    /// Opens a file and looks at every value once.
    ///
    /// - Throws: `ModelError.weights` for files that are missing or damaged, `.unsupported` for
    ///   adapters of another method, `.adapter` for values that are no numbers.
    init(path: String) throws(ModelError) {
        self.path = path
        let store: WeightStore
        do { store = try WeightStore(file: path) } catch { throw .weights(error) }
        scale = try AdapterScale(store.metadata, path: path)
        var (layers, strangers): ([String: AdapterLayer], [String]) = ([:], [])
        for name in store.names {
            if let method = AdapterKey.otherMethod(of: name) {
                throw .unsupported(
                    path: path, what: "'\(name)' is of the kind \(method); LoRA can be used")
            }
            guard let key = AdapterKey(name), let tensor = store.stored(name) else {
                strangers.append(name)
                continue
            }
            var layer = layers[key.layer, default: AdapterLayer()]
            if let other = layer.tensors.updateValue(tensor, forKey: key.part) {
                throw .adapter(
                    path: path,
                    problem: "'\(other.name)' and '\(name)' are the same in two spellings")
            }
            if key.part == .alpha {
                layer.alpha = try Self.alpha(tensor, path: path)
            } else {
                try Self.check(tensor, path: path)
            }
            layers[key.layer] = layer
        }
        self.layers = layers
        self.strangers = strangers
    }

    private static func alpha(_ tensor: StoredTensor, path: String) throws(ModelError) -> Double {
        guard let alpha = tensor.number, alpha.isFinite else {
            throw .adapter(path: path, problem: "'\(tensor.name)' is not a finite number")
        }
        return alpha
    }

    private static func check(_ tensor: StoredTensor, path: String) throws(ModelError) {
        guard tensor.isReadable else {
            throw .adapter(path: path, problem: "'\(tensor.name)' \(tensor.refusal)")
        }
        guard tensor.read().isFinite else {
            throw .adapter(path: path, problem: "'\(tensor.name)' holds values that are not finite")
        }
    }
}
