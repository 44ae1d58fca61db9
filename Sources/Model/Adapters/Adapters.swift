// SPDX-License-Identifier: Apache-2.0

import Weights

/// Adapters that change a transformer's weights, each for its own weight: W + Σ weight·(alpha/r)·B·A.
///
/// The sum is made one tensor at a time, as the network takes it from its store, so that there is no
/// second copy of the model and a forward costs what it did before.
package struct Adapters: Sendable {
    /// The network as it is.
    package static let none = Adapters()

    private let files: [(file: AdapterFile, weight: Float)]

    private init() { files = [] }

    /// Opens files and looks at every value once.
    ///
    /// * `styles`: Each with its weight, of any sign; 1 is what it was trained for.
    /// - Throws: `ModelError` naming the file that is missing, damaged, or of another kind.
    package init(_ styles: [(path: String, weight: Float)]) throws(ModelError) {
        var files: [(AdapterFile, Float)] = []
        for (path, weight) in styles {
            precondition(weight.isFinite, "an adapter of weight \(weight)")
            files.append((try AdapterFile(path: path), weight))
        }
        self.files = files
    }

    /// What of each file fits a transformer, without opening that.
    ///
    /// - Throws: `ModelError.adapter` for a file of which nothing fits, `.weights`.
    package func reports(
        over transformer: ModelPart, withControl: Bool
    ) throws(ModelError) -> [AdapterReport] {
        let configuration = try TransformerConfiguration(transformer)
        var store = try transformer.openTransformer()
        return try amend(&store, configuration, withControl: withControl)
    }

    /// Lets a transformer's store hand out changed weights.
    ///
    /// - Throws: `ModelError.adapter` for a file of which nothing fits.
    func amend(
        _ store: inout WeightStore, _ configuration: TransformerConfiguration, withControl: Bool
    ) throws(ModelError) -> [AdapterReport] {
        var reports: [AdapterReport] = []
        for (file, weight) in files {
            var fitting = AdapterFitting(
                file, weight: weight, layers: configuration.layers,
                hasControl: configuration.hasControl, withControl: withControl)
            for (name, layer) in file.layers.sorted(by: { $0.key < $1.key }) {
                fitting.fit(layer, name, to: &store)
            }
            reports.append(try fitting.finish())
        }
        return reports
    }
}
