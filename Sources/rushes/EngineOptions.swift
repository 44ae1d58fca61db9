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

    func validate() throws {
        guard EngineSettings.precisions.contains(precision) else {
            throw ValidationError(
                "There is no precision '\(precision)'. There is: "
                    + "\(EngineSettings.precisions.joined(separator: ", ")).")
        }
    }

    var settings: EngineSettings {
        EngineSettings(models: models, styles: styles, precision: precision)
    }
}
