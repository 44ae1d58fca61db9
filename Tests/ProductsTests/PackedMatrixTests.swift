// SPDX-License-Identifier: Apache-2.0

import Products
import Tensors
import TestSupport
import Testing

/// ‖a − b‖ / ‖b‖.
func relativeError(_ actual: [Float], _ expected: [Float]) -> Double {
    let difference = zip(actual, expected).map { Double($0 - $1) * Double($0 - $1) }
    let size = expected.map { Double($0) * Double($0) }
    return (difference.reduce(0, +) / size.reduce(0, +)).squareRoot()
}

/// What rounding to a precision may cost one product.
func tolerance(_ precision: Precision) -> Double {
    switch precision {
    case .float32: 2e-6
    case .bfloat16: 4e-3
    case .int8: 2e-2
    }
}

@Suite("Products of packed weights")
struct PackedMatrixTests {
    @Test(
        arguments: Precision.allCases,
        [(1, 1, 1), (3, 5, 7), (17, 70, 33), (130, 200, 192), (70, 1700, 96), (5, 48, 1000)])
    func `equal x·Wᵀ + b to within rounding`(
        precision: Precision, shape: (rows: Int, outputs: Int, inputs: Int)
    ) {
        let (m, n, k) = shape
        let x = standardNormal(shape: [m, k], seed: 1)
        let w = standardNormal(shape: [n, k], seed: 2)
        let b = standardNormal(shape: [n], seed: 3)
        let matrix = PackedMatrix(
            w.values.span, bias: b.values.span, outputs: n, precision: precision, widestPanel: 640)
        var expected = [Float](repeating: 0, count: m * n)
        for i in 0..<m {
            for j in 0..<n {
                let products = (0..<k).map {
                    Double(x.values[i * k + $0]) * Double(w.values[j * k + $0])
                }
                expected[i * n + j] = Float(products.reduce(Double(b.values[j]), +))
            }
        }
        var actual = [Float](repeating: 0, count: m * n)
        unsafe actual.withUnsafeMutableBufferPointer { actual in
            guard let result = actual.baseAddress else { return }
            Scratch.lend { scratch in
                let tile = Operand(precision, rows: m, columns: k, in: scratch)
                let row = unsafe scratch.floats(k)
                for i in 0..<m {
                    for l in 0..<k { unsafe row[l] = x.values[i * k + l] }
                    unsafe tile.store(row, row: i)
                }
                unsafe tile.multiply(by: matrix, rows: m, into: result, stride: n)
            }
        }
        #expect(relativeError(actual, expected) < tolerance(precision))
    }

    @Test(arguments: Precision.allCases)
    func `a weight of zeros gives the bias`(precision: Precision) {
        let matrix = PackedMatrix(
            [Float](repeating: 0, count: 12).span, bias: ([1, 2, 3] as [Float]).span, outputs: 3,
            precision: precision)
        var actual: [Float] = [0, 0, 0]
        unsafe actual.withUnsafeMutableBufferPointer { actual in
            guard let result = actual.baseAddress else { return }
            Scratch.lend { scratch in
                let tile = Operand(precision, rows: 1, columns: 4, in: scratch)
                let row = unsafe scratch.floats(4)
                unsafe row.update(repeating: 0, count: 4)
                unsafe tile.store(row, row: 0)
                unsafe tile.multiply(by: matrix, rows: 1, into: result, stride: 3)
            }
        }
        #expect(actual == [1, 2, 3])
    }
}
