// SPDX-License-Identifier: Apache-2.0

import Tensors
import Weights

extension Transformer {
    /// Bytes whose digest names a base, however it is packed: as float32 or bfloat16, in shards or
    /// not, with or without a control branch.
    ///
    /// For each tensor whose name does not begin with `vace_`, in the order of the names' bytes: the
    /// line `NAME 24 24` with the shape, then its first 64 values, rounded to bfloat16, little-endian.
    ///
    /// - Throws: `ModelError.weights` where there are no weights that can be read.
    package static func fingerprintMaterial(
        of transformer: ModelPart
    ) throws(ModelError) -> [UInt8] {
        let store = try transformer.openTransformer()
        let names = store.names.filter { !$0.hasPrefix("vace_") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var bytes: [UInt8] = []
        for tensor in names.compactMap(store.stored) {
            let words = [tensor.name] + tensor.shape.map(String.init)
            bytes += "\(words.joined(separator: " "))\n".utf8
            for value in tensor.first(64) {
                let bits = bfloat16(value)
                bytes += [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
            }
        }
        return bytes
    }
}
