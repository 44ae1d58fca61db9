// SPDX-License-Identifier: Apache-2.0
//
// H rows, W columns, C channels in, O channels out.

import Products
import Tensors
import TestSupport
import Testing

/// A convolution over time, rows and columns, and the clip that it meets.
private struct Case {
    var rows = 5
    var columns = 7
    var inputs = 6
    var outputs = 4
    var size = KernelSize(depth: 3, rows: 3, columns: 3)
    /// How many frames come at once, one or two.
    var groups = [1, 2, 1, 1, 2, 2]
    /// Rows of a band.
    var bandHeight = 2
    var isNormalized = false
    /// Whether the input is added to the result; C = O.
    var isResidual = false
    var precision = Precision.float32

    var frames: Int { groups.reduce(0, +) }
    /// (C, H, W) each.
    var clip: [Tensor] {
        (0..<frames).map {
            standardNormal(shape: [inputs, rows, columns], seed: UInt64(100 + $0))
        }
    }
    /// (O, C, 3, rows, columns).
    var weight: [Float] {
        standardNormal(shape: [outputs * inputs * size.count], seed: 1).values
    }
    var bias: [Float] { standardNormal(shape: [outputs], seed: 2).values }
    var factors: [Float] { standardNormal(shape: [inputs], seed: 3).values }

    /// What the flow makes of the clip, (O, H, W) each.
    func flowed(isExact: Bool = true) -> [Tensor] {
        let (taps, weight) = (size.rows * size.columns, weight)
        let pairs = inputs * outputs
        let kernel = CausalKernel(
            inputs: inputs, outputs: outputs, size: size, bias: bias, precision: precision
        ) { frame in
            (0..<pairs).flatMap { pair -> ArraySlice<Float> in
                let start = (pair * 3 + frame) * taps
                return weight[start..<start + taps]
            }
        }
        let flow = CausalFlow(
            kernel, normalizedBy: isNormalized ? factors : nil, isExact: isExact)
        var waiting: [PixelFrame]?
        return bands { band in
            guard isResidual else { return flow(band) }
            let rest = WaitingRows(waiting, above: band)
            let made = flow(band, adding: rest)
            waiting = rest.after(made.rows.upperBound)
            return made
        }
    }

    /// What becomes of the clip's bands, put together.
    func bands(_ flow: (Band) -> Band) -> [Tensor] {
        let clip = clip.map { PixelFrame(planar: $0) }
        var results: [Tensor] = []
        var next = 0
        for group in groups {
            let frames = Array(clip[next..<next + group])
            next += group
            var whole: [PixelFrame] = []
            var complete = 0
            for first in stride(from: 0, to: rows, by: bandHeight) {
                let range = first..<min(rows, first + bandHeight)
                let made = flow(
                    Band(rows: range, height: rows, frames: frames.map { $0.rows(range) }))
                #expect(made.rows.lowerBound == complete)
                complete = made.rows.upperBound
                if whole.isEmpty {
                    whole = made.frames.map { PixelFrame(like: $0, rows: made.height) }
                }
                for (target, frame) in zip(whole, made.frames) {
                    target.copy(frame, to: made.rows.lowerBound)
                }
            }
            #expect(complete == whole[0].rows)
            results += whole.map(\.planar)
        }
        return results
    }

    /// What a plain convolution makes of the clip, in double precision.
    func expected() -> [Tensor] {
        let (clip, weight, bias) = (clip, weight, bias)
        let seen = isNormalized ? clip.map(normalized) : clip
        return seen.indices.map { time in
            var result = Tensor(zeros: [outputs, rows, columns])
            for output in 0..<outputs {
                for row in 0..<rows {
                    for column in 0..<columns {
                        let at = (output * rows + row) * columns + column
                        var sum = Double(bias[output])
                        if isResidual { sum += Double(clip[time].values[at]) }
                        forEachTap(time, row, column) { tap, frame, row, column in
                            for input in 0..<inputs {
                                let place = (output * inputs + input) * size.count + tap
                                let pixel = (input * rows + row) * columns + column
                                sum += Double(weight[place]) * Double(seen[frame].values[pixel])
                            }
                        }
                        result.values[at] = Float(sum)
                    }
                }
            }
            return result
        }
    }

    /// The taps that find a pixel, and that pixel.
    private func forEachTap(
        _ time: Int, _ row: Int, _ column: Int, _ body: (Int, Int, Int, Int) -> Void
    ) {
        for tap in 0..<size.count {
            let frame = time - 2 + tap / (size.rows * size.columns)
            let y = row - size.rows / 2 + tap / size.columns % size.rows
            let x = column - size.columns / 2 + tap % size.columns
            guard frame >= 0, 0..<rows ~= y, 0..<columns ~= x else { continue }
            body(tap, frame, y, x)
        }
    }

    private func normalized(_ frame: Tensor) -> Tensor {
        var result = frame
        let pixels = rows * columns
        for pixel in 0..<pixels {
            let places = (0..<inputs).map { $0 * pixels + pixel }
            let length = places.map { frame.values[$0] * frame.values[$0] }.reduce(0, +)
                .squareRoot()
            for (channel, place) in places.enumerated() {
                result.values[place] *=
                    Float(inputs).squareRoot() * factors[channel] / max(length, 1e-12)
            }
        }
        result.applySiLU()
        return result
    }
}

private func expectClose(_ actual: [Tensor], _ expected: [Tensor], within limit: Double) {
    #expect(actual.map(\.shape) == expected.map(\.shape))
    for (index, pair) in zip(actual, expected).enumerated() {
        let error = relativeError(pair.0.values, pair.1.values)
        #expect(error < limit, "frame \(index)")
    }
}

/// Sums of four products in Winograd's order cost a little more than one long sum.
private let limit = 4e-6

@Suite("A causal convolution in bands equals a plain one")
struct CausalFlowTests {
    @Test(arguments: [[1], [2], [1, 1], [1, 2], [2, 1, 2], [1, 1, 1, 1], [1, 2, 2, 1, 1, 2]])
    func `however many frames come at once`(groups: [Int]) {
        let test = Case(groups: groups)
        expectClose(test.flowed(), test.expected(), within: limit)
    }

    /// Every seed is a shape of its own: single rows, columns and channels, widths that fill no
    /// vector, bands of one row and bands higher than the frame.
    @Test(arguments: 1...40)
    func `of any shape`(seed: UInt64) {
        var random = MersenneTwister(seed: seed)
        func pick<Value>(_ values: [Value]) -> Value {
            values[Int(random.nextWord() % UInt32(values.count))]
        }
        var test = Case()
        (test.rows, test.columns) = (pick([1, 2, 3, 8, 13]), pick([1, 2, 5, 16, 21]))
        (test.inputs, test.outputs) = (pick([1, 3, 16, 17, 33]), pick([1, 2, 16, 19]))
        test.size.rows = pick([1, 3, 3, 5])
        test.size.columns = pick([1, 3, 3, 5])
        test.groups = (0..<3).map { _ in pick([1, 2]) }
        test.bandHeight = pick([1, 1, 2, 3, 50])
        test.isNormalized = pick([true, false])
        test.isResidual = pick([true, false])
        if test.isResidual { test.outputs = test.inputs }
        expectClose(test.flowed(), test.expected(), within: limit)
    }

    @Test(arguments: [Precision.bfloat16, .int8])
    func `to within the rounding of lower precisions`(precision: Precision) {
        let test = Case(
            rows: 9, columns: 12, inputs: 32, outputs: 16, isNormalized: true,
            precision: precision)
        expectClose(test.flowed(isExact: false), test.expected(), within: 2e-2)
    }

    @Test func `and gives the same bytes again`() {
        let test = Case(rows: 11, columns: 40, inputs: 24, outputs: 24, isNormalized: true)
        let first = test.flowed()
        #expect(test.flowed() == first)
        #expect(test.flowed(isExact: false) == test.flowed(isExact: false))
    }

    @Test(arguments: [1, 3, 4, 7, 11])
    func `whatever the height of the bands`(bandHeight: Int) {
        var test = Case(rows: 11, columns: 40, inputs: 24, outputs: 24, bandHeight: 2)
        let first = test.flowed()
        test.bandHeight = bandHeight
        expectClose(test.flowed(), first, within: 1e-6)
    }

    /// The kernel hands on the oldest of the three frames, so that the memory itself is seen.
    @Test(arguments: [1, 5, 16, 40], [(Float(0), Float(1)), (100, 0.1), (-3, 20), (2, 0)])
    func `what is remembered in eight bits is near`(
        channels: Int, values: (mean: Float, deviation: Float)
    ) {
        let frames = (0..<5).map { index in
            var frame = standardNormal(shape: [channels, 3, 4], seed: UInt64(index))
            for i in frame.values.indices {
                frame.values[i] = values.mean + values.deviation * frame.values[i]
            }
            return frame
        }
        let kernel = CausalKernel(
            inputs: channels, outputs: channels, size: KernelSize(depth: 3, rows: 1, columns: 1),
            bias: Array(repeating: 0, count: channels), precision: .float32
        ) { frame in
            (0..<channels * channels).map {
                frame == 0 && $0 / channels == $0 % channels ? 1 : 0
            }
        }
        let flow = CausalFlow(kernel, normalizedBy: nil, isExact: false)
        let found = frames.map { frame in
            flow(Band(rows: 0..<3, height: 3, frames: [PixelFrame(planar: frame)])).frames[0].planar
        }
        #expect(found[0].values.allSatisfy { $0 == 0 } && found[1].values.allSatisfy { $0 == 0 })
        for (frame, found) in zip(frames, found.dropFirst(2)) {
            for pixel in 0..<12 {
                let places = (0..<channels).map { $0 * 12 + pixel }
                let kept = places.map { frame.values[$0] }
                let (least, greatest) = (kept.min() ?? 0, kept.max() ?? 0)
                // Half a step of the range, and what bfloat16 makes of where it begins.
                let bound = (greatest - least) / 254 * 0.51 + max(abs(least), abs(greatest)) / 256
                for place in places {
                    #expect(abs(found.values[place] - frame.values[place]) <= bound)
                }
            }
        }
    }
}

@Suite("An enlarging convolution in bands equals one of the enlarged frame")
struct EnlargingFlowTests {
    @Test(arguments: [(1, 1), (1, 4), (5, 1), (6, 7)], [1, 2, 4, 9])
    func `of any shape`(size: (rows: Int, columns: Int), bandHeight: Int) {
        let (inputs, outputs) = (5, 3)
        var test = Case(
            rows: size.rows, columns: size.columns, inputs: inputs, outputs: outputs,
            groups: [1, 2, 2], bandHeight: bandHeight)
        let weight = standardNormal(shape: [outputs * inputs * 9], seed: 1).values
        let flow = EnlargingFlow(
            EnlargingKernel(
                inputs: inputs, outputs: outputs, bias: test.bias, precision: .float32
            ) { weight })
        let found = test.bands { flow.next($0) }
        let clip = test.clip
        // The last frame's taps of a causal kernel are a plain one.
        (test.rows, test.columns) = (2 * size.rows, 2 * size.columns)
        for (frame, found) in zip(clip, found) {
            var expected = Tensor(zeros: [outputs, test.rows, test.columns])
            for output in 0..<outputs {
                for row in 0..<test.rows {
                    for column in 0..<test.columns {
                        var sum = Double(test.bias[output])
                        for tap in 0..<9 {
                            let (y, x) = (row - 1 + tap / 3, column - 1 + tap % 3)
                            guard 0..<test.rows ~= y, 0..<test.columns ~= x else { continue }
                            for input in 0..<inputs {
                                let pixel =
                                    (input * size.rows + y / 2) * size.columns + x / 2
                                sum +=
                                    Double(weight[(output * inputs + input) * 9 + tap])
                                    * Double(frame.values[pixel])
                            }
                        }
                        expected.values[(output * test.rows + row) * test.columns + column] =
                            Float(sum)
                    }
                }
            }
            #expect(found.shape == expected.shape)
            #expect(relativeError(found.values, expected.values) < limit)
        }
    }
}
