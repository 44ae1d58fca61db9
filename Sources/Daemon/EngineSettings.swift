// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Products
internal import Requests

/// How the engine is to be run, as a command line says it.
package struct EngineSettings: Sendable {
    /// Folders that hold models; the first one wins where names repeat.
    package let models: [String]
    /// The folder of trained styles.
    package let styles: String
    /// Absent where the model and the machine decide.
    private let precision: Precision?
    private let approximations: Approximations
    private let disclosure: Disclosure

    /// Where a package puts models, and where an administrator does.
    package static let defaultModels = Engine.customaryDirectories
    /// Where trained styles are kept.
    package static let defaultStyles = Engine.customaryStyles
    /// What a precision may be called: to let the model and the machine decide, or one by name.
    package static let precisions = ["automatic"] + Precision.allCases.map(\.rawValue)
    /// The range of the step cache's threshold, of which 0 computes every step.
    package static let stepCacheRange = Approximations.stepCacheRange
    /// What videos may say of their requests.
    package static let metadata = Request.Metadata.allCases.map(\.rawValue)
    /// The version of the program.
    package static let version = Engine.version

    /// Settings; empty `models` means the defaults, `precision` is one of `precisions`, `stepCache` in
    /// `stepCacheRange`, `metadata` one of `metadata`.
    package init(
        models: [String], styles: String?, precision: String, stepCache: Double,
        metadata: String = EngineSettings.metadata[0], isMarked: Bool = false
    ) {
        precondition(Self.precisions.contains(precision), "there is no precision '\(precision)'")
        self.models = models.isEmpty ? Self.defaultModels : models
        self.styles = styles ?? Self.defaultStyles
        self.precision = Precision(rawValue: precision)
        approximations = Approximations(stepCache: stepCache)
        guard let metadata = Request.Metadata(rawValue: metadata) else {
            preconditionFailure("there is no metadata '\(metadata)'")
        }
        disclosure = Disclosure(metadata: metadata, isMarked: isMarked)
    }

    /// The same as arguments, for a worker.
    package var arguments: [String] {
        var words = models.flatMap { ["--models", $0] }
        words += ["--styles", styles, "--precision", precision?.rawValue ?? Self.precisions[0]]
        words += ["--step-cache", "\(approximations.stepCache)"]
        words += ["--metadata", disclosure.metadata.rawValue]
        if disclosure.isMarked { words.append("--mark") }
        return words
    }

    var engine: Engine {
        Engine(
            modelDirectories: models, precision: precision, approximations: approximations,
            styles: library, disclosure: disclosure)
    }

    var library: StyleLibrary {
        StyleLibrary(folder: styles)
    }
}
