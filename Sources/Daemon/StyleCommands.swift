// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Glibc
internal import Requests

/// The commands that look after trained styles.
package enum StyleCommands {
    /// Prints all styles in a folder; an empty one is told how to be filled.
    package static func list(in folder: String, asJSON: Bool) -> ExitStatus {
        reading { () throws(StyleError) in
            let listing = try StyleListing(of: StyleLibrary(folder: folder))
            put(asJSON ? listing.json : listing.text, STDOUT_FILENO)
            for trouble in listing.troubles { put("rushes: \(trouble)", STDERR_FILENO) }
            return .success
        }
    }

    /// Prints what is known of one style.
    package static func show(_ name: String, in folder: String, asJSON: Bool) -> ExitStatus {
        reading { () throws(StyleError) in
            guard let style = named(name) else { return .usage }
            let listing = try StyleListing(of: StyleLibrary(folder: folder), only: style)
            put(asJSON ? listing.json : listing.details, STDOUT_FILENO)
            return .success
        }
    }

    /// Removes styles; the status is that of the first that cannot be removed.
    package static func remove(_ names: [String], from folder: String) -> ExitStatus {
        let library = StyleLibrary(folder: folder)
        var status = ExitStatus.success
        for name in names {
            let result = reading { () throws(StyleError) in
                guard let style = named(name) else { return .usage }
                for removed in try library.remove(style) {
                    put("removed '\(removed)'", STDOUT_FILENO)
                }
                return .success
            }
            if status == .success { status = result }
        }
        return status
    }

    private static func named(_ name: String) -> StyleName? {
        if let style = StyleName(name) { return style }
        put(
            "rushes: '\(Problem.shown(name))' is no name of a style. Write for example 'ink', or "
                + "'ink@2' for one version of it.", STDERR_FILENO)
        return nil
    }

    private static func reading(_ work: () throws(StyleError) -> ExitStatus) -> ExitStatus {
        do throws(StyleError) {
            return try work()
        } catch {
            put("rushes: \(error)", STDERR_FILENO)
            return switch error {
            case .notInstalled, .notRemoved: .cannotCreate
            default: .inputMissing
            }
        }
    }
}
