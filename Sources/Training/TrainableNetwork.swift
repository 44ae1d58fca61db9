// SPDX-License-Identifier: Apache-2.0

import Model
import Products
import Weights

/// The blocks of a network, frozen.
struct TrainableNetwork: Sendable {
    let blocks: [TrainableBlock]
    let control: TrainableControl?
    /// The layer of each hint.
    let controlLayers: [Int]

    init(
        _ store: inout WeightStore, _ configuration: TransformerConfiguration, withControl: Bool,
        precision: Precision
    ) {
        blocks = (0..<configuration.layers).map {
            TrainableBlock(&store, "blocks.\($0)", number: $0, configuration, precision: precision)
        }
        control = withControl ? TrainableControl(&store, configuration, precision: precision) : nil
        controlLayers = withControl ? configuration.controlLayers : []
    }

    /// Whether the control branch has factors.
    func trainsBranch(_ factors: Factors) -> Bool {
        guard let first = control?.blocks.first else { return false }
        return factors.has(first.projections[.query].index)
    }
}
