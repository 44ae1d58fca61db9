// SPDX-License-Identifier: Apache-2.0

/// One result on a page.
struct Card {
    let entry: Entry
    /// From the page to the outbox: empty, or `../`.
    let base: String

    private var title: String {
        let name = entry.name
        return entry.isFailed && name.hasSuffix(".failed") ? String(name.dropLast(7)) : name
    }

    var html: HTML {
        """
        <article data-folder="\(entry.folder)" data-mode="\(entry.mode)" \
        data-state="\(entry.isFailed ? "failed" : "done")">
        \(entry.isFailed ? reason : still)
        <h2 dir="auto">\(title)</h2>
        \(origin)\(prompt)\(facts)\(takes)
        <div class="more">\(copyButton)<details><summary>Settings and files\
        <span class="unseen"> of \(title)</span></summary>
        \(settings)\(warnings)\(request)\(files)</details></div>
        </article>

        """
    }

    // MARK: The picture

    private var still: HTML {
        guard
            let shown = entry.takes.first.map({ ($0.file, Entry.isFilm($0.file)) })
                ?? pictureAlone.map({ ($0, false) })
        else { return "<div class=\"still none\">The files are gone</div>" }
        let isWhole = entry.poster.map { $0.height >= $0.width || entry.mode == "customization" }
        let preview: HTML =
            entry.preview.map { "data-preview=\"\(url: path($0), from: base)\" " } ?? ""
        return """
            <a class="still\(isWhole == true ? " whole" : "")" href="\(url: path(shown.0), from: base)" \
            data-kind="\(shown.1 ? "video" : "picture")" \(preview)\
            aria-label="\(shown.1 ? "Play" : "Show") \(title)">\(picture)\(badge)</a>
            """
    }

    /// What is shown of a result whose frames are a folder of pictures, or that is no video.
    private var pictureAlone: String? {
        entry.preview ?? entry.contactSheet ?? entry.poster?.file
    }

    private var picture: HTML {
        guard let poster = entry.poster else {
            return "<span class=\"none\">No picture</span>"
        }
        let words = entry.prompt.isEmpty ? "A frame of \(title)" : entry.prompt
        return """
            <img src="\(url: path(poster.file), from: base)" width="\(poster.width)" \
            height="\(poster.height)" alt="\(words)" loading="lazy" decoding="async">
            """
    }

    private var badge: HTML {
        if entry.takes.count > 1 { return "<span>\(entry.takes.count) variations</span>" }
        guard let seconds = entry.takes.first?.seconds else { return "" }
        return "<span>\(Entry.shown((seconds * 10).rounded() / 10)) s</span>"
    }

    private var reason: HTML {
        guard let reason = entry.reason else { return "" }
        let problems = reason.problems.map { problem -> HTML in
            "<li dir=\"auto\">\(problem.message)\(hint(problem.hint))</li>"
        }
        let list: HTML = problems.isEmpty ? "" : "<ul>\(problems)</ul>"
        return """
            <div class="reason"><strong>No video was made</strong>\
            <p dir="auto">\(reason.message)</p>\(list)</div>
            """
    }

    private func hint(_ hint: String) -> HTML { hint.isEmpty ? "" : " \(hint)" }

    // MARK: The words

    private var origin: HTML {
        var parts: [HTML] = []
        if !entry.folder.isEmpty { parts.append("<bdi>\(entry.folder)</bdi>") }
        if !entry.mode.isEmpty { parts.append("<bdi>\(Self.label(entry.mode))</bdi>") }
        if !entry.finished.isEmpty {
            let (day, time) = (entry.finished.prefix(10), entry.finished.dropFirst(11).prefix(5))
            parts.append(
                "<time datetime=\"\(entry.finished)\">\(String(day)) \(String(time)) UTC</time>")
        }
        return "<p class=\"where\">\(Self.joined(parts))</p>"
    }

    private var prompt: HTML {
        entry.prompt.isEmpty ? "" : "\n<p class=\"prompt\" dir=\"auto\">\(entry.prompt)</p>"
    }

    private var facts: HTML {
        var parts: [HTML] = []
        if let take = entry.takes.first, take.frames > 0 {
            parts.append("\(take.width) × \(take.height)")
            parts.append("\(take.frames) frames")
        }
        parts += entry.styles.map { "style <bdi>\($0)</bdi>" }
        if !entry.seed.isEmpty { parts.append("seed \(entry.seed)") }
        return parts.isEmpty ? "" : "\n<p class=\"facts\">\(Self.joined(parts))</p>"
    }

    private var takes: HTML {
        guard entry.takes.count > 1 else { return "" }
        let links = entry.takes.enumerated().map { index, take -> HTML in
            """
            <li><a href="\(url: path(take.file), from: base)" \
            data-kind="\(Entry.isFilm(take.file) ? "video" : "picture")" \
            aria-label="Play variation \(index + 1) of \(title), seed \(take.seed)">\(index + 1)</a></li>
            """
        }
        return "\n<ul class=\"takes\">\(links)</ul>"
    }

    private var settings: HTML {
        var rows = entry.settings.map { Self.row($0.key, $0.value) }
        if !entry.seed.isEmpty { rows.insert(Self.row("seed", entry.seed), at: 0) }
        if !entry.model.isEmpty { rows.insert(Self.row("model", entry.model), at: 0) }
        return rows.isEmpty ? "" : "<dl>\(rows)</dl>\n"
    }

    private var warnings: HTML {
        let warnings = entry.warnings.map { warning -> HTML in "<p dir=\"auto\">\(warning)</p>" }
        return "\(warnings)"
    }

    private var copyButton: HTML {
        guard entry.request != nil else { return "" }
        return """
            <button type="button" class="copy">Copy as request<span class="unseen"> that makes \
            \(title) again</span></button>
            """
    }

    private var request: HTML {
        guard let request = entry.request else { return "" }
        let folder: HTML = entry.folder.isEmpty ? "the inbox" : "<bdi>inbox/\(entry.folder)</bdi>"
        let beside: HTML =
            entry.inputs.isEmpty
            ? "" : ", beside \(Self.joined(entry.inputs.map { "<bdi>\($0)</bdi>" }, by: ", "))"
        return """
            <p>As a request, under a new name ending in .json, for \(folder)\(beside):</p>
            <pre tabindex="0" role="region" aria-label="Request of \(title)">\(request)</pre>

            """
    }

    private var files: HTML {
        let names = entry.takes.map(\.file) + entry.others
        let links = names.prefix(60).map { name -> HTML in
            "<a href=\"\(url: path(name), from: base)\"><bdi>\(name)</bdi></a>"
        }
        return links.isEmpty ? "" : "<p>\(Self.joined(links))</p>"
    }

    // MARK: Parts

    private func path(_ file: String) -> [UInt8] {
        entry.place + [UInt8(ascii: "/")] + Array(file.utf8)
    }

    private static func row(_ key: String, _ value: String) -> HTML {
        "<dt dir=\"auto\">\(key)</dt><dd dir=\"auto\">\(value)</dd>"
    }

    private static func joined(_ pieces: [HTML], by separator: HTML = " · ") -> HTML {
        var joined: HTML = ""
        for (index, piece) in pieces.enumerated() {
            if index > 0 { joined += separator }
            joined += piece
        }
        return joined
    }

    /// `text-to-video` as a person says it.
    static func label(_ mode: String) -> String {
        mode.prefix(1).uppercased() + mode.dropFirst().replacing("-", with: " ")
    }
}
