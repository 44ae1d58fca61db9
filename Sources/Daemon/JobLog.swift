// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Service

/// `rushes logs`: what the journal has about one request, by the fields that the service gives it.
package enum JobLog {
    /// How the journal shows it.
    package struct Options: Sendable {
        /// Whether to go on with what is still to come.
        package var follows: Bool
        /// Whether each entry is explained, as `journalctl -x` does.
        package var explains: Bool
        package var asJSON: Bool

        /// Options from their parts.
        package init(follows: Bool, explains: Bool, asJSON: Bool) {
            self.follows = follows
            self.explains = explains
            self.asJSON = asJSON
        }
    }

    /// Becomes `journalctl` with the fields that name a request, its result or its job.
    package static func show(_ name: String, _ options: Options) -> ExitStatus {
        do throws(ServiceError) {
            try OtherProgram.become("journalctl", words: words(name, options))
        } catch {
            put("rushes: \(error): the journal is read with systemd's journalctl", STDERR_FILENO)
            return .configuration
        }
    }

    /// The arguments of `journalctl`; what is joined by `+` are alternatives.
    static func words(_ name: String, _ options: Options) -> [String] {
        var words = ["--output=\(options.asJSON ? "json" : "short-iso")"]
        if options.follows { words += ["--follow", "--lines=all"] }
        if options.explains { words.append("--catalog") }
        var fields = ["RUSHES_JOB=\(name)", "RUSHES_REQUEST=\(name)"]
        if name.hasSuffix(".failed") {
            fields.append("RUSHES_REQUEST=\(name.dropLast(".failed".count)).json")
        } else if !name.hasSuffix(".json") {
            fields.append("RUSHES_REQUEST=\(name).json")
        }
        fields.append("RUSHES_RESULT=\(name)")
        return words + fields.flatMap { ["+", $0] }.dropFirst()
    }
}
