// SPDX-License-Identifier: Apache-2.0

package import Weights

/// Why a model or what changes it could not be opened.
package enum ModelError: Error, Equatable, CustomStringConvertible {
    /// Its weights cannot be read or do not fit.
    case weights(WeightsError)
    /// A configuration file lacks a key or has a value of the wrong kind.
    case configuration(path: String, key: String, problem: String)
    /// It is a model that this version cannot run.
    case unsupported(path: String, what: String)
    /// The tokenizer's model file is missing or damaged.
    case tokenizer(path: String, reason: String)
    /// An adapter is damaged or has nothing that fits.
    case adapter(path: String, problem: String)

    /// Whether the files are missing or cannot be read, which somebody may put right, instead of
    /// being wrong.
    package var mayPass: Bool {
        if case .weights(.unreadable(path: _, reason: _)) = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .weights(let error): "\(error)"
        case .configuration(let path, let key, let problem):
            "'\(path)', key '\(key)': \(problem)"
        case .unsupported(let path, let what):
            "'\(path)' is not available in this version: \(what)"
        case .tokenizer(let path, let reason):
            "cannot read the tokenizer '\(path)': \(reason)"
        case .adapter(let path, let problem):
            "the adapter '\(path)' cannot be used: \(problem)"
        }
    }
}
