// SPDX-License-Identifier: Apache-2.0

import Glibc
import Products
import Tensors
import TestSupport
import Testing

@Suite("Attention in blocks")
struct BlockedAttentionTests {
    /// Queries, keys and heads of channels; blocks are 128 queries and 1,024 keys long.
    static let shapes = [
        (n: 1, m: 1, heads: 1, channels: 4), (n: 5, m: 3, heads: 2, channels: 6),
        (n: 131, m: 70, heads: 3, channels: 12), (n: 70, m: 1_100, heads: 2, channels: 48),
        (n: 300, m: 2_100, heads: 1, channels: 128),
    ]

    @Test(arguments: Precision.allCases, shapes)
    func `equals its definition to within rounding`(
        precision: Precision, of shape: (n: Int, m: Int, heads: Int, channels: Int)
    ) {
        let (n, m) = (shape.n, shape.m)
        let heads = AttentionShape(heads: shape.heads, channels: shape.channels)
        let width = shape.heads * shape.channels
        let scale = 1 / Float(shape.channels).squareRoot()
        let q = standardNormal(shape: [n, width], seed: 7)
        let k = standardNormal(shape: [m, width], seed: 8)
        let v = standardNormal(shape: [m, width], seed: 9)
        let bias =
            precision == .int8 ? [] : standardNormal(shape: [m], seed: 10).values
        let actual = attended(q, k, v, heads, precision, scale: scale, bias: bias)
        let expected = attention(
            q, k, v, shape: heads, scale: scale, bias: bias.isEmpty ? .none : .perKey(bias))
        #expect(relativeError(actual, expected.values) < 2 * tolerance(precision))
    }

    @Test(arguments: Precision.allCases)
    func `a key that towers above all others is all that counts`(precision: Precision) {
        let heads = AttentionShape(heads: 1, channels: 16)
        let q = Tensor(shape: [3, 16], values: [Float](repeating: 1, count: 48))
        var k = Tensor(zeros: [2_000, 16])
        for channel in 0..<16 { k.values[1_500 * 16 + channel] = 40 }
        let v = standardNormal(shape: [2_000, 16], seed: 4)
        let actual = attended(q, k, v, heads, precision, scale: 1)
        let expected = (0..<3).flatMap { _ in v.values[1_500 * 16..<1_501 * 16] }
        #expect(relativeError(actual, Array(expected)) < tolerance(precision))
    }

    @Test(arguments: Precision.allCases)
    func `the same operands give the same bytes`(precision: Precision) {
        let heads = AttentionShape(heads: 2, channels: 32)
        let q = standardNormal(shape: [500, 64], seed: 1)
        let runs = (0..<3).map { _ in attended(q, q, q, heads, precision, scale: 0.2) }
        #expect(runs[1] == runs[0] && runs[2] == runs[0])
    }

    private func attended(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ shape: AttentionShape, _ precision: Precision,
        scale: Float, bias: [Float] = []
    ) -> [Float] {
        let queries = HeadRows(
            rows: q.rows, shape: shape, precision: precision, areQueries: true)
        let keys = HeadRows(rows: k.rows, shape: shape, precision: precision)
        let values = ValueRows(rows: v.rows, shape: shape, precision: precision)
        eachRow(q) { unsafe queries.store($0, row: $1) }
        eachRow(k) { unsafe keys.store($0, row: $1) }
        eachRow(v) { unsafe values.store($0, row: $1) }
        var result = [Float](repeating: 0, count: q.count)
        unsafe result.withUnsafeMutableBufferPointer { result in
            guard let start = result.baseAddress else { return }
            unsafe attend(
                queries, to: KeyBlocks(keys: keys, values: values), scale: scale, bias: bias,
                into: start)
        }
        return result
    }

    private func eachRow(_ x: Tensor, _ body: (UnsafeMutablePointer<Float>, Int) -> Void) {
        var values = x.values
        unsafe values.withUnsafeMutableBufferPointer { values in
            guard let start = values.baseAddress else { return }
            for row in 0..<x.rows { unsafe body(start + row * x.columns, row) }
        }
    }
}
