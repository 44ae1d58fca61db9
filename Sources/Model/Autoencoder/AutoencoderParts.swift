// SPDX-License-Identifier: Apache-2.0

import Products
import Tensors
import Weights

/// Names and takes the weights of the parts that encoder and decoder are made of.
struct AutoencoderParts {
    var store: WeightStore
    /// Of all but what says otherwise.
    let precision: Precision
    /// How many convolutions remember frames, so far.
    private(set) var slots = 0

    init(store: WeightStore, precision: Precision) {
        self.store = store
        self.precision = precision
    }

    mutating func convolution(
        _ name: String, _ inputs: Int, _ outputs: Int, _ kernel: [Int],
        precision: Precision? = nil
    ) -> CausalConvolution {
        let precision = precision ?? self.precision
        let weight = store.take("\(name).weight", [outputs, inputs] + kernel)
        let bias = store.take("\(name).bias", [outputs])
        guard kernel.count == 3, kernel[0] > 1 else {
            return CausalConvolution(weight: weight, bias: bias, slot: nil, precision: precision)
        }
        defer { slots += 1 }
        return CausalConvolution(weight: weight, bias: bias, slot: slots, precision: precision)
    }

    mutating func normalization(
        _ name: String, _ width: Int, axes: Int, precision: Precision? = nil
    ) -> ChannelNormalization {
        let ones = Array(repeating: 1, count: axes)
        return ChannelNormalization(
            factors: store.take("\(name).gamma", [width] + ones),
            precision: precision ?? self.precision)
    }

    mutating func residualBlock(_ name: String, _ inputs: Int, _ outputs: Int) -> ResidualBlock {
        ResidualBlock(
            first: (
                normalization("\(name).norm1", inputs, axes: 3),
                convolution("\(name).conv1", inputs, outputs, [3, 3, 3])
            ),
            second: (
                normalization("\(name).norm2", outputs, axes: 3),
                convolution("\(name).conv2", outputs, outputs, [3, 3, 3])
            ),
            shortcut: inputs == outputs
                ? nil : convolution("\(name).conv_shortcut", inputs, outputs, [1, 1, 1]))
    }

    /// A residual block that bands of rows go through.
    mutating func residualStage(_ name: String, _ inputs: Int, _ outputs: Int) -> ResidualStage {
        ResidualStage(
            first: causalStage("\(name).conv1", inputs, outputs, [3, 3, 3], norm: "\(name).norm1"),
            second: causalStage(
                "\(name).conv2", outputs, outputs, [3, 3, 3], norm: "\(name).norm2"),
            shortcut: inputs == outputs
                ? nil : convolution("\(name).conv_shortcut", inputs, outputs, [1, 1, 1]))
    }

    /// A causal convolution that bands of rows go through.
    mutating func causalStage(
        _ name: String, _ inputs: Int, _ outputs: Int, _ size: [Int], norm: String? = nil,
        precision: Precision? = nil
    ) -> CausalStage {
        let weight = store.take("\(name).weight", [outputs, inputs] + size)
        let bias = store.take("\(name).bias", [outputs])
        let taps = size[1] * size[2]
        return CausalStage(
            kernel: CausalKernel(
                inputs: inputs, outputs: outputs,
                size: KernelSize(depth: size[0], rows: size[1], columns: size[2]),
                bias: bias.tensor.values, precision: precision ?? self.precision
            ) { frame in weight.part(frame * taps..<(frame + 1) * taps, ofEach: size[0] * taps) },
            norm: norm.map { store.take("\($0).gamma", [inputs, 1, 1, 1]).tensor.values },
            isExact: self.precision == .float32)
    }

    mutating func middle(_ name: String, _ width: Int) -> MiddleBlock {
        MiddleBlock(
            first: residualBlock("\(name).resnets.0", width, width),
            attention: attention("\(name).attentions.0", width),
            second: residualBlock("\(name).resnets.1", width, width))
    }

    mutating func attention(_ name: String, _ width: Int) -> SpatialAttention {
        SpatialAttention(
            norm: normalization("\(name).norm", width, axes: 2),
            input: convolution("\(name).to_qkv", width, 3 * width, [1, 1]),
            output: convolution("\(name).proj", width, width, [1, 1]),
            precision: precision.ofConvolutions)
    }

    mutating func enlarging(
        _ name: String, _ inputs: Int, _ outputs: Int
    ) -> EnlargingKernel {
        let weight = store.take("\(name).weight", [outputs, inputs, 3, 3])
        let bias = store.take("\(name).bias", [outputs])
        return EnlargingKernel(
            inputs: inputs, outputs: outputs, bias: bias.tensor.values, precision: precision
        ) { weight.tensor.values }
    }

    /// The decoder's levels, coarsest first.
    ///
    /// * `widths`: The channels of each.
    mutating func stretches(_ configuration: Autoencoder, _ widths: [Int]) -> [Stretch] {
        var stretches = [Stretch()]
        for (level, width) in widths.enumerated() {
            let name = "decoder.up_blocks.\(level)"
            // A step up halves the channels.
            let channels = level == 0 ? width : widths[level - 1] / 2
            for block in 0...configuration.residualBlocks {
                stretches[stretches.count - 1].stages.append(
                    .residual(
                        residualStage(
                            "\(name).resnets.\(block)", block == 0 ? channels : width, width)))
            }
            guard level < widths.count - 1 else { continue }
            let step = "\(name).upsamplers.0"
            if configuration.doublesTime[level] {
                stretches[stretches.count - 1].end = causalStage(
                    "\(step).time_conv", width, 2 * width, [3, 1, 1])
                stretches.append(Stretch())
            }
            stretches[stretches.count - 1].stages.append(
                .enlarging(enlarging("\(step).resample.1", width, width / 2)))
        }
        let width = widths[widths.count - 1]
        // Pixels stay exact: the last layer costs next to nothing.
        stretches[stretches.count - 1].end = causalStage(
            "decoder.conv_out", width, 3, [3, 3, 3], norm: "decoder.norm_out",
            precision: .float32)
        return stretches
    }

    mutating func downsampler(_ name: String, _ width: Int, halvesTime: Bool) -> Downsampler {
        Downsampler(
            convolution: convolution("\(name).resample.1", width, width, [3, 3]),
            timeConvolution: halvesTime
                ? convolution("\(name).time_conv", width, width, [3, 1, 1]) : nil)
    }
}
