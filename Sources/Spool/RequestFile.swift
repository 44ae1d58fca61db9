// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// A request as a file, before anybody knows what is in it.
package enum RequestFile {
    /// Bytes of the largest request that is read.
    package static let limit = 256 * 1024

    /// The bytes of a file that a person named: links are followed.
    package static func read(_ path: String) -> Result<[UInt8], UnreadableRequest> {
        read(Path(path), followingLinks: true)
    }

    /// The file's own name, as text for people: `sunset.json` of `a/sunset.json`.
    package static func name(of path: String) -> String {
        Path(bytes: Path(path).name).description
    }

    /// The result's name for such a file: `sunset` of `a/sunset.json`, safe as in the outbox.
    package static func resultName(of path: String) -> String {
        OutboxName.result(of: Path(path))
    }

    /// The bytes of a request beneath a folder of strangers: the same without following any link.
    static func read(_ path: Path, beneath root: Path) -> Result<[UInt8], UnreadableRequest> {
        do throws(FileError) {
            return .success(
                try Enclosure.pinning(path, beneath: root) { (file: Path) throws(FileError) in
                    try WholeFile.read(file, limit: limit, onlyName: true)
                })
        } catch {
            return .failure(UnreadableRequest(error))
        }
    }

    /// The bytes of a file; without following links, also none of a file that has another name
    /// somewhere, because it may be somebody else's.
    static func read(_ path: Path, followingLinks: Bool) -> Result<[UInt8], UnreadableRequest> {
        do throws(FileError) {
            return .success(
                try WholeFile.read(
                    path, limit: limit, followingLinks: followingLinks, onlyName: !followingLinks))
        } catch {
            return .failure(UnreadableRequest(error))
        }
    }
}

/// Why a request cannot be read at all.
package enum UnreadableRequest: Error, Equatable, Sendable, CustomStringConvertible {
    case missing, tooLarge, folder, link, hardLink, notAFile, forbidden
    case other(String)

    init(_ error: FileError) {
        switch error.errno {
        case ENOENT, ENOTDIR: self = .missing
        case EFBIG: self = .tooLarge
        case EISDIR: self = .folder
        case ELOOP: self = .link
        case EMLINK: self = .hardLink
        case EINVAL, ENXIO: self = .notAFile
        case EACCES, EPERM: self = .forbidden
        default: self = .other(error.reason)
        }
    }

    /// A word for the job's own note of it; nil for what may pass and is never noted.
    var word: String? { Self.words.first { $0.value == self }?.key }

    /// The reason that such a word stands for.
    init?(word: String) {
        guard let reason = Self.words[word] else { return nil }
        self = reason
    }

    private static let words: [String: UnreadableRequest] = [
        "missing": .missing, "too-large": .tooLarge, "folder": .folder, "link": .link,
        "hard-link": .hardLink, "not-a-file": .notAFile, "forbidden": .forbidden,
    ]

    /// Whether this machine is to blame, so that another look may succeed.
    package var mayPass: Bool { if case .other = self { true } else { false } }

    /// What is wrong, in one sentence for the person who dropped it.
    package var description: String {
        switch self {
        case .missing: "There is no such file."
        case .tooLarge: "The file is larger than \(RequestFile.limit / 1024) KiB."
        case .folder: "This is a folder, not a file."
        case .link: "This is a symbolic link, not a file."
        case .hardLink: "This is a hard link: the same file has another name somewhere."
        case .notAFile: "This is a device or a pipe, not a file."
        case .forbidden: "There is no permission to read the file."
        case .other(let reason): "The file cannot be read: \(reason)."
        }
    }

    /// What to do about it.
    package var hint: String {
        switch self {
        case .missing: "Look at the spelling of its name."
        case .tooLarge:
            "A request is a short text; pictures and clips belong into files beside it."
        case .folder:
            "Only a file may have a name that ends in .json. The folder is still in the inbox: give it "
                + "a name without .json at its end, and what is in it is found."
        case .link, .hardLink: "Put a copy of the file there instead."
        case .notAFile: "Put a plain file there instead."
        case .forbidden: "Make it readable for the group of the inbox, or for everybody."
        case .other: "Try again with a fresh copy."
        }
    }
}
