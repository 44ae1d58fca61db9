// SPDX-License-Identifier: Apache-2.0

internal import Requests
internal import Spool

/// What lies in the inbox as the request that it means: with what `defaults.json` adds, and made of a
/// drop.
struct Composition {
    /// For the queue.
    var offer: Offer
    /// A file that is waited for, though nobody names it, until it is objected that it is missing.
    var awaited: String?
    /// What is then objected.
    var complaint: Objection?
    /// Drops that are used up with this one.
    var followers: [Arrival] = []
    /// The objection is about `defaults.json`, which somebody may be writing just now.
    var isDefaultsFault = false

    init(_ offer: Offer) { self.offer = offer }

    /// The names to wait for, each once.
    var names: [String] { offer.names + (awaited.map { [$0] } ?? []) }

    /// The same when nothing is waited for any more.
    var settledOffer: Offer {
        var offer = offer
        if awaited != nil, offer.objection == nil { offer.objection = complaint }
        return offer
    }
}

/// What a name in the inbox comes to.
enum Composed {
    case request(Composition)
    /// A drop that goes along with another one, if that is there.
    case part(of: Arrival?)
}

extension Daemon {
    /// Reads a request, or makes one of a drop.
    func compose(_ arrival: Arrival) -> Composed {
        guard arrival.isDrop else { return .request(completed(arrival)) }
        return drop(arrival)
    }

    /// A request with what the files `defaults.json` above it say.
    private func completed(_ arrival: Arrival) -> Composition {
        let content = inbox.read(arrival)
        guard case .success(let bytes) = content else {
            return Composition(Offer(arrival, content))
        }
        var composition = added(to: bytes, arrival, defaults(for: arrival))
        if case .success(let whole) = composition.offer.content, whole != bytes {
            composition.offer.form = .completed(from: bytes)
        }
        return composition
    }

    /// A request's text and its files, with defaults where they can be used.
    private func added(
        to bytes: [UInt8], _ arrival: Arrival, _ files: [Defaults.File]
    ) -> Composition {
        var composition = Composition(Offer(arrival, .success(bytes)))
        var whole = bytes
        if !files.isEmpty {
            do throws(Failure) {
                whole = try Defaults.added(to: bytes, from: files)
            } catch {
                composition.offer.objection = Objection(error.message, hint: error.hint)
                composition.isDefaultsFault = true
            }
        }
        composition.offer.content = .success(whole)
        composition.offer.names = Request.files(namedIn: whole).map(\.path.text)
        return composition
    }

    /// The files `defaults.json` in the folder of a request and above it, the nearest first.
    private func defaults(for arrival: Arrival) -> [Defaults.File] {
        (0...arrival.folders.count).reversed().compactMap { depth in
            let file = arrival.file(Defaults.fileName, depth: depth)
            guard let bytes = inbox.content(of: file, limit: Defaults.limit) else { return nil }
            return Defaults.File(name: file.description, bytes: bytes)
        }
    }

    // MARK: Drops

    private func drop(_ arrival: Arrival) -> Composed {
        let folders = arrival.folders
        let start = folders.firstIndex { $0.lowercased() == InboxName.modeFolder } ?? 0
        let work = Drop.work(in: folders[start + 1])
        let files = defaults(for: arrival)
        // What the defaults of this very folder name is no request.
        let named = files.filter { $0.name == arrival.sibling(Defaults.fileName).description }
            .flatMap { Request.files(namedIn: $0.bytes) }.map(\.path.text)
        guard !named.contains(arrival.name) else { return .part(of: nil) }
        // Nor is what a request names that lies here itself, as one does that came back.
        let isNamed = candidates.values.contains { candidate in
            !candidate.arrival.isDrop
                && candidate.gathering.names.contains { candidate.arrival.sibling($0) == arrival }
        }
        guard !isNamed else { return .part(of: nil) }
        let names = inbox.drops(beside: arrival).filter { !named.contains($0) }
        switch Drop.role(of: arrival.name, in: work, among: names) {
        case .leading:
            let drop = Drop(arrival.name, in: work, among: names)
            return .request(composition(drop, arrival, files, folder: folders[start + 1]))
        case .following(nil) where work == .again: return .part(of: nil)
        case .following(nil): return .request(lonely(arrival, work))
        case .following(let leader?): return .part(of: arrival.sibling(leader))
        }
    }

    private func composition(
        _ drop: Drop, _ arrival: Arrival, _ files: [Defaults.File], folder: String
    ) -> Composition {
        var objection: Objection?
        let bytes: [UInt8]
        switch drop.work {
        case .again: bytes = RequestAgain.text(of: drop.name)
        case .unknown:
            bytes = Request.text(of: nil, prompt: nil, files: [])
            objection = .unknownFolder(folder)
        case .mode(let mode):
            var prompt: String?
            if let file = drop.text {
                switch words(of: file, beside: arrival) {
                case .success(let text): prompt = text
                case .failure(let fault): objection = fault
                }
            }
            bytes = Request.text(of: mode, prompt: prompt, files: drop.keys)
            objection = objection ?? Objection.unfit(drop.name, for: mode)
        }
        var composition =
            drop.work == .again
            ? Composition(Offer(arrival, .success(bytes))) : added(to: bytes, arrival, files)
        composition.offer.form = .drop
        // What the defaults of its folder name comes along.
        let others = composition.offer.names.filter { !drop.files.contains($0) }
        composition.offer.names = drop.files + (drop.work == .again ? [] : others)
        composition.offer.objection = objection ?? composition.offer.objection
        composition.followers = drop.followers.map { arrival.sibling($0) }
        if objection != nil { composition.isDefaultsFault = false }
        if composition.offer.objection == nil, case .success(let whole) = composition.offer.content,
            let missing = drop.missing(Request.fields(in: whole))
        {
            composition.awaited = missing.file
            composition.complaint = .incomplete(drop.name, missing.file, missing.purpose)
        }
        return composition
    }

    /// A text, a picture or a mask without the file that it goes along with.
    private func lonely(_ arrival: Arrival, _ work: Drop.Work) -> Composition {
        let name = arrival.name
        let stem = Drop.stem(of: name, withMasks: work == .mode(.mask))
        let leader = work == .mode(.textImageToVideo) ? "\(stem).jpg" : "\(stem).mp4"
        let mode: ModeName? = if case .mode(let mode) = work { mode } else { nil }
        var composition = Composition(
            Offer(
                arrival, .success(Request.text(of: mode, prompt: nil, files: [])), names: [name],
                form: .drop))
        composition.awaited = leader
        composition.complaint = .lonely(name, leader)
        return composition
    }

    /// The words in a text file.
    private func words(of file: String, beside arrival: Arrival) -> Result<String, Objection> {
        guard let bytes = inbox.content(of: arrival.sibling(file), limit: RequestFile.limit) else {
            return .failure(.longText(file))
        }
        guard let text = PromptText.read(bytes) else { return .failure(.noText(file)) }
        guard !text.isEmpty else { return .failure(.emptyText(file)) }
        guard text.utf8.count <= Limits.promptBytes else { return .failure(.longText(file)) }
        return .success(text)
    }
}

extension Objection: Error {
    fileprivate static func unknownFolder(_ folder: String) -> Objection {
        Objection(
            "There is no mode '\(Problem.shown(folder))', after which a folder in "
                + "'\(InboxName.modeFolder)' could be called.",
            hint: "The folders are "
                + (ModeName.allCases.map { Drop.folder(of: $0) } + [Drop.againFolder])
                .joined(separator: ", ") + ". Move the file into one of them.")
    }

    /// What a mode's folder cannot do with a file at all.
    fileprivate static func unfit(_ name: String, for mode: ModeName) -> Objection? {
        let shown = "'\(Problem.shown(name))'"
        switch (mode, Drop.kind(of: name)) {
        case (.textToVideo, .text): return nil
        case (.textToVideo, _):
            return Objection(
                "The mode text-to-video makes a video of words alone, and \(shown) is no text.",
                hint: "Drop a text file whose name ends in .txt here. A picture goes into "
                    + "'\(Drop.folder(of: .imageToVideo))', a clip into "
                    + "'\(Drop.folder(of: .stylization))'.")
        case (.imageToVideo, .text):
            return Objection(
                "The mode image-to-video takes a picture and no words, and \(shown) is a text.",
                hint: "Drop a picture here. Words and a picture of the same name, "
                    + "'cat.txt' and 'cat.jpg', go into '\(Drop.folder(of: .textImageToVideo))'.")
        case (.customization, _):
            return Objection(
                "A style is trained from several pictures, so \(shown) alone is not enough.",
                hint:
                    "Copy '\(InboxName.templateFolder)/\(Drop.folder(of: .customization)).json' to "
                    + "another folder of the inbox, write the names of your pictures into it, and put "
                    + "the pictures beside it.")
        default: return nil
        }
    }

    fileprivate static func incomplete(
        _ name: String, _ missing: String, _ purpose: String
    ) -> Objection {
        Objection(
            "'\(Problem.shown(name))' alone is not enough for this mode: '\(Problem.shown(missing))' "
                + "is missing, \(purpose).",
            hint: "Drop both again, with the same name up to the ending. What is the same for all "
                + "files of the folder can stand in a '\(Defaults.fileName)' there.")
    }

    fileprivate static func lonely(_ name: String, _ leader: String) -> Objection {
        Objection(
            "'\(Problem.shown(name))' goes along with a file of the same name, such as "
                + "'\(Problem.shown(leader))', and there was none.",
            hint: "Drop both again, with the same name up to the ending.")
    }

    fileprivate static func noText(_ file: String) -> Objection {
        Objection(
            "'\(Problem.shown(file))' is no text in UTF-8.",
            hint: "Open it in a plain text editor, and save it anew with the encoding UTF-8.")
    }

    fileprivate static func emptyText(_ file: String) -> Objection {
        Objection(
            "'\(Problem.shown(file))' is empty.",
            hint: "Write into it what is to be seen, in your own words.")
    }

    fileprivate static func longText(_ file: String) -> Objection {
        Objection(
            "'\(Problem.shown(file))' has more than \(Limits.promptBytes) bytes, or cannot be read.",
            hint: "Its words become the prompt, which has at most \(Limits.promptBytes >> 10) KiB: "
                + "shorten them.")
    }
}
