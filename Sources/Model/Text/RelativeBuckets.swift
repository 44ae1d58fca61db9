// SPDX-License-Identifier: Apache-2.0

import Glibc
import Tensors

/// The classes of distances between two tokens: near ones each for itself, far ones by logarithm.
///
/// Raffel et al., arXiv 1910.10683, §2.1; `_relative_position_bucket` of transformers 5.23,
/// models/umt5/modeling_umt5.py.
package struct RelativeBuckets: Sendable, Equatable {
    /// The number of classes: half for keys up to the query, half for keys behind it.
    package let count: Int
    /// From this distance on, all are in the last class.
    package let largestDistance: Int

    /// - Parameters:
    ///   - count: At least 4.
    ///   - largestDistance: More than a quarter of `count`.
    package init(count: Int, largestDistance: Int) {
        precondition(count >= 4, "\(count) buckets are fewer than 4")
        precondition(largestDistance > count / 4, "\(largestDistance) is too near")
        self.count = count
        self.largestDistance = largestDistance
    }

    /// The class of a key that stands `offset` tokens behind the query (before it, if negative).
    package func bucket(of offset: Int) -> Int {
        let side = count / 2
        let first = offset > 0 ? side : 0
        let distance = abs(offset)
        let exact = side / 2
        if distance < exact { return first + distance }
        // In single precision, as it is there: at powers of two the last bit decides.
        let logarithm = logf(Float(distance) / Float(exact))
        let ratio = logarithm / Float(log(Double(largestDistance) / Double(exact)))
        let step = Int(ratio * Float(side - exact))
        return first + min(exact + step, side - 1)
    }

    /// What is added to the logits of one layer.
    ///
    /// - Parameters:
    ///   - table: One value for each class and head, (count, H).
    ///   - heads: H.
    ///   - length: L, the number of tokens.
    /// - Returns: (H, L, L): head, query, key.
    func bias(table: Span<Float>, heads: Int, length: Int) -> Tensor {
        precondition(table.count == count * heads, "a table of \(table.count) values")
        var values = [Float](repeating: 0, count: heads * length * length)
        let buckets = (1 - length..<length).map(bucket)
        for head in 0..<heads {
            for query in 0..<length {
                let row = (head * length + query) * length
                for key in 0..<length {
                    let bucket = buckets[key - query + length - 1]
                    values[row + key] = table[bucket * heads + head]
                }
            }
        }
        return Tensor(shape: [heads, length, length], values: values)
    }
}
