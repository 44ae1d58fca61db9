// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Spool

/// What files mean that lie in a folder of `_modes`: which of them are one request, and what of it is
/// missing.
///
/// Files with the same stem in the same folder belong together: `cat.jpg` and `cat.txt`, or
/// `walk.mp4`, `walk.mask.png` and `walk.txt`. Pure: the names are passed in.
struct Drop: Equatable {
    /// What a file is by its ending; what is in it is for the worker to find out.
    enum Kind { case text, picture, clip }

    /// What is to be done with a folder's files.
    enum Work: Equatable {
        case mode(ModeName)
        /// A finished video is made once more.
        case again
        /// The folder is called like nothing that is known.
        case unknown
    }

    /// What a file of the folder is to the others.
    enum Role: Equatable {
        /// It makes the request.
        case leading
        /// It goes along with another one; nil where that one is not there, or never comes.
        case following(String?)
    }

    let work: Work
    /// The file that leads.
    let name: String
    /// The files that go along and are used up: a text, a picture of a look, a mask.
    private(set) var words: String?
    private(set) var look: String?
    private(set) var mask: String?
    /// Pictures that the video of ``Work/again`` may have been made of; they stay.
    private(set) var companions: [String] = []

    /// The folder in which a finished video is made again.
    static let againFolder = "again"
    /// Pictures that are taken along with a video that is made again.
    private static let companionLimit = 64

    /// The name of a mode's folder: `03-image-to-video`.
    static func folder(of mode: ModeName) -> String { "0\(mode.number)-\(mode.rawValue)" }

    /// What a folder of `_modes` is for: `03-image-to-video`, `image-to-video`, `03` or `3`, in any case.
    static func work(in folder: String) -> Work {
        let name = folder.lowercased()
        if name == againFolder { return .again }
        let digits = name.prefix { $0.isNumber }
        let rest = name.dropFirst(digits.count)
        let mode = ModeName.allCases.first { mode in
            let isNumber = digits.count <= 2 && Int(digits) == mode.number
            let isName = rest == mode.rawValue || rest == "-" + mode.rawValue
            return digits.isEmpty ? rest == mode.rawValue : isNumber && (rest.isEmpty || isName)
        }
        return mode.map { .mode($0) } ?? .unknown
    }

    /// What a file is by its ending.
    static func kind(of name: String) -> Kind {
        switch name.split(separator: ".").last?.lowercased() {
        case "txt", "text": .text
        case "png", "jpg", "jpeg", "bmp", "tif", "tiff", "heic", "heif", "avif": .picture
        case "webp": .picture
        default: .clip
        }
    }

    /// The part of the name that files have in common; `walk` of `walk.mask.png` where masks are wanted.
    static func stem(of name: String, withMasks: Bool) -> String {
        let end = name.lastIndex(of: ".") ?? name.endIndex
        let stem = String(end == name.startIndex ? name[...] : name[..<end]).lowercased()
        guard withMasks, isMask(stem) else { return stem }
        return String(stem.dropLast(5))
    }

    private static func isMask(_ stem: String) -> Bool {
        [".mask", "-mask", "_mask"].contains { stem.hasSuffix($0) && stem.count > $0.count }
    }

    /// Which role a file plays among those of its folder.
    ///
    /// * `names`: All of the folder that may be drops, `name` among them.
    static func role(of name: String, in work: Work, among names: [String]) -> Role {
        let withMasks = work == .mode(.mask)
        func isLeading(_ name: String) -> Bool {
            switch (work, kind(of: name)) {
            case (.unknown, _), (.mode(.textToVideo), _), (.mode(.imageToVideo), _),
                (.mode(.customization), _):
                true
            case (.mode(.textImageToVideo), let kind): kind != .text
            case (.mode, let kind): kind == .clip && !(withMasks && isMaskFile(name))
            // An animated WebP is a finished video, too.
            case (.again, let kind): kind == .clip || name.lowercased().hasSuffix(".webp")
            }
        }
        if isLeading(name) { return .leading }
        if work == .again { return .following(nil) }
        let own = stem(of: name, withMasks: withMasks)
        let leader = names.first {
            isLeading($0) && stem(of: $0, withMasks: withMasks) == own
        }
        return .following(leader)
    }

    private static func isMaskFile(_ name: String) -> Bool {
        isMask(stem(of: name, withMasks: false))
    }

    /// The request that a leading file makes with those that go along with it.
    init(_ name: String, in work: Work, among names: [String]) {
        self.work = work
        self.name = name
        let others = names.filter { $0 != name }
        if work == .again {
            let pictures = others.filter { Self.role(of: $0, in: work, among: names) != .leading }
            companions = Array(pictures.sorted().prefix(Self.companionLimit))
            return
        }
        let withMasks = work == .mode(.mask)
        let own = Self.stem(of: name, withMasks: withMasks)
        for other in others.sorted() where Self.stem(of: other, withMasks: withMasks) == own {
            guard Self.role(of: other, in: work, among: names) == .following(name) else { continue }
            switch Self.kind(of: other) {
            case .text: words = words ?? other
            case _ where withMasks && Self.isMaskFile(other): mask = mask ?? other
            case .picture: look = look ?? other
            case .clip: continue
            }
        }
    }

    /// The files that are used up with the leading one.
    var followers: [String] { [words, look, mask].compactMap(\.self) }

    /// All files that the job gets, the leading one first.
    var files: [String] { [name] + followers + companions }

    /// The keys of the request that are names of files.
    var keys: [(field: Field, name: String)] {
        guard case .mode(let mode) = work else { return [] }
        var keys: [(Field, String)] = []
        switch mode {
        case .textToVideo: break
        case .textImageToVideo, .imageToVideo: keys = [(.image, name)]
        default: keys = [(.video, name)]
        }
        if let look { keys.append((.image, look)) }
        if let mask { keys.append((.mask, mask)) }
        return keys
    }

    /// The file with the words: itself in the mode that takes nothing else.
    var text: String? { work == .mode(.textToVideo) ? name : words }

    /// A file that would complete a request with these keys, and what for; nil when it is complete.
    func missing(_ present: Set<Field>) -> (file: String, purpose: String)? {
        guard case .mode(let mode) = work else { return nil }
        let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
        let isLooked = !present.isDisjoint(with: [.prompt, .image, .style])
        return switch mode {
        case .textToVideo, .imageToVideo, .customization: nil
        case .textImageToVideo where !present.contains(.prompt):
            ("\(stem).txt", "the words for it")
        case .mask where !present.contains(.mask):
            ("\(stem).mask.png", "a picture of the same size in which white is what changes")
        case .mask where !present.contains(.prompt):
            ("\(stem).txt", "words for what the changed part is to show")
        case .stylization where !isLooked, .storyboard where !isLooked, .render where !isLooked:
            ("\(stem).txt", "words for what it is to look like, or a picture '\(stem).jpg' of that")
        default: nil
        }
    }
}
