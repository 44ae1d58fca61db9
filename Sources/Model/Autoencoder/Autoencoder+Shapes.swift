// SPDX-License-Identifier: Apache-2.0

import Weights

extension Autoencoder {
    /// Reads `config.json` where there is one, else the shapes of the weights.
    ///
    /// Mean and deviation of the latents are in no file of weights: those of Wan 2.1 are taken.
    /// - Throws: `ModelError` naming the key or tensor that is wrong.
    package init(_ part: ModelPart) throws(ModelError) {
        if let path = part.configuration, part.folder != nil {
            try self.init(path: path)
            return
        }
        let store = try part.openAutoencoder()
        let shapes = ShapeReader(store: store, path: part.path)
        if store.names.contains(where: { $0.contains(".down_blocks.0.downsamples.") }) {
            throw .unsupported(
                path: part.path, what: "this is the autoencoder of Wan 2.2; use one of Wan 2.1")
        }
        let coarse = try shapes.axes("decoder.conv_in.weight", count: 5)
        let base = try shapes.axes("encoder.conv_in.weight", count: 5)[0]
        guard coarse[1] == Autoencoder.means.count else {
            throw .unsupported(
                path: part.path,
                what: "its latents have \(coarse[1]) channels, those of Wan 2.1"
                    + " \(Autoencoder.means.count); only a folder with a config.json may have others"
            )
        }
        let blocks = try shapes.count(ofBlocks: "encoder.down_blocks")
        let steps = (0..<blocks).filter {
            shapes.has("encoder.down_blocks.\($0).resample.1.weight")
        }
        let ends = steps + [blocks]
        var factors: [Int] = []
        for end in ends {
            let last = "encoder.down_blocks.\(end - 1).conv2.weight"
            factors.append(try shapes.axes(last, count: 5)[0] / base)
        }
        guard let first = ends.first, 1...16 ~= first, 1...8 ~= factors.count,
            let widest = factors.last, factors.allSatisfy({ 1...64 ~= $0 }), base <= 4096,
            coarse[0] % widest == 0, 1...4096 ~= coarse[0] / widest
        else {
            throw shapes.unfit(
                "its \(blocks) blocks with steps at \(steps) make no autoencoder of Wan")
        }
        let halves = steps.map { shapes.has("encoder.down_blocks.\($0).time_conv.weight") }
        self.init(
            latentChannels: coarse[1], encoderBase: base, decoderBase: coarse[0] / widest,
            multipliers: factors, residualBlocks: first, halvesTime: halves,
            doublesTime: halves.reversed(), latentMeans: Autoencoder.means.map { Float($0) },
            latentDeviations: Autoencoder.deviations.map { Float($0) })
    }
}
