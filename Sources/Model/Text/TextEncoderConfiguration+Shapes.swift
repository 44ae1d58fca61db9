// SPDX-License-Identifier: Apache-2.0

import Weights

extension TextEncoderConfiguration {
    /// Reads `config.json` where there is one, else the shapes of the weights.
    ///
    /// What they do not tell is as in UMT5.
    /// - Throws: `ModelError` naming the key or tensor that is wrong.
    package init(_ part: ModelPart) throws(ModelError) {
        if let path = part.configuration, part.folder != nil {
            try self.init(path: path)
            return
        }
        let store = try part.openTextEncoder()
        let shapes = ShapeReader(store: store, path: part.path)
        let table = ["shared.weight", "encoder.embed_tokens.weight"].first(where: shapes.has)
        let embeddings = try shapes.axes(table ?? "shared.weight", count: 2)
        let (block, attention) = ("encoder.block", "layer.0.SelfAttention")
        let bias = "\(attention).relative_attention_bias.weight"
        let bins = try shapes.axes("\(block).0.\(bias)", count: 2)
        let inner = try shapes.axes("\(block).0.\(attention).q.weight", count: 2)[0]
        let layers = try shapes.count(ofBlocks: block)
        guard layers == 1 || shapes.has("\(block).1.\(bias)") else {
            throw .unsupported(
                path: part.path,
                what:
                    "only its first block has a 'relative_attention_bias': this is T5; Wan needs UMT5"
            )
        }
        guard inner % bins[1] == 0 else {
            throw shapes.unfit("its attention of \(inner) channels has \(bins[1]) heads")
        }
        guard bins[0] >= 4 else {
            throw shapes.unfit("'\(block).0.\(bias)' has \(bins[0]) classes")
        }
        self.init(
            vocabulary: embeddings[0], width: embeddings[1], heads: bins[1],
            headChannels: inner / bins[1],
            hidden: try shapes.axes("\(block).0.layer.1.DenseReluDense.wi_0.weight", count: 2)[0],
            layers: layers,
            buckets: RelativeBuckets(count: bins[0], largestDistance: max(128, bins[0])),
            epsilon: 1e-6)
    }
}
