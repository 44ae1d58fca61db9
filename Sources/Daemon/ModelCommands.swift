// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc

/// The commands that are about models.
package enum ModelCommands {
    /// Prints the installed models; the status is `configuration` when none of them can be used.
    package static func list(_ settings: EngineSettings, asJSON: Bool) -> ExitStatus {
        let listing = ModelListing(of: settings.engine)
        put(asJSON ? listing.json : listing.text, STDOUT_FILENO)
        return listing.hasUsable ? .success : .configuration
    }
}
