// SPDX-License-Identifier: Apache-2.0

import Glibc
import Tensors
import TestSupport
import Testing

/// Numbers without structure, the same in every run.
private func scattered(_ shape: [Int], seed: UInt64) -> Tensor {
    standardNormal(shape: shape, seed: seed)
}

@Suite("Kernels against their definitions in double precision")
struct KernelTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 7), (17, 16, 33), (130, 9, 64), (2, 300, 12)])
    func `linear is x·Wᵀ + b`(m: Int, n: Int, k: Int) {
        let (x, w, b) = (
            scattered([m, k], seed: 1), scattered([n, k], seed: 2), scattered([n], seed: 3)
        )
        var expected = Tensor(zeros: [m, n])
        for i in 0..<m {
            for j in 0..<n {
                var total = Double(b.values[j])
                for l in 0..<k {
                    total += Double(x.values[i * k + l]) * Double(w.values[j * k + l])
                }
                expected.values[i * n + j] = Float(total)
            }
        }
        expectClose(x.linear(w.values.span, bias: b.values.span, outputs: n), expected, .module)
    }

    @Test(arguments: [1, 7, 8, 9, 100])
    func `layer normalisation, then scale and shift`(width: Int) {
        let input = scattered([5, width], seed: 4)
        let (scale, shift) = (scattered([width], seed: 5), scattered([width], seed: 6))
        var actual = input
        actual.layerNormalize(
            epsilon: 1e-6, scale: scale.values.span, shift: shift.values.span)
        var expected = input
        for row in 0..<5 {
            let values = input.values[row * width..<(row + 1) * width].map(Double.init)
            let mean = values.reduce(0, +) / Double(width)
            let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
            for i in 0..<width {
                let y = (values[i] - mean) / (variance + 1e-6).squareRoot()
                expected.values[row * width + i] = Float(
                    y * Double(scale.values[i]) + Double(shift.values[i]))
            }
        }
        expectClose(actual, expected, .module)
    }

    @Test func `GELU in its tanh form, far into both tails`() {
        let input = Tensor(shape: [401], values: (-200...200).map { Float($0) / 8 })
        var actual = input
        actual.applyGELU()
        let expected = input.values.map { x -> Float in
            let z = 0.797_884_560_802_865_4 * (Double(x) + 0.044715 * pow(Double(x), 3))
            return Float(0.5 * Double(x) * (1 + tanh(z)))
        }
        expectClose(actual, Tensor(shape: [401], values: expected), .module)
    }

    @Test func `SiLU, far into both tails`() {
        let input = Tensor(shape: [801], values: (-400...400).map { Float($0) / 4 })
        var actual = input
        actual.applySiLU()
        let expected = input.values.map { Float(Double($0) / (1 + exp(-Double($0)))) }
        expectClose(actual, Tensor(shape: [801], values: expected), .module)
    }

    @Test(arguments: [(1, 1, 1, 4), (5, 3, 2, 6), (70, 13, 3, 20), (129, 65, 1, 128)])
    func `attention with a bias on each key`(n: Int, m: Int, heads: Int, channels: Int) {
        let width = heads * channels
        let (q, k, v) = (
            scattered([n, width], seed: 7), scattered([m, width], seed: 8),
            scattered([m, width], seed: 9)
        )
        let bias = scattered([m], seed: 10).values
        let actual = attention(
            q, k, v, shape: AttentionShape(heads: heads, channels: channels), scale: 0.3,
            bias: .perKey(bias))
        var expected = Tensor(zeros: [n, width])
        for head in 0..<heads {
            for i in 0..<n {
                let logits = (0..<m).map { j in
                    (0..<channels).reduce(Double(bias[j])) { total, c in
                        let at = head * channels + c
                        return total + 0.3 * Double(q.values[i * width + at])
                            * Double(k.values[j * width + at])
                    }
                }
                let weights = logits.map { exp($0 - (logits.max() ?? 0)) }
                let total = weights.reduce(0, +)
                for c in 0..<channels {
                    let at = head * channels + c
                    expected.values[i * width + at] = Float(
                        (0..<m).reduce(0.0) {
                            $0 + weights[$1] / total * Double(v.values[$1 * width + at])
                        })
                }
            }
        }
        expectClose(actual, expected, .module)
    }

    @Test func `every binary16 and bfloat16 has its value`() {
        for bits in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: bits))
            let actual = float(binary16: bits)
            #expect(actual == expected || (actual.isNaN && expected.isNaN), "\(bits)")
        }
        #expect(float(bfloat16: 0x3f80) == 1)
        #expect(float(bfloat16: 0xc049) == -3.140625)
    }
}
