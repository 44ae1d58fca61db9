// SPDX-License-Identifier: Apache-2.0

/// The configuration of an `AutoencoderKLWan`, the video autoencoder of Wan 2.1.
///
/// Keys and defaults are those of diffusers v0.42.1, models/autoencoders/autoencoder_kl_wan.py.
/// The autoencoder of Wan 2.2 has the same class name and is told apart by its keys.
package struct Autoencoder: Sendable, Equatable {
    /// z, the channels of a latent: 1 to 256.
    package let latentChannels: Int
    /// Channels that the encoder begins with, 1 to 4,096; level l has `multipliers[l]` times as many.
    package let encoderBase: Int
    /// Channels of the decoder's last level, 1 to 4,096; level l has `multipliers[l]` times as many.
    package let decoderBase: Int
    /// One factor a level, finest first: 1 to 8 levels, each 1 to 64.
    package let multipliers: [Int]
    /// Residual blocks of a level in the encoder, 1 to 16; the decoder has one more.
    package let residualBlocks: Int
    /// Whether the encoder's step down from level l, finest first, halves the frames too.
    let halvesTime: [Bool]
    /// Whether the step up from level l, coarsest first, doubles the frames too.
    package let doublesTime: [Bool]
    /// The mean of each latent channel, which the transformer does not see.
    package let latentMeans: [Float]
    /// The standard deviation of each latent channel, which the transformer does not see.
    package let latentDeviations: [Float]
}

extension Autoencoder {
    /// Reads a `config.json`.
    ///
    /// - Throws: `ModelError.weights` when it cannot be read, `.configuration` and `.unsupported`.
    package init(path: String) throws(ModelError) {
        let file = try ConfigurationFile(path: path)
        try Autoencoder.refuseOtherVersions(file)
        latentChannels = try file.bounded("z_dim", 256, default: 16)
        encoderBase = try file.bounded("base_dim", 4_096, default: 96)
        decoderBase = try file.bounded("decoder_base_dim", 4_096, default: encoderBase)
        residualBlocks = try file.bounded("num_res_blocks", 16, default: 2)
        multipliers = try file.counts("dim_mult", default: [1, 2, 4, 4])
        guard 1...8 ~= multipliers.count, multipliers.allSatisfy({ $0 <= 64 }) else {
            throw file.wrong("dim_mult", "wanted 1 to 8 whole numbers from 1 to 64")
        }
        let steps = multipliers.count - 1
        let flags = try file.flags("temperal_downsample", default: [false, true, true])
        guard flags.count >= steps else {
            throw file.wrong(
                "temperal_downsample", "wanted \(steps) times true or false, as 'dim_mult' has it")
        }
        halvesTime = Array(flags.prefix(steps))
        doublesTime = Array(flags.reversed().prefix(steps))
        latentMeans = try file.perChannel("latents_mean", latentChannels, Autoencoder.means)
        latentDeviations = try file.perChannel(
            "latents_std", latentChannels, Autoencoder.deviations)
        guard latentDeviations.allSatisfy({ $0 > 0 }) else {
            throw file.wrong("latents_std", "every value must be greater than 0")
        }
    }

    private static func refuseOtherVersions(_ file: ConfigurationFile) throws(ModelError) {
        try file.refuse(
            "is_residual", unless: try file.flag("is_residual", default: false) == false,
            "is true: this is the autoencoder of Wan 2.2; use one of Wan 2.1")
        try file.refuse(
            "patch_size", unless: try file.count("patch_size", default: 1) == 1,
            "is set: this is the autoencoder of Wan 2.2; use one of Wan 2.1")
        try file.refuse(
            "in_channels", unless: try file.count("in_channels", default: 3) == 3,
            "is not 3, for red, green and blue")
        try file.refuse(
            "out_channels", unless: try file.count("out_channels", default: 3) == 3,
            "is not 3, for red, green and blue")
    }

    /// Frames that so many latent frames decode to: one for the first, then 1, 2, 4, … for each.
    package func frames(fromLatentFrames count: Int) -> Int {
        count == 0 ? 0 : 1 + (count - 1) << doublesTime.count(where: \.self)
    }

    /// Pixels to one latent along height and width.
    ///
    /// `WanVACEPipeline` counts the levels, as here. `WanPipeline` goes by `scale_factor_spatial`,
    /// which diffusers saves as 8 whoever did not set it; where the two differ it makes clips of
    /// another size than it was asked for.
    package var pixelsPerLatent: Int { 1 << halvesTime.count }

    /// Frames to one latent frame after the first, counted like `pixelsPerLatent`.
    package var framesPerLatent: Int { 1 << halvesTime.count(where: \.self) }

    /// Channels of what VACE looks at: two latents, and the mask of each latent's pixels.
    package var controlChannels: Int { 2 * latentChannels + pixelsPerLatent * pixelsPerLatent }

    /// Pixels along one axis that so many latents decode to.
    package func pixels(fromLatents count: Int) -> Int { count << (multipliers.count - 1) }

    // Of the released Wan 2.1 weights; they stand in diffusers as the defaults of the class.
    static let means: [Double] = [
        -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
        0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
    ]
    static let deviations: [Double] = [
        2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
        3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160,
    ]
}

extension ConfigurationFile {
    /// A whole number from 1 to `limit`.
    fileprivate func bounded(
        _ key: String, _ limit: Int, default fallback: Int
    ) throws(ModelError) -> Int {
        let value = try count(key, default: fallback)
        guard value <= limit else { throw wrong(key, "wanted at most \(limit), found \(value)") }
        return value
    }

    /// One finite number for each latent channel.
    fileprivate func perChannel(
        _ key: String, _ channels: Int, _ fallback: [Double]
    ) throws(ModelError) -> [Float] {
        let values = try numbers(key, default: fallback).map { Float($0) }
        guard values.count == channels, values.allSatisfy(\.isFinite) else {
            throw wrong(key, "wanted \(channels) numbers, as 'z_dim' has it, not \(values.count)")
        }
        return values
    }
}
