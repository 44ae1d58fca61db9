// SPDX-License-Identifier: Apache-2.0

import Model
import Products
import Weights

/// The ten projections of one block that can have factors.
struct BlockProjections: Sendable {
    /// In the order in which the network has them.
    enum Place: Int, CaseIterable {
        case query, key, value, output
        case textQuery, textKey, textValue, textOutput
        case expansion, contraction

        /// The projection's name within its block, in diffusers' words.
        var name: String {
            switch self {
            case .query: "attn1.to_q"
            case .key: "attn1.to_k"
            case .value: "attn1.to_v"
            case .output: "attn1.to_out.0"
            case .textQuery: "attn2.to_q"
            case .textKey: "attn2.to_k"
            case .textValue: "attn2.to_v"
            case .textOutput: "attn2.to_out.0"
            case .expansion: "ffn.net.0.proj"
            case .contraction: "ffn.net.2"
            }
        }

        /// Inputs and outputs.
        func size(_ configuration: TransformerConfiguration) -> (Int, Int) {
            let (width, inner) = (configuration.width, configuration.feedForwardChannels)
            return switch self {
            case .expansion: (width, inner)
            case .contraction: (inner, width)
            default: (width, width)
            }
        }
    }

    private let all: [AdaptedLinear]

    /// * `number`: The block's among all blocks that can have factors.
    init(
        _ store: inout WeightStore, _ name: String, number: Int,
        _ configuration: TransformerConfiguration, precision: Precision
    ) {
        all = Place.allCases.map { place in
            let (inputs, outputs) = place.size(configuration)
            return AdaptedLinear(
                linear: FrozenLinear(
                    &store, "\(name).\(place.name)", inputs: inputs, outputs: outputs,
                    precision: precision),
                index: number * Place.allCases.count + place.rawValue)
        }
    }

    subscript(place: Place) -> AdaptedLinear { all[place.rawValue] }

    /// Names and sizes of the projections of so many blocks called `prefix.0` and so on.
    static func layout(
        _ prefix: String, count: Int, _ configuration: TransformerConfiguration
    ) -> [(name: String, inputs: Int, outputs: Int)] {
        (0..<count).flatMap { block in
            Place.allCases.map { place in
                let (inputs, outputs) = place.size(configuration)
                return ("\(prefix).\(block).\(place.name)", inputs, outputs)
            }
        }
    }
}

/// A (N, r) matrix for each projection: x·Aᵀ forward, s·∂y·B backward.
struct LowRankRows {
    private let all: [Rows]

    /// * `tokens`, `words`: The rows of what projects tokens, and of what projects the text.
    init(tokens: Int, words: Int, rank: Int) {
        all = BlockProjections.Place.allCases.map {
            Rows($0 == .textKey || $0 == .textValue ? words : tokens, rank)
        }
    }

    subscript(place: BlockProjections.Place) -> Rows { all[place.rawValue] }
}
