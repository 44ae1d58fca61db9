// SPDX-License-Identifier: Apache-2.0

internal import Files

/// A file that a request names, and what became of it when the request was accepted.
package struct Medium: Equatable, Sendable {
    /// The name in the request: a path from the request's own folder.
    package let name: String
    /// The path of the file now, or why there is none.
    package let place: Result<String, MediaFault>

    /// A medium from its two facts.
    package init(name: String, place: Result<String, MediaFault>) {
        self.name = name
        self.place = place
    }
}

/// The file `media` of a job folder: a header, then one line of words for each medium.
///
///     rushes media 1
///     copy harbour.jpg 0
///     fault my%20clip.mp4 missing my%20clip.mp4 my%20clip.mov
struct MediaList: Equatable {
    /// The media, whose copies are called by their names below `in/`.
    var media: [Medium]

    /// Bytes of the longest list that is read: every name of a request with all its siblings.
    static let limit = 64 << 20
    private static let header = "rushes media 1"

    init(media: [Medium]) {
        self.media = media
    }

    /// Reads what `text` wrote, passing over lines that are something else.
    init(_ text: [UInt8]) {
        let lines = text.split(separator: 0x0A)
        guard let first = lines.first, String(decoding: first, as: UTF8.self) == Self.header
        else {
            media = []
            return
        }
        media = lines.dropFirst().compactMap { line in
            let words = line.split(separator: 0x20)
            guard words.count >= 3, let name = EscapedWord.text(words[1]) else { return nil }
            let rest = words.dropFirst(2).compactMap(EscapedWord.text)
            switch (String(decoding: words[0], as: UTF8.self), rest.first) {
            case ("copy", let file?): return Medium(name: name, place: .success(file))
            case ("fault", let kind?):
                let fault = MediaFault(kind: kind, Array(rest.dropFirst()))
                return fault.map { Medium(name: name, place: .failure($0)) }
            default: return nil
            }
        }
    }

    /// The content of the file.
    var text: [UInt8] {
        var lines = Array("\(Self.header)\n".utf8)
        for medium in media {
            let words =
                switch medium.place {
                case .success(let file): ["copy", medium.name, file]
                case .failure(let fault):
                    ["fault", medium.name] + fault.words
                }
            lines += words.map { EscapedWord.encoded(Path($0)) }.joined(separator: [0x20]) + [0x0A]
        }
        return lines
    }
}

extension MediaFault {
    fileprivate var words: [String] {
        switch self {
        case .missing(let part, let siblings): ["missing", part] + siblings
        case .outside: ["outside"]
        case .link: ["link"]
        case .hardLink: ["hard-link"]
        case .folder: ["folder"]
        case .special: ["special"]
        case .forbidden: ["forbidden"]
        case .tooLarge: ["too-large"]
        case .tooMuch: ["too-much"]
        case .changing: ["changing"]
        case .unreadable(let reason): ["unreadable", reason]
        }
    }

    fileprivate init?(kind: String, _ words: [String]) {
        switch kind {
        case "missing":
            self = .missing(part: words.first ?? "", siblings: Array(words.dropFirst()))
        case "outside": self = .outside
        case "link": self = .link
        case "hard-link": self = .hardLink
        case "folder": self = .folder
        case "special": self = .special
        case "forbidden": self = .forbidden
        case "too-large": self = .tooLarge
        case "too-much": self = .tooMuch
        case "changing": self = .changing
        case "unreadable": self = .unreadable(words.first ?? "")
        default: return nil
        }
    }
}
