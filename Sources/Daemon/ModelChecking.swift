// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc

/// The command that looks at models before anybody asks for a clip.
package enum ModelChecking {
    /// Prints what each folder or file is, what is missing, what it can do and what that costs.
    ///
    /// The status is that of the first that is not whole.
    package static func check(_ paths: [String], asJSON: Bool) -> ExitStatus {
        var status = ExitStatus.success
        for path in paths {
            let report = ModelReport(of: path)
            put(asJSON ? report.json : report.text, STDOUT_FILENO)
            if status == .success, !report.isUsable {
                status = report.stands ? .configuration : .inputMissing
            }
        }
        return status
    }
}
