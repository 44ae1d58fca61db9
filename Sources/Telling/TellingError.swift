// SPDX-License-Identifier: Apache-2.0

/// Why the addressees of messages cannot be used.
package enum TellingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// Somebody else than the administrator may write it.
    case notPrivate(path: String)
    /// Its content is wrong, in a sentence.
    case wrong(path: String, problem: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "the addressees in '\(path)': \(reason)"
        case .notPrivate(let path):
            "the addressees in '\(path)' can be changed by others than root and this user, who could "
                + "have anything sent anywhere: chmod go-w '\(path)', and give it to root"
        case .wrong(let path, let problem): "the addressees in '\(path)': \(problem)"
        }
    }
}
