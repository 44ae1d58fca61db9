// SPDX-License-Identifier: Apache-2.0

import Files
import Tensors
import Testing
import Weights

/// The committed values that diffusers gave for the committed checkpoints (see Tests/Golden).
package enum Golden {
    /// The checkpoints, each of another shape.
    package static let checkpoints = ["narrow", "sharded", "half", "mixed"]

    /// The checkpoints with a control branch, each of another shape.
    package static let controlCheckpoints = ["vace-narrow", "vace-mixed", "vace-single"]

    /// The folder Tests/Golden of this repository.
    package static let folder = String(
        #filePath.dropLast("TestSupport/Golden.swift".count) + "Golden")

    /// The folder of a checkpoint.
    package static func model(_ checkpoint: String) -> String {
        "\(folder)/checkpoints/\(checkpoint)"
    }

    /// The content of a file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        try WholeFile.read(Path(path), limit: 1 << 20)
    }

    /// All tensors of a file below `values/`, by name.
    package static func tensors(_ name: String) throws -> [String: Tensor] {
        var store = try WeightStore(file: "\(folder)/values/\(name).safetensors")
        var tensors: [String: Tensor] = [:]
        for name in store.names { tensors[name] = store.takeIfPresent(name)?.tensor }
        return tensors
    }
}

/// How far a result may be from its golden value, and why.
package struct Tolerance {
    /// Allowed difference as a part of the largest golden value.
    package let relative: Float
    /// Allowed difference whatever the size of the values.
    package let absolute: Float

    /// Sums in another order: what one module of the network may differ by.
    package static let module = Tolerance(relative: 1e-4, absolute: 0)
    /// PyTorch vectorises logarithm, sine and cosine with their own last places.
    package static let noise = Tolerance(relative: 0, absolute: 1e-5)
}

/// Expects two tensors to agree, and shows where they do not.
package func expectClose(
    _ actual: Tensor, _ golden: Tensor, _ tolerance: Tolerance,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == golden.shape else {
        Issue.record(
            "shape \(actual.shape), golden \(golden.shape)", sourceLocation: sourceLocation)
        return
    }
    let largest = golden.values.reduce(0) { max($0, abs($1)) }
    var worst = (index: 0, difference: Float(0))
    for (index, pair) in zip(actual.values, golden.values).enumerated() {
        let difference = abs(pair.0 - pair.1)
        if difference > worst.difference || difference.isNaN { worst = (index, difference) }
        if difference.isNaN { break }
    }
    let allowed = max(tolerance.absolute, tolerance.relative * largest)
    #expect(
        worst.difference <= allowed,
        """
        shape \(golden.shape): largest difference \(worst.difference) at element \(worst.index) \
        (\(actual.values[worst.index]), golden \(golden.values[worst.index])), \
        \(worst.difference / max(largest, .leastNormalMagnitude)) of the largest value; allowed \
        \(allowed)
          first values \(actual.values.prefix(6))
          golden       \(golden.values.prefix(6))
        """, sourceLocation: sourceLocation)
}
