// SPDX-License-Identifier: Apache-2.0

internal import Digests
internal import JSON

/// The pages of a gallery as bytes.
///
/// The newest results stand in `index.html`, older ones in pages of ``size`` that are numbered from
/// the oldest on, so that a page which is full stays as it is when others come. Beside each such page
/// lies the same as a script, for the filter of `index.html`.
package enum Page {
    /// How many results an older page holds; the newest page has up to twice as many.
    package static let size = 60
    /// What the first bytes of every page and script say, and by which they are known as ours.
    package static let marker = "Rushes gallery"

    /// How many older pages so many results make.
    package static func count(of results: Int) -> Int { max(0, results / size - 1) }

    /// `gallery/page-3.html`, below the outbox.
    package static func name(_ number: Int) -> String { "gallery/page-\(number).html" }
    /// `gallery/page-3.js`, below the outbox.
    package static func scriptName(_ number: Int) -> String { "gallery/page-\(number).js" }

    /// What the first page says of the whole gallery.
    package struct Overview: Hashable, Sendable {
        package var results = 0
        package var pages = 0
        /// Folders and modes that have results, for the filter.
        package var folders: [String] = []
        package var modes: [String] = []

        package init() {}
    }

    /// `index.html`, the newest entry first.
    package static func index(_ entries: [Entry], of overview: Overview) -> [UInt8] {
        let older: HTML =
            overview.pages > 0
            ? "<a href=\"\(own: name(overview.pages))\" rel=\"next\">Older results</a>" : ""
        let empty: HTML =
            entries.isEmpty
            ? "<p>Nothing yet. What is dropped into the inbox appears here when it is done.</p>"
            : ""
        let body: HTML = """
            <header><h1>Rushes</h1><p>\(summary(overview.results))</p></header>
            <main id="results">
            \(filter(overview))
            <output id="count" role="status"></output>
            \(empty)<div id="grid">
            \(entries.map { Card(entry: $0, base: "").html })</div>
            <nav aria-label="Pages"><button id="more" type="button" hidden>Show more</button>\
            <span id="pager">\(older)</span></nav>
            </main>
            """
        return whole("Rushes", body)
    }

    /// An older page.
    ///
    /// * `isLast`: Whether the next newer one is `index.html`.
    package static func older(_ entries: [Entry], number: Int, isLast: Bool) -> [UInt8] {
        let newer = isLast ? "../index.html" : "page-\(number + 1).html"
        let older: HTML =
            number > 1 ? "<a href=\"page-\(number - 1).html\" rel=\"next\">Older results</a>" : ""
        let body: HTML = """
            <header><h1><a href="../index.html">Rushes</a></h1><p>Page \(number), counted from the \
            oldest</p></header>
            <main id="results">
            <div id="grid">
            \(entries.map { Card(entry: $0, base: "../").html })</div>
            <nav aria-label="Pages"><a href="\(newer)" rel="prev">Newer results</a>\(older)</nav>
            </main>
            """
        return whole("Rushes, page \(number)", body)
    }

    /// The same as a script for `index.html`.
    package static func script(_ entries: [Entry], number: Int) -> [UInt8] {
        var cards: HTML = ""
        for entry in entries { cards += Card(entry: entry, base: "").html }
        let literal = Escaping.script(JSONValue.string(cards.text).serialized(pretty: false))
        return Array("/* \(marker) */\nrushesPage(\(number), \(literal));\n".utf8)
    }

    // MARK: Parts

    private static func summary(_ results: Int) -> String {
        results == 1 ? "1 result" : "\(grouped(results)) results, the newest first"
    }

    /// `12,345`.
    private static func grouped(_ number: Int) -> String {
        let digits = String(number)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    private static func filter(_ overview: Overview) -> HTML {
        func options(_ values: [String], _ label: (String) -> String) -> [HTML] {
            values.map { "<option value=\"\($0)\">\(label($0))</option>" }
        }
        return """
            <form id="filter" role="search" data-pages="\(overview.pages)" hidden>
            <label>Words<input name="words" type="search" autocomplete="off" \
            placeholder="In names, prompts and settings"></label>
            <label>Folder<select name="folder"><option value="">All folders</option>\
            \(options(overview.folders) { $0 })</select></label>
            <label>Mode<select name="mode"><option value="">All modes</option>\
            \(options(overview.modes, Card.label))</select></label>
            <label>Outcome<select name="state"><option value="">All</option>\
            <option value="done">Made</option><option value="failed">Failed</option></select></label>
            <button type="reset">Clear</button>
            </form>
            """
    }

    /// A page around its body: nothing may be loaded but what lies beside it, nothing may run but this
    /// module's script.
    private static func whole(_ title: String, _ body: HTML) -> [UInt8] {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="generator" content="\(marker)">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>\(own: style)</style>
            </head>
            <body>
            <a class="skip" href="#results">To the results</a>
            \(body)
            <footer>Written by Rushes. Everything here was generated by AI.</footer>
            <div id="note" class="unseen" role="status"></div>
            <script>\(own: program)</script>
            </body>
            </html>

            """
        return Array(page.text.utf8)
    }

    private static let style = String(decoding: PackageResources.gallery_css, as: UTF8.self)
    private static let program = String(decoding: PackageResources.gallery_js, as: UTF8.self)

    /// The Content-Security-Policy (CSP 3) of every page.
    private static let policy = [
        "default-src 'none'", "img-src 'self'", "media-src 'self'",
        "script-src 'self' '\(hash(of: program))'", "style-src '\(hash(of: style))'",
        "base-uri 'none'", "form-action 'none'",
    ].joined(separator: "; ")

    private static func hash(of text: String) -> String {
        var digest = SHA256()
        digest.update(Array(text.utf8))
        let digits = Array(digest.finish().utf8)
        let bytes = stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) ?? 0
        }
        return "sha256-" + Escaping.base64(bytes)
    }
}
