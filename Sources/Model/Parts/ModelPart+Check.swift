// SPDX-License-Identifier: Apache-2.0

import Weights

// Each checks by the headers alone that all is there, and gives the paths of the files.
extension ModelPart {
    /// - Throws: `ModelError` naming file and tensor.
    package func checkTransformer() throws(ModelError) -> [String] {
        var store = try openTransformer()
        let configuration = try TransformerConfiguration(self)
        // A network without the control branch's configuration does not look at its weights.
        if !configuration.hasControl { store.skip(prefix: "vace_") }
        return try check(store, TensorList(configuration))
    }

    /// - Throws: `ModelError` naming file and tensor.
    package func checkTextEncoder() throws(ModelError) -> [String] {
        var store = try openTextEncoder()
        let configuration = try TextEncoderConfiguration(self)
        let shape = [configuration.vocabulary, configuration.width]
        let (shared, own) = ("shared.weight", "encoder.embed_tokens.weight")
        if store.contains(own) { store.check(own, shape) }
        if store.contains(shared) || !store.contains(own) { store.check(shared, shape) }
        return try check(store, TensorList(configuration))
    }

    /// - Throws: `ModelError` naming file and tensor.
    package func checkAutoencoder() throws(ModelError) -> [String] {
        try check(try openAutoencoder(), TensorList(try Autoencoder(self)))
    }

    private func check(
        _ store: consuming WeightStore, _ list: TensorList
    ) throws(ModelError) -> [String] {
        for (name, shape) in list.shapes { store.check(name, shape) }
        let paths = store.paths
        do { try store.finish() } catch { throw .weights(error) }
        return paths
    }
}
