// SPDX-License-Identifier: Apache-2.0

import Tensors
import Weights

/// The bytes of an adapter over the first block of a network of a width, as PEFT names its factors.
///
/// Equal seeds give equal factors. Tensors called `strangers` belong to no network.
package func adapterFile(
    seed: UInt64, width: Int, metadata: [String: String] = [:], strangers: [String] = []
) -> [UInt8] {
    var writer = SafetensorsWriter(metadata: metadata)
    for layer in ["blocks.0.attn1.to_q", "blocks.0.attn2.to_v"] {
        for (part, shape) in [("A", [2, width]), ("B", [width, 2])] {
            writer.add(
                "transformer.\(layer).lora_\(part).weight",
                standardNormal(shape: shape, seed: seed))
        }
    }
    for name in strangers { writer.add(name, standardNormal(shape: [2], seed: seed)) }
    return writer.bytes
}
