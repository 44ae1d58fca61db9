// SPDX-License-Identifier: Apache-2.0

package import Files
package import Model
package import Requests

/// Why a style cannot be used, installed or removed.
package enum StyleError: Error, Equatable, CustomStringConvertible {
    /// There is no style of this name; the names of those that there are.
    case unknown(StyleName, installed: [String], folder: String)
    /// The style has no version of this number; those that it has.
    case noVersion(StyleName, versions: [StyleName])
    /// Two names of a request lead to one file.
    case sameFile(StyleName, StyleName)
    /// The library cannot be read.
    case unreadable(FileError)
    /// The file cannot be opened, or is no adapter; a sentence's end.
    case damaged(StyleName, reason: String, mayPass: Bool)
    /// Nothing of the file belongs to the model; a sentence's end.
    case fitsNothing(StyleName, model: String, reason: String)
    /// The model is what cannot be read.
    case noModel(ModelError)
    /// It was trained over another model, of this name.
    case otherBase(StyleName, base: String, model: String)
    /// The library takes no more.
    case notInstalled(StyleName, FileError)
    /// The library gives nothing away.
    case notRemoved(StyleName, FileError)

    package var description: String { hint.isEmpty ? message : "\(message) \(hint)" }

    /// What is wrong, one sentence.
    package var message: String {
        switch self {
        case .unknown(let name, _, _):
            return "There is no style '\(name.name)'."
        case .noVersion(let name, _):
            return "The style '\(name.name)' has no version \(name.version ?? 0)."
        case .sameFile(let first, let second):
            return "The styles '\(first)' and '\(second)' are the same."
        case .unreadable(let error):
            return "The styles cannot be read: \(error)."
        case .damaged(let name, let reason, _):
            return "The style '\(name)' cannot be used: \(reason)."
        case .fitsNothing(let name, let model, let reason):
            return
                "The style '\(name)' does not fit the model '\(model)': \(Problem.shown(reason))."
        case .noModel(let error):
            return "The model cannot be used: \(error)."
        case .otherBase(let name, let base, let model):
            return base == model
                ? "The style '\(name)' was trained over another '\(model)' than the one that is "
                    + "installed now."
                : "The style '\(name)' was trained over the model '\(Problem.shown(base))' and does not fit "
                    + "'\(model)'."
        case .notInstalled(let name, let error):
            return "The style '\(name)' cannot be installed: \(error)."
        case .notRemoved(let name, let error):
            return "The style '\(name)' cannot be removed: \(error)."
        }
    }

    /// What to do, one sentence; may be empty.
    package var hint: String {
        switch self {
        case .unknown(let name, let installed, let folder):
            return Self.advice(for: name, installed, folder)
        case .noVersion(_, let versions):
            let all = versions.suffix(8).map { "'\($0)'" }.joined(separator: ", ")
            return versions.count == 1 ? "There is only \(all)." : "There are: \(all)."
        case .sameFile:
            return "Name it once, with the weights added."
        case .damaged, .unreadable, .noModel:
            return "Ask the administrator to look after it."
        case .fitsNothing:
            return "It is made for another kind of model: use that one, or another style."
        case .otherBase(_, let base, let model):
            return base == model
                ? "Train it again over this one."
                : "Write \"model\": \"\(Problem.shown(base))\", or train it again over '\(model)'."
        case .notInstalled, .notRemoved:
            return ""
        }
    }

    private static func advice(
        for name: StyleName, _ installed: [String], _ folder: String
    ) -> String {
        let suffix = ".safetensors"
        let stem =
            name.name.hasSuffix(suffix) ? String(name.name.dropLast(suffix.count)) : name.name
        if let nearest = Suggestion.nearest(to: stem, among: installed) {
            return "Did you mean '\(nearest)'?"
        }
        guard !installed.isEmpty else {
            return "No style is installed in '\(folder)': train one in the mode "
                + "\"customization\", or put an adapter there as '\(name.name).safetensors'."
        }
        let shown = installed.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
        let rest = installed.count - 12
        return "Installed are: \(shown)" + (rest > 0 ? " and \(rest) more." : ".")
    }

    /// Whether the request is to wait until this machine is well again.
    package var mayPass: Bool {
        switch self {
        case .unreadable, .notInstalled, .notRemoved: true
        case .damaged(_, _, let mayPass): mayPass
        case .noModel(let error): error.mayPass
        default: false
        }
    }

    /// The same about one of a request's styles.
    ///
    /// * `field`: Such as `style[1]`.
    func problem(_ field: String) -> Problem {
        Problem(field: field, message: message, hint: hint)
    }
}
