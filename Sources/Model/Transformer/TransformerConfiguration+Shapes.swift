// SPDX-License-Identifier: Apache-2.0

import Weights

extension TransformerConfiguration {
    /// The classes of the original network's `config.json`, which says less than that of diffusers.
    private static let originalClasses = ["WanModel", "VaceWanModel"]

    /// Reads the `config.json` of diffusers where there is one, else the shapes of the weights.
    ///
    /// - Throws: `ModelError` naming the key or tensor that is wrong.
    package init(_ part: ModelPart) throws(ModelError) {
        guard let path = part.configuration else {
            try self.init(shapesOf: part, settings: nil)
            return
        }
        let file = try ConfigurationFile(path: path)
        let kind = try file.text("_class_name", default: "WanTransformer3DModel")
        guard Self.originalClasses.contains(kind) else {
            let base = try TransformerConfiguration(path: path)
            // A module beside a folder brings the control branch.
            self =
                part.files.isEmpty || base.hasControl
                ? base
                : try base.withControl(ShapeReader(store: part.openTransformer(), path: path))
            return
        }
        try self.init(shapesOf: part, settings: file)
    }

    /// Reads shapes; what they do not tell is as in all released models: heads of 128 channels and a
    /// control branch at every n-th block, unless the original `config.json` says otherwise.
    private init(shapesOf part: ModelPart, settings: ConfigurationFile?) throws(ModelError) {
        let store = try part.openTransformer()
        let shapes = ShapeReader(store: store, path: part.path)
        try Self.refuseOtherNetworks(shapes)
        let width = try shapes.axes("patch_embedding.bias", count: 1)[0]
        heads = try settings?.count("num_heads", default: width / 128) ?? width / 128
        guard heads > 0, width % heads == 0, width / heads % 2 == 0,
            settings?.has("num_heads") == true || width % 128 == 0
        else {
            throw shapes.unfit(
                "its width of \(width) does not consist of heads of 128 channels; a config.json beside"
                    + " it may say how many there are, in 'num_heads'")
        }
        headChannels = width / heads
        let patch = try shapes.patch("patch_embedding.weight", width: width)
        (inputChannels, patchSize) = (patch[0], Array(patch.dropFirst()))
        let head = try shapes.axes("proj_out.weight", count: 2)[0]
        outputChannels = head / patchSize.reduce(1, *)
        guard inputChannels == outputChannels else {
            throw .unsupported(
                path: part.path,
                what: "'patch_embedding' takes \(inputChannels) channels and 'head' makes"
                    + " \(outputChannels): not a text-to-video network")
        }
        let embedder = "condition_embedder"
        textChannels = try shapes.axes("\(embedder).text_embedder.linear_1.weight", count: 2)[1]
        frequencyChannels = try shapes.axes("\(embedder).time_embedder.linear_1.weight", count: 2)[
            1]
        layers = try shapes.count(ofBlocks: "blocks")
        feedForwardChannels = try shapes.axes("blocks.0.ffn.net.0.proj.weight", count: 2)[0]
        normalizesCrossAttention = shapes.has("blocks.0.norm2.weight")
        epsilon = Float(try settings?.number("eps", default: 1e-6) ?? 1e-6)
        longestAxis = 1024
        guard shapes.has("vace_patch_embedding.weight") else {
            (controlLayers, controlChannels) = ([], 0)
            return
        }
        controlChannels = try shapes.patch("vace_patch_embedding.weight", width: width)[0]
        controlLayers =
            settings?.has("vace_layers") == true
            ? try settings?.controlLayers(of: layers) ?? []
            : try shapes.controlLayers(of: layers)
    }

    /// The same network with the control branch that is among the weights, if one is.
    private func withControl(_ shapes: ShapeReader) throws(ModelError) -> Self {
        guard shapes.has("vace_patch_embedding.weight") else { return self }
        return TransformerConfiguration(
            patchSize: patchSize, heads: heads, headChannels: headChannels,
            inputChannels: inputChannels, outputChannels: outputChannels,
            textChannels: textChannels, frequencyChannels: frequencyChannels,
            feedForwardChannels: feedForwardChannels, layers: layers,
            normalizesCrossAttention: normalizesCrossAttention, epsilon: epsilon,
            longestAxis: longestAxis, controlLayers: try shapes.controlLayers(of: layers),
            controlChannels: try shapes.patch("vace_patch_embedding.weight", width: width)[0])
    }

    private static func refuseOtherNetworks(_ shapes: ShapeReader) throws(ModelError) {
        let others = [
            ("img_emb", "an image-to-video transformer"),
            ("condition_embedder.image_embedder", "an image-to-video transformer"),
            ("motion_encoder", "a transformer of Wan Animate"),
            ("audio_proj", "a transformer that takes sound"),
            ("control_adapter", "a transformer that takes camera paths"),
        ]
        for (prefix, what) in others {
            guard let name = shapes.store.names.first(where: { $0.hasPrefix(prefix) }) else {
                continue
            }
            throw .unsupported(path: shapes.path, what: "'\(name)' is there: this is \(what)")
        }
    }
}

extension ShapeReader {
    /// Channels and sizes of the patches that a convolution takes; some writers of GGUF fold its first
    /// two axes into one.
    fileprivate func patch(_ name: String, width: Int) throws(ModelError) -> [Int] {
        guard store.isGGUF, store.shape(of: name)?.count == 4 else {
            return Array(try axes(name, count: 5).dropFirst())
        }
        let folded = try axes(name, count: 4)
        guard folded[0] % width == 0 else {
            throw unfit("'\(name)' of shape \(folded) is no patch")
        }
        return [folded[0] / width] + folded.dropFirst()
    }

    /// Where the control branch's blocks are: at every n-th block of the base.
    fileprivate func controlLayers(of layers: Int) throws(ModelError) -> [Int] {
        let count = try count(ofBlocks: "vace_blocks")
        guard count > 0, layers % count == 0 else {
            throw unfit("\(count) blocks of 'vace_blocks' do not go with \(layers) of 'blocks'")
        }
        return (0..<count).map { $0 * (layers / count) }
    }
}
