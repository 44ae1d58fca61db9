// SPDX-License-Identifier: Apache-2.0

internal import Generation
internal import Requests
internal import Spool

/// The files of a request, found or explained.
struct FoundMedia {
    private let media: [String: Medium]

    /// Media under their names in the request.
    init(_ media: [Medium]) {
        self.media = Dictionary(media.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Where every file of a request is.
    ///
    /// - Throws: a failure with one problem for each file that cannot be used.
    func files(of request: Request, source: [UInt8]) throws(Failure) -> MediaFiles {
        let named = Request.files(namedIn: source)
        var paths: [MediaPath: String] = [:]
        var problems: [Problem] = []
        for path in request.media {
            let place = media[path.text]?.place ?? .failure(.missing(part: path.text, siblings: []))
            switch place {
            case .success(let file): paths[path] = file
            case .failure(let fault):
                problems.append(fault.problem(path, named.first { $0.path == path }))
            }
        }
        guard problems.isEmpty else {
            throw Failure(
                code: "input-missing",
                message: problems.count == 1
                    ? "A file that the request names cannot be used."
                    : "\(problems.count) files that the request names cannot be used.",
                problems: problems, mode: request.mode.name)
        }
        return MediaFiles(paths)
    }
}

extension FoundMedia {
    /// The request with which a finished video was made, from the video itself.
    func requestAgain(of file: String) throws(Failure) -> [UInt8] {
        switch media[file]?.place ?? .failure(.missing(part: file, siblings: [])) {
        case .success(let path):
            return try RequestAgain.request(in: Engine.comment(of: path, called: file), of: file)
        case .failure(let fault):
            throw Failure(
                code: "input-missing",
                message: "The video that is to be made again is \"\(Problem.shown(file))\", "
                    + "\(fault.what).",
                hint: fault.hint(file))
        }
    }
}

extension MediaFault {
    /// The same as a problem of the request, in the place where the file is named.
    func problem(_ path: MediaPath, _ named: NamedFile?) -> Problem {
        let field = named?.field ?? ""
        return Problem(
            field: field,
            message: "\(Self.quoted(field)) names \(Self.quoted(path.text)), \(what).",
            line: named?.line, column: named?.column, hint: hint(path.text))
    }

    /// What is the matter, as a clause that follows the name.
    var what: String {
        switch self {
        case .missing(let part, _): "but there is no \(Self.quoted(part)) beside the request"
        case .outside: "which is a link that leads out of the inbox"
        case .link: "which is a link that cannot be followed, as one that leads in circles cannot"
        case .hardLink: "which is a hard link to a file of somebody else"
        case .folder: "which is a folder, not a file"
        case .special: "which is a pipe or a device, not a file"
        case .forbidden: "which the service is not permitted to read"
        case .tooLarge: "which is larger than \(MediaSource.fileLimit >> 30) GiB"
        case .tooMuch:
            "with which the files of this request are larger than "
                + "\(MediaSource.totalLimit >> 30) GiB together"
        case .changing: "which somebody was still writing"
        case .unreadable(let reason): "which cannot be read: \(reason)"
        }
    }

    /// What to do about it.
    func hint(_ path: String) -> String {
        switch self {
        case .missing(let part, let siblings):
            Self.suggestion(for: path, missing: part, among: siblings)
                ?? "Put the file beside the request, or correct the name. If it is still on its "
                + "way, drop the request again when it is there."
        case .outside, .link, .special, .hardLink: "Put a copy of the file there instead."
        case .folder: "Write the path of one file in it, such as \(Self.quoted(path + "/a.png"))."
        case .forbidden: "Make it readable for the group of the inbox, or for everybody."
        case .tooLarge, .tooMuch: "Cut it to the part that the video needs, or make it smaller."
        case .changing: "Drop the request again when the file has arrived completely."
        case .unreadable: "Put a fresh copy of the file there."
        }
    }

    /// What stands there under a name that differs by its case, its extension or a slip.
    private static func suggestion(
        for path: String, missing part: String, among siblings: [String]
    ) -> String? {
        let folder = part.lastIndex(of: "/").map { part[...$0] } ?? ""
        let wanted = String(part.dropFirst(folder.count))
        func offer(_ name: String, _ difference: String) -> String {
            let whole = folder + name + path.dropFirst(part.count)
            return "There is \(quoted(String(folder) + name)) with \(difference). "
                + "Write \(quoted(whole)), or put the file there under the name that you wrote."
        }
        if let name = siblings.first(where: { $0.lowercased() == wanted.lowercased() }) {
            return offer(name, "other capital letters")
        }
        if let name = siblings.first(where: { stem($0) == stem(wanted) }) {
            return offer(name, "another ending")
        }
        return Suggestion.nearest(to: wanted, among: siblings).map { offer($0, "a similar name") }
    }

    private static func stem(_ name: String) -> String {
        let end = name.lastIndex(of: ".") ?? name.endIndex
        return name[..<(end == name.startIndex ? name.endIndex : end)].lowercased()
    }

    private static func quoted(_ text: some StringProtocol) -> String {
        "\"\(Problem.shown(text))\""
    }
}
