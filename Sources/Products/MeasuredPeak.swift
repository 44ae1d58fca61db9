// SPDX-License-Identifier: Apache-2.0

import Tensors

/// What plain products of packed weights reach in a precision, in operations a second: the best of
/// several runs of the model's own shapes on all processors.
package func measuredPeak(_ precision: Precision) -> Double {
    let (tiles, rows, inputs, outputs) = (8 * processorCount, 128, 1536, 1536)
    let weight = [Float](repeating: 0.01, count: outputs * inputs)
    let matrix = PackedMatrix(weight.span, bias: Span(), outputs: outputs, precision: precision)
    var best = 0.0
    let begin = ContinuousClock.now
    while ContinuousClock.now - begin < .seconds(1) {
        let start = ContinuousClock.now
        parallelForEach(tiles) { _ in
            Scratch.lend { scratch in
                let tile = Operand(precision, rows: rows, columns: inputs, in: scratch)
                let y = unsafe scratch.floats(rows * outputs)
                unsafe tile.multiply(by: matrix, rows: rows, into: y, stride: outputs)
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        best = max(best, 2 * Double(tiles * rows) * Double(inputs * outputs) / seconds)
    }
    return best
}
