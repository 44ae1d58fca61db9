// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// The options of every command that runs the engine.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .customLong("models"),
        help: ArgumentHelp(
            "A folder that holds models; may be given several times. "
                + "(default: \(EngineSettings.defaultModels.joined(separator: ", ")))",
            valueName: "DIR"))
    var models: [String] = []

    @Option(
        help: ArgumentHelp(
            "The folder of trained styles. (default: \(EngineSettings.defaultStyles))",
            valueName: "DIR"))
    var styles: String?

    @Option(
        help: ArgumentHelp(
            "The arithmetic: \(EngineSettings.precisions.joined(separator: ", ")); "
                + "automatic is what suits the model and the machine.",
            valueName: "NAME"))
    var precision = EngineSettings.precisions[0]

    @Option(
        help: ArgumentHelp(
            "Faster and less exact: a step reuses what an earlier one computed until the timestep "
                + "has changed by so much, 0 to 1; 0 computes every step.",
            valueName: "THRESHOLD"))
    var stepCache = 0.0

    @Option(
        help: ArgumentHelp(
            "What videos say of their request, unless it says otherwise: "
                + "\(EngineSettings.metadata.joined(separator: ", ")).",
            valueName: "WHAT"))
    var metadata = EngineSettings.metadata[0]

    @Flag(
        help: "Put a small \"AI\" into a corner of the pictures, unless the request says otherwise."
    )
    var mark = false

    func validate() throws {
        guard EngineSettings.metadata.contains(metadata) else {
            throw ValidationError(
                "--metadata must be \(EngineSettings.metadata.joined(separator: " or ")), "
                    + "not '\(metadata)'.")
        }
        guard EngineSettings.precisions.contains(precision) else {
            throw ValidationError(
                "There is no precision '\(precision)'. There is: "
                    + "\(EngineSettings.precisions.joined(separator: ", ")).")
        }
        guard EngineSettings.stepCacheRange.contains(stepCache) else {
            throw ValidationError("--step-cache must be between 0 and 1, not \(stepCache).")
        }
    }

    var settings: EngineSettings {
        EngineSettings(
            models: models, styles: styles, precision: precision, stepCache: stepCache,
            metadata: metadata, isMarked: mark)
    }
}
