// SPDX-License-Identifier: Apache-2.0

import Weights

/// One file being fitted to a network, layer by layer; what does not fit is said with the reason.
struct AdapterFitting {
    private let file: AdapterFile
    private let layers: Int
    private let hasControl: Bool
    private let withControl: Bool
    private var report: AdapterReport
    /// Tensors that would fit the control branch, were it opened.
    private var idle = 0

    /// * `layers`: How many blocks the network has.
    init(_ file: AdapterFile, weight: Float, layers: Int, hasControl: Bool, withControl: Bool) {
        self.file = file
        self.layers = layers
        self.hasControl = hasControl
        self.withControl = withControl
        report = AdapterReport(path: file.path, weight: weight)
        report.unmatched = file.strangers.map {
            AdapterReport.Unmatched(
                key: $0, reason: Self.foreignPart(of: $0) ?? "no tensor of a LoRA is called so")
        }
    }

    /// Adds what fits of a layer to the store's amendments.
    mutating func fit(_ layer: AdapterLayer, _ name: String, to store: inout WeightStore) {
        fitFactors(layer, name, to: &store)
        fit(layer, .difference, [name, "\(name).weight"], scale: 1, to: &store)
        fit(layer, .biasDifference, ["\(name).bias"], scale: 1, to: &store)
    }

    /// The report.
    ///
    /// - Throws: `ModelError.adapter` where nothing fits.
    consuming func finish() throws(ModelError) -> AdapterReport {
        report.matched.sort()
        report.unmatched.sort { $0.key < $1.key }
        guard report.matched.isEmpty, idle == 0 else { return report }
        guard let first = report.unmatched.first else {
            throw .adapter(path: file.path, problem: "it holds no tensors")
        }
        throw .adapter(
            path: file.path,
            problem: "none of its \(report.unmatched.count) tensors fits this model; the first, "
                + "'\(first.key)': \(first.reason)")
    }

    private mutating func fitFactors(
        _ layer: AdapterLayer, _ name: String, to store: inout WeightStore
    ) {
        let keys = layer.keys([.down, .up, .alpha])
        guard let down = layer.tensors[.down], let up = layer.tensors[.up] else {
            let missing = layer.tensors[.down] == nil ? "A (down)" : "B (up)"
            leave(keys + layer.keys([.upBias]), "the file has no factor \(missing) beside it")
            return
        }
        let (rank, weight) = (down.shape.first ?? 0, "\(name).weight")
        guard let shape = store.shape(of: weight) else {
            return leave(keys + layer.keys([.upBias]), absence(of: name))
        }
        guard rank > 0, down.shape.count > 1, up.shape.count > 1, up.shape[1] == rank,
            up.shape[0] == shape[0], up.count == shape[0] * rank,
            down.count == rank * shape.dropFirst().reduce(1, *)
        else {
            let came = "B \(up.shape) times A \(down.shape)"
            return leave(
                keys + layer.keys([.upBias]), "\(came) is no \(shape), as '\(weight)' is here")
        }
        let scale = file.scale.factor(of: name, rank: rank, alpha: layer.alpha)
        if accept(keys, of: name) {
            store.amendments[weight, default: Amendment()].add(
                up: up, down: down, scale: report.weight * scale)
        }
        // PEFT scales the bias of B as it scales B·A.
        fit(layer, .upBias, ["\(name).bias"], scale: scale, to: &store)
    }

    /// Adds one difference to the first of the tensors that is there.
    private mutating func fit(
        _ layer: AdapterLayer, _ part: AdapterKey.Part, _ names: [String], scale: Float,
        to store: inout WeightStore
    ) {
        guard let difference = layer.tensors[part] else { return }
        guard let name = names.first(where: store.contains), let shape = store.shape(of: name)
        else { return leave([difference.name], absence(of: names[0])) }
        guard difference.shape == shape else {
            return leave(
                [difference.name], "its shape \(difference.shape) is not the \(shape) of '\(name)'")
        }
        if accept([difference.name], of: name) {
            store.amendments[name, default: Amendment()].add(
                difference: difference, scale: report.weight * scale)
        }
    }

    /// Notes what fits, and whether it changes anything.
    private mutating func accept(_ keys: [String], of name: String) -> Bool {
        guard withControl || !name.hasPrefix("vace_") else {
            idle += keys.count
            leave(keys, "the control branch is not used here")
            return false
        }
        report.matched += keys
        return report.weight != 0
    }

    private mutating func leave(_ keys: [String], _ reason: String) {
        report.unmatched += keys.map {
            AdapterReport.Unmatched(key: $0, reason: Self.foreignPart(of: $0) ?? reason)
        }
    }

    /// Why the network has no such tensor.
    private func absence(of name: String) -> String {
        if name.hasPrefix("vace_"), !hasControl { return "this model has no control branch" }
        let words = name.split(separator: ".")
        if words.count > 1, words[0] == "blocks", let number = Int(words[1]), number >= layers {
            return "this model has \(layers) blocks"
        }
        return "this model has no '\(name)'"
    }

    /// The part of another model or another part of the model that a name speaks of.
    private static func foreignPart(of key: String) -> String? {
        let foreign = [
            ("transformer_2.", "it is for the second transformer of Wan 2.2"),
            ("text_encoder", "it is for the text encoder"),
            ("lora_te", "it is for the text encoder"),
        ]
        if let reason = foreign.first(where: { key.hasPrefix($0.0) })?.1 { return reason }
        let ofImages = [
            "add_k_proj", "add_v_proj", "k_img", "v_img", "norm_added", "img_emb", "image_embedder",
        ]
        return ofImages.contains(where: key.contains)
            ? "it is for an image-to-video transformer" : nil
    }
}
