// SPDX-License-Identifier: Apache-2.0
//
// N tokens, D channels of a head.

import Glibc
package import Tensors

/// The rotary angles of a token grid, its three axes side by side in a head's channels.
///
/// Rows and columns get 2·⌊D/6⌋ channels each, frames the rest. The frequencies θ^(−2k/channels)
/// are computed in double precision, as diffusers v0.42.1 does (transformer_wan.py
/// `WanRotaryPosEmbed`).
package func rotaryAngles(_ grid: TokenGrid, headChannels: Int) -> RotaryAngles {
    let spatial = 2 * (headChannels / 6)
    let axes = [headChannels - 2 * spatial, spatial, spatial]
    var cosines: [Float] = []
    var sines: [Float] = []
    for t in 0..<grid.frames {
        for y in 0..<grid.rows {
            for x in 0..<grid.columns {
                for (channels, position) in zip(axes, [t, y, x]) {
                    for k in stride(from: 0, to: channels, by: 2) {
                        let frequency = 1 / pow(10_000, Double(k) / Double(channels))
                        let angle = Double(position) * frequency
                        cosines.append(Float(cos(angle)))
                        sines.append(Float(sin(angle)))
                    }
                }
            }
        }
    }
    let shape = [grid.count, headChannels / 2]
    return RotaryAngles(
        cosines: Tensor(shape: shape, values: cosines),
        sines: Tensor(shape: shape, values: sines))
}
