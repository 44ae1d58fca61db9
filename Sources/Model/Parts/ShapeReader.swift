// SPDX-License-Identifier: Apache-2.0

import Weights

/// Dimensions as the shapes of a part's tensors tell them, for files without a `config.json`.
struct ShapeReader {
    let store: WeightStore
    /// Of the part, for messages.
    let path: String

    /// Whether a tensor is there.
    func has(_ name: String) -> Bool { store.contains(name) }

    /// The lengths of a tensor's axes.
    ///
    /// - Throws: `ModelError.weights` where it is missing or has another number of axes, or one that
    ///   is no dimension of a network.
    func axes(_ name: String, count: Int) throws(ModelError) -> [Int] {
        guard let shape = store.shape(of: name) else { throw unfit("'\(name)' is missing") }
        guard shape.count == count, shape.allSatisfy({ 1...(1 << 24) ~= $0 }) else {
            throw unfit("'\(name)' of \(count) axes is wanted, the file has \(shape)")
        }
        return shape
    }

    /// How many blocks are called `PREFIX.0.…`, `PREFIX.1.…` and so on.
    ///
    /// - Throws: `ModelError.weights` where one in between is missing.
    func count(ofBlocks prefix: String) throws(ModelError) -> Int {
        var numbers: Set<Int> = []
        for name in store.names where name.hasPrefix("\(prefix).") {
            let digits = name.dropFirst(prefix.utf8.count + 1).prefix { $0 != "." }
            if let number = Int(digits), number >= 0 { numbers.insert(number) }
        }
        if let missing = (0..<numbers.count).first(where: { !numbers.contains($0) }) {
            throw unfit("'\(prefix).\(missing)' is missing")
        }
        return numbers.count
    }

    func unfit(_ problem: String) -> ModelError {
        .weights(.unfit(folder: path, problems: [problem]))
    }
}
