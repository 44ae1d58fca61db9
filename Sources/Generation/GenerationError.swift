// SPDX-License-Identifier: Apache-2.0

package import Digests
package import Files
package import Media
package import Model
package import Requests

/// Why a valid request did not become a video.
package enum GenerationError: Error, Equatable {
    /// No model of this name is installed; the names that are.
    case noModel(wanted: String?, installed: [String], searched: [String])
    /// No model of this name is installed, but folders that should hold models hold none.
    case modelsAway(wanted: String, empty: [String])
    /// The model cannot be read or run.
    case model(ModelError)
    /// The styles that the request chooses cannot be read now.
    case style(StyleError)
    /// The request asks this model for something that it cannot do.
    case request([Problem])
    /// A file that the request names cannot be used; the sentence calls it as the user does.
    case input(field: Field, name: MediaPath, trouble: String)
    /// Examples of a style cannot be used; each sentence names its file.
    case unusable([Problem])
    /// The training came to nothing before anything was learnt.
    case diverged(style: String)
    /// There is no room for the job's own copies of pictures, or they cannot be read back.
    case scratch(FileError)
    /// A file of the result that is no video cannot be written.
    case result(FileError)
    /// The result cannot be written.
    case media(MediaError)
    /// A file cannot be read back for its digest.
    case digest(DigestError)
    /// A folder for frames cannot be made.
    case folder(path: String, errno: Int32)

    /// The same for people and for `result.json`.
    package var failure: Failure {
        switch self {
        case .noModel(let wanted?, let installed, let searched):
            Failure(
                code: Failure.badRequest,
                message: "The model '\(wanted)' is not installed.",
                problems: [
                    Problem(
                        field: "model", message: "There is no model '\(wanted)'.",
                        hint: installed.isEmpty
                            ? "No model is installed in \(searched.joined(separator: ", "))."
                            : "Installed are: \(installed.joined(separator: ", ")).")
                ])
        case .noModel(nil, let installed, let searched):
            Failure(
                code: "no-model",
                message: installed.isEmpty
                    ? "No model is installed in \(searched.joined(separator: ", "))."
                    : "Several models are installed and none is called 'starter'.",
                hint: installed.isEmpty
                    ? "Ask the administrator to put a model there, or to name the folder of models"
                        + " with --models."
                    : "Name one with \"model\": \(installed.joined(separator: ", ")).")
        case .modelsAway(let wanted, let empty):
            Failure(
                code: "no-model",
                message: "The model '\(wanted)' is not installed, and there is no model at all in "
                    + "\(empty.map { "'\($0)'" }.joined(separator: ", ")).",
                hint: "Ask the administrator whether that folder is mounted.")
        case .model(let error):
            Failure(
                code: "model-unusable", message: "The model cannot be used: \(error).",
                hint: "The request is not to blame. Ask the administrator to repair the model.")
        case .style(let error):
            Failure(code: "styles-unreadable", message: error.message, hint: error.hint)
        case .request(let problems):
            Failure(
                code: Failure.badRequest,
                message: problems.count == 1
                    ? "The request has a problem." : "The request has \(problems.count) problems.",
                problems: problems)
        case .input(let field, _, let trouble):
            Failure(
                code: "unusable-media", message: "A file that the request names cannot be used.",
                problems: [
                    Problem(
                        field: field.rawValue, message: "\(trouble).",
                        hint: "Repair or replace the file, then send the request again.")
                ])
        case .unusable(let problems):
            Failure(
                code: "unusable-media",
                message: problems.count == 1
                    ? "A file that the request names cannot be used."
                    : "\(problems.count) files that the request names cannot be used.",
                problems: problems)
        case .diverged(let style):
            Failure(
                code: "training-diverged",
                message: "The training of '\(style)' went astray at its first step.",
                hint: "Write a smaller \"learning_rate\". If the request has none, the model may be"
                    + " damaged.")
        case .scratch(let error):
            Failure(
                code: "cannot-write", message: "The job's own copies failed: \(error).",
                hint: "The request is not to blame; it can be sent again.")
        case .result(let error):
            Failure(
                code: "cannot-write", message: "The result cannot be written: \(error).",
                hint: "The request is not to blame; it can be sent again.")
        case .media(let error):
            Failure(
                code: "cannot-write", message: "The video cannot be written: \(error).",
                hint: "The request is not to blame; it can be sent again.")
        case .digest(let error):
            Failure(
                code: "cannot-read", message: "\(error).",
                hint: "The request is not to blame; it can be sent again.")
        case .folder(let path, let errno):
            Failure(
                code: "cannot-write",
                message: "The folder '\(path)' cannot be made: error \(errno).",
                hint: "The request is not to blame; it can be sent again.")
        }
    }

    /// Whether the request is to wait until this machine is well again, instead of being refused.
    ///
    /// No models at all means that their folder is not mounted, or that nobody has put any there
    /// yet; a model that cannot be read is on its way or on a server that is away.
    package var mayPass: Bool {
        switch self {
        case .noModel(_, let installed, _): installed.isEmpty
        case .modelsAway: true
        case .model(let error): error.mayPass
        case .style(let error): error.mayPass
        case .scratch(let error), .result(let error): error.mayPass
        case .media(.fileFailed(_, _, let errno)), .folder(_, let errno): FileError.mayPass(errno)
        case .digest(let error): FileError.mayPass(error.errno)
        case .request, .input, .media, .unusable, .diverged: false
        }
    }

    /// The exit status of a command that fails so (sysexits.h).
    package var exitStatus: Int32 {
        switch self {
        case .noModel(wanted: .some, _, _), .request, .input, .unusable, .diverged: 65
        case .noModel, .modelsAway, .model, .style: 78
        case .media, .folder, .scratch, .result: 73
        case .digest: 66
        }
    }
}
