// SPDX-License-Identifier: Apache-2.0

import Gallery
import JSON

/// A result as it stands in an outbox, for tests to fill in.
struct Result {
    var place = "alice/sunset"
    var prompt = "a red balloon drifts over the sea"
    var mode = "text-to-video"
    var seed: JSONValue = 7
    var message: String?
    var files = ["sunset.mp4", "poster.jpg", "contact-sheet.jpg", "preview.webp"]
    var settings: [(String, JSONValue)] = []
    var style: JSONValue = []
    /// The bytes of `request.json`; nil for none.
    var request: String? = #"{"mode": "text-to-video", "prompt": "x"}"#

    var record: String {
        var members: [(String, JSONValue)] = [
            ("status", message == nil ? "done" : "failed"), ("request", "sunset"),
            ("mode", .string(mode)), ("model", ["name": "starter", "sha256": "0"]),
            ("style", style), ("seed", seed),
            ("settings", .object([("prompt", .string(prompt))] + settings)),
            (
                "files",
                .array(
                    files.map {
                        [
                            "name": .string($0), "bytes": 1, "sha256": "0", "width": 96,
                            "height": 64, "frames": 17, "fps": 8, "seed": seed,
                        ]
                    })
            ), ("inputs", [["name": "media/harbour.png", "sha256": "0"]]),
            ("timing", ["finished": "2026-11-23T09:12:00.250Z"]), ("engine", .null),
            ("warnings", [.string(prompt)]),
        ]
        if let message {
            members.append(
                (
                    "error",
                    [
                        "message": .string(message),
                        "problems": [["message": .string(message), "hint": .string(message)]],
                    ]
                ))
        }
        return JSONValue.object(members).serialized()
    }

    var entry: Entry? {
        Entry(
            place: Array(place.utf8), files: Set(files + ["result.json"]),
            record: Array(record.utf8), request: request.map { Array($0.utf8) })
    }
}

/// A page as text.
func index(_ entries: [Entry?], pages: Int = 0, folders: [String] = []) -> String {
    var overview = Page.Overview()
    overview.results = entries.count
    overview.pages = pages
    overview.folders = folders
    return String(decoding: Page.index(entries.compactMap(\.self), of: overview), as: UTF8.self)
}

/// Names and texts that would do something in a page which does not escape them.
let hostileTexts = [
    "<script>alert(1)</script>", "\"><script>alert(1)</script>", "'><img src=x onerror=alert(1)>",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>", "<!--<script>alert(1)//-->",
    "]]><script>alert(1)</script>",
    "<svg onload=alert(1)>", "<svg><script>alert&#40;1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)", "' onfocus='alert(1)' autofocus='", "` onerror=alert(1) `",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;img src=x onerror=alert(1)&#62;",
    "&quot;&gt;<b>",
    "\\\"); alert(1); (\"", "\\u003cscript>alert(1)\\u003c/script>", "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}",
    "<base href=//evil.example/>", "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><button>go</button></form>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<details open ontoggle=alert(1)>", "<a href=//evil.example target=_top>x</a>",
    "\u{202E}gpj.exe\u{2066}<b>",
    "line\u{2028}one\u{2029}two\u{0085}three", "nul\u{0}escape\u{1B}[31mred\u{7F}",
    "%00%2e%2e%2f?query#fragment",
    "..", "a/../../etc/passwd", "<template><script>alert(1)</script></template>",
]
