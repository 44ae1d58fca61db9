// SPDX-License-Identifier: Apache-2.0

internal import Generation

/// How the engine is to be run, as a command line says it.
package struct EngineSettings: Sendable {
    /// Folders that hold models; the first one wins where names repeat.
    package let models: [String]
    /// The folder of trained styles.
    package let styles: String
    private let precision: Precision

    /// Where a package puts models, and where an administrator does.
    package static let defaultModels = Engine.customaryDirectories
    /// Where trained styles are kept.
    package static let defaultStyles = "/var/lib/rushes/styles"
    /// The names of all precisions there will be.
    package static let precisions = Precision.allCases.map(\.rawValue)
    /// The names of those that this version has.
    package static let availablePrecisions =
        Precision.allCases.filter(\.isAvailable).map(\.rawValue)
    /// The version of the program.
    package static let version = Engine.version

    /// Settings; empty `models` means the defaults, `precision` must be an available one.
    package init(models: [String], styles: String?, precision: String) {
        guard let precision = Precision(rawValue: precision), precision.isAvailable else {
            preconditionFailure("precision '\(precision)' is not available")
        }
        self.models = models.isEmpty ? Self.defaultModels : models
        self.styles = styles ?? Self.defaultStyles
        self.precision = precision
    }

    /// The same as arguments, for a worker.
    package var arguments: [String] {
        models.flatMap { ["--models", $0] } + ["--styles", styles]
            + ["--precision", precision.rawValue]
    }

    var engine: Engine {
        Engine(modelDirectories: models, precision: precision)
    }
}
