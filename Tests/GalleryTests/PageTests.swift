// SPDX-License-Identifier: Apache-2.0

import Gallery
import JSON
import Requests
import Testing

/// The tags of a page, as far as a page without script sections can be read so.
private func tags(_ page: String) -> [Substring] {
    var tags: [Substring] = []
    var rest = page[...]
    while let start = rest.firstIndex(of: "<") {
        let end = rest[start...].firstIndex(of: ">") ?? rest.endIndex
        tags.append(rest[start..<end].dropFirst())
        rest = rest[end...].dropFirst()
    }
    return tags
}

/// The part with the results, in which nothing is the program's own style or script.
private func body(_ page: String) -> String {
    let start = page.firstRange(of: "<body>")?.lowerBound ?? page.startIndex
    let end = page.firstRange(of: "<footer>")?.lowerBound ?? page.endIndex
    return String(page[start..<end])
}

@Suite("Pages of hostile results")
struct HostilePageTests {
    /// The shape of a page: its tags with the names of their attributes.
    private func shape(_ page: String) -> [String] {
        tags(body(page)).map { tag in
            var shape = ""
            var isValue = false
            for character in tag {
                if character == "\"" { isValue.toggle() }
                if !isValue { shape.append(character) }
            }
            return shape
        }
    }

    @Test func `there are thirty and more of them`() { #expect(hostileTexts.count >= 30) }

    @Test(arguments: hostileTexts)
    func `a prompt, a message and every other text add no tag and no attribute`(text: String) throws
    {
        let isFailed = [false, true]
        for failed in isFailed {
            var (plain, hostile) = (Result(), Result())
            plain.message = failed ? "wrong" : nil
            plain.settings = [("key", "value")]
            hostile.message = failed ? text : nil
            hostile.prompt = text
            hostile.settings = [(text, .string(text))]
            hostile.seed = .string(text)
            hostile.mode = text
            hostile.request = JSONValue.object([(text, .string(text))]).serialized()
            let (wanted, got) = (index([plain.entry]), index([hostile.entry]))
            #expect(shape(got) == shape(wanted))
            // Outside the body nothing of it stands at all.
            #expect(got.prefix { $0 != "\u{1}" }.hasSuffix("</html>\n"))
        }
    }

    @Test(arguments: hostileTexts)
    func `a file, a folder and an option lead nowhere else`(text: String) throws {
        // What a name on a disk can be.
        let name = String(text.unicodeScalars.filter { $0 != "\0" && $0 != "/" })
        guard ![".", ".."].contains(name) else { return }
        var (plain, hostile) = (Result(), Result())
        hostile.place = "\(name)/\(name)"
        hostile.files = ["\(name).mp4", "poster.jpg", "contact-sheet.jpg", "preview.webp"]
        let got = index([hostile.entry], folders: [name])
        plain.place = "alice/sunset"
        #expect(shape(got) == shape(index([plain.entry], folders: ["alice"])))
        for tag in tags(body(got)) {
            for attribute in ["href=\"", "src=\"", "data-preview=\""] {
                guard let start = tag.firstRange(of: attribute) else { continue }
                let url = tag[start.upperBound...].prefix { $0 != "\"" }
                let isPlain = url.utf8.allSatisfy { byte in
                    let letters =
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/%#"
                    return letters.utf8.contains(byte)
                }
                #expect(isPlain, "\(url)")
                #expect(!url.hasPrefix("/") && !url.hasPrefix(".."), "\(url)")
            }
        }
    }

    @Test func `only files that are there are named`() throws {
        var result = Result()
        result.files = []
        let record = result.record.replacing(
            "\"files\": []",
            with:
                #""files": [{"name": "../../etc/passwd"}, {"name": "x.mp4"}, {"name": "poster.jpg"}]"#
        )
        let entry = Entry(
            place: Array("a".utf8), files: ["poster.jpg"], record: Array(record.utf8))
        let page = index([entry])
        #expect(!page.contains("passwd") && !page.contains("x.mp4"))
        #expect(page.contains("href=\"a/poster.jpg\""))
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "7", #"{"status": "done"}"#,
        #"{"status": "else", "settings": {}, "timing": {}}"#, "\u{0}\u{0}",
        String(repeating: "[", count: 100_000),
    ])
    func `what is no record is no result`(text: String) {
        #expect(Entry(place: [97], files: [], record: Array(text.utf8)) == nil)
    }

    @Test func `a record of wrong types is shown as far as it goes`() throws {
        let text = """
            {"status": "failed", "settings": 7, "timing": [], "mode": {}, "seed": -1, "files": {"a": 1},
             "inputs": "x", "style": {"call": []}, "error": "bad", "warnings": [7, null, "careful"]}
            """
        let entry = Entry(
            place: Array("a.failed".utf8), files: ["result.json"], record: Array(text.utf8))
        #expect(try #require(entry).finished.isEmpty)
        #expect(index([entry]).contains("careful"))
    }

    @Test func `what is long is cut`() throws {
        var result = Result()
        result.prompt = String(repeating: "long ", count: 4000)
        result.settings = (0..<100).map { ("key \($0)", .string(result.prompt)) }
        result.request =
            "{\"prompt\": \"\(result.prompt)\", \"negative_prompt\": \"\(result.prompt)\"}"
        #expect(index([result.entry]).utf8.count < index([]).utf8.count + 60_000)
    }
}

@Suite("The request that makes a result again")
struct RequestCopyTests {
    /// What the page offers to copy.
    private func offered(_ result: Result) throws -> String {
        let page = index([result.entry])
        let start = try #require(page.firstRange(of: "<pre "))
        let text = page[start.upperBound...].drop { $0 != ">" }.dropFirst()
        let end = try #require(text.firstRange(of: "</pre>"))
        return String(text[..<end.lowerBound]).replacing("&quot;", with: "\"").replacing(
            "&lt;", with: "<"
        ).replacing("&gt;", with: ">").replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }

    @Test func `has seed and model where the one that was dropped left them open`() throws {
        var result = Result()
        result.seed = .string("18446744073709551615")
        let text = try offered(result)
        let request = try Request(parsing: Array(text.utf8))
        #expect(request.seed == UInt64.max && request.model == "starter")
        #expect(request.prompt == "x")
    }

    @Test func `keeps what it says, whatever that is`() throws {
        var result = Result()
        let prompt = "a \"quoted\" <b> & 'more' \\ line\nbreak \u{2028} 🎈"
        result.request = JSONValue.object([
            ("mode", 1), ("prompt", .string(prompt)), ("seed", 5), ("model", "mine"),
            ("guidance", 4.5),
        ]).serialized()
        let request = try Request(parsing: Array(try offered(result).utf8))
        #expect(request.prompt == prompt)
        #expect(request.seed == 5 && request.model == "mine" && request.guidance == 4.5)
    }

    @Test func `names the versions of styles`() throws {
        var result = Result()
        result.style = [
            ["name": "ink", "version": 3, "weight": 0.5],
            ["name": "oil", "version": 1, "weight": 1],
        ]
        result.request = """
            {"mode": 1, "prompt": "x", "style": [{"name": "ink", "weight": 0.5}, "oil", "paper@2"]}
            """
        let text = try offered(result)
        for name in ["\"ink@3\"", "\"oil@1\"", "\"paper@2\""] {
            #expect(text.contains(name), "\(text)")
        }
        let request = try Request(parsing: Array(text.utf8))
        #expect(request.styles.count == 3)
    }

    @Test func `of a failure is the one that was dropped`() throws {
        var result = Result()
        result.message = "wrong"
        #expect(try !offered(result).contains("seed"))
    }

    @Test(arguments: [nil, "", "[1]", "{\"mode\": ", "7"])
    func `is not offered where there is none`(request: String?) {
        var result = Result()
        result.request = request
        #expect(!index([result.entry]).contains("<pre"))
    }
}

@Suite("Pages of a gallery")
struct PageTests {
    @Test(arguments: [(0, 0), (1, 0), (119, 0), (120, 1), (179, 1), (180, 2), (10_000, 165)])
    func `are full but for the newest, which has one to two pages' worth`(results: Int, pages: Int)
    {
        #expect(Page.count(of: results) == pages)
        #expect(results - pages * Page.size < 2 * Page.size)
    }

    @Test func `show the poster, the words and the seed`() {
        let page = index([Result().entry], folders: ["alice"])
        for text in [
            "src=\"alice/sunset/poster.jpg\"", "href=\"alice/sunset/sunset.mp4\"",
            "data-preview=\"alice/sunset/preview.webp\"",
            "alt=\"a red balloon drifts over the sea\"",
            "seed 7", "96 × 64", "2.1 s", "<html lang=\"en\">",
            "datetime=\"2026-11-23T09:12:00.250Z\"",
            "<option value=\"alice\">",
        ] { #expect(page.contains(text), "\(text)") }
    }

    @Test func `link variations, and pictures where there is no video`() {
        var result = Result()
        result.files = ["s-1.mp4", "s-2.mp4", "poster.jpg", "preview.webp"]
        #expect(index([result.entry]).contains("2 variations"))
        result.files = ["poster.jpg", "contact-sheet.jpg", "preview.webp"]
        #expect(index([result.entry]).contains("href=\"alice/sunset/preview.webp\""))
        result.files = []
        #expect(index([result.entry]).contains("The files are gone"))
    }

    @Test func `older ones lead up to the outbox and to their neighbours`() {
        let entries = [Result().entry].compactMap(\.self)
        let page = String(
            decoding: Page.older(entries, number: 2, isLast: false), as: UTF8.self)
        for text in [
            "src=\"../alice/sunset/poster.jpg\"", "href=\"page-1.html\"", "href=\"page-3.html\"",
        ] { #expect(page.contains(text), "\(text)") }
        let last = String(decoding: Page.older(entries, number: 1, isLast: true), as: UTF8.self)
        #expect(last.contains("href=\"../index.html\" rel=\"prev\"") && !last.contains("page-0"))
    }

    @Test(arguments: hostileTexts)
    func `as scripts hold nothing but a number and a literal`(text: String) throws {
        var result = Result()
        result.prompt = text
        let entries = [result.entry].compactMap(\.self)
        let script = String(decoding: Page.script(entries, number: 3), as: UTF8.self)
        let call = try #require(script.firstRange(of: "rushesPage(3, "))
        let literal = script[call.upperBound...].dropLast(3)
        let node = try JSONNode(
            parsing: Array("[\(literal)]".utf8),
            limits: JSONLimits(bytes: 1 << 20, depth: 2, duplicateKeys: .kept))
        #expect(try #require(node.array?.first?.string).contains("</article>"))
        #expect(!literal.contains("<") && !literal.contains("\u{2028}"))
    }

    @Test func `say what they are in their first bytes, and let nothing else run`() throws {
        let page = index([])
        for bytes in [
            Array(page.utf8), Page.older([], number: 1, isLast: true), Page.script([], number: 1),
        ] {
            #expect(String(decoding: bytes.prefix(1024), as: UTF8.self).contains(Page.marker))
        }
        let policy = try #require(page.firstRange(of: "content=\"default-src &#39;none&#39;; "))
        let rules = page[policy.upperBound...].prefix { $0 != "\"" }
        #expect(!rules.contains("unsafe") && !rules.contains("*") && !rules.contains("http"))
        #expect(!body(page).contains("style=\"") && !body(page).contains(" onclick"))
    }
}
