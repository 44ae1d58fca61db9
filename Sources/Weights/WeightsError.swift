// SPDX-License-Identifier: Apache-2.0

/// Why weights could not be read.
package enum WeightsError: Error, Equatable, CustomStringConvertible {
    /// A file or folder is missing or unreadable.
    case unreadable(path: String, reason: String)
    /// A file is not what its name promises.
    case malformed(path: String, reason: String)
    /// The tensors of a component are not the ones that its configuration asks for.
    case unfit(folder: String, problems: [String])

    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            return "cannot read '\(path)': \(reason)"
        case .malformed(let path, let reason):
            return "'\(path)' is damaged or not of the expected format: \(reason)"
        case .unfit(let folder, let problems):
            let shown = problems.prefix(12)
            let rest = problems.count - shown.count
            return "the weights in '\(folder)' do not fit its configuration: "
                + shown.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
        }
    }
}
