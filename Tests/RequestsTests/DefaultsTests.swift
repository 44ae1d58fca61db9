// SPDX-License-Identifier: Apache-2.0

import JSON
import Requests
import Testing

/// What `defaults.json` adds to requests, and what it does not.
@Suite struct DefaultsTests {
    private func added(_ request: String, _ files: String...) throws -> String {
        let files = files.enumerated().map {
            Defaults.File(name: "\($0 + 1)/defaults.json", bytes: Array($1.utf8))
        }
        return String(
            decoding: try Defaults.added(to: Array(request.utf8), from: files), as: UTF8.self)
    }

    @Test func `the request wins, then the nearest file, key by key`() throws {
        let text = try added(
            #"{"mode": "text-to-video", "prompt": "a ball", "steps": 4}"#,
            #"{"steps": 9, "seed": 2}"#, #"{"seed": 3, "guidance": 2.5, "prompt": "no"}"#)
        let request = try Request(parsing: Array(text.utf8))
        #expect(request.steps == 4)
        #expect(request.seed == 2)
        #expect(request.guidance == 2.5)
        #expect(request.prompt == "a ball")
        #expect(
            request.defaults == [
                Request.Default(key: "seed", file: "1/defaults.json"),
                Request.Default(key: "guidance", file: "2/defaults.json"),
            ])
        // The request's own lines stay as they are, and so do their numbers.
        #expect(text.hasPrefix(#"{"mode": "text-to-video", "prompt": "a ball", "steps": 4"#))
    }

    @Test(arguments: ["{}", "{ }", "{\n}\n", " {\r\n}\r\n"])
    func `a request may leave everything to them`(text: String) throws {
        let whole = try added(text, #"{"mode": 1, "prompt": "a } in \"it\"", "seconds": 2}"#)
        let request = try Request(parsing: Array(whole.utf8))
        #expect(request.prompt == "a } in \"it\"")
        #expect(request.length == .seconds(2))
    }

    @Test(arguments: [
        // Another mode's keys, the rival of a key, the steps of a sampler for a training.
        (
            #"{"mode": "image-to-video", "image": "a.png"}"#,
            #"{"prompt": "x", "affect": "subject"}"#
        ),
        (#"{"mode": 1, "prompt": "x", "frames": 5}"#, #"{"seconds": 2}"#),
        (
            #"{"mode": 2, "prompt": "x", "image": "a.png", "loop": true}"#,
            #"{"camera": {"pan": 1}}"#
        ),
        (
            #"{"mode": 8, "examples": ["a.png", "b.png", "c.png"], "name": "i", "trigger": "x"}"#,
            #"{"steps": 20}"#
        ),
        // What the service has completed before, and what is no request.
        (
            ##"{"mode": 1, "prompt": "x", "$defaults": {"seed": "defaults.json"}}"##,
            #"{"steps": 2}"#
        ),
        ("[]", #"{"steps": 2}"#), (#"{"mode": "#, #"{"steps": 2}"#), ("", #"{"steps": 2}"#),
        ("{}", #"{"$schema": "request.schema.json"}"#),
    ])
    func `what does not fit is not added`(request: String, defaults: String) throws {
        #expect(try added(request, defaults) == request)
    }

    @Test(arguments: [
        (#"{"stepz": 4}"#, "There is no key \"stepz\". Did you mean \"steps\"?"),
        ("{\n  \"steps\": 0}", "line 2, column 12"), (#"{"steps": "many"}"#, "whole number"),
        (#"{"seed": 1, "seed": 2}"#, "given twice"),
        (#"{"mode": "text-to-vidoe"}"#, "text-to-video"),
        (#"{"video": "a.mp4"}"#, "belongs to one request"), (#"{"steps": 4"#, "line 1"),
        (#"{"$defaults": {}}"#, "belongs to one request"), ("[1]", "braces"), ("", "empty"),
        (#"{"camera": {"pan": 99}}"#, "camera"), (#"{"deliver": {"size": "big"}}"#, "deliver"),
        (#"{"format": "avi"}"#, "webm"), (#"{"metadata": "none"}"#, "without-prompt"),
    ])
    func `a mistake is said with the file's name`(text: String, words: String) throws {
        let failure = #expect(throws: Failure.self) {
            try added(#"{"mode": 1, "prompt": "x"}"#, "{}", text)
        }
        #expect(failure?.message.contains("'2/defaults.json'") == true)
        #expect(failure?.hint.contains(words) == true)
    }

    @Test func `every key has an explanation, the one of the examples`() throws {
        let page = String(decoding: try repositoryFile("examples/README.md"), as: UTF8.self)
        for field in Field.allCases where field != .schema {
            #expect(
                page.contains("| `\(field.rawValue)` | \(field.explanation) |"), "\(field.rawValue)"
            )
        }
    }
}

/// Requests that come out of videos, and texts that come out of files.
@Suite struct DroppedTextTests {
    private func record(_ change: (inout ResultRecord) -> Void = { _ in }) -> ResultRecord {
        var record = ResultRecord(request: "fox")
        record.mode = .stylization
        record.model = ResultRecord.Model(name: "starter", sha256: "00")
        record.seed = .max
        record.styles = [
            ResultRecord.Style(
                name: "ink", version: 2, weight: 0.5, sha256: "11", trigger: "in ink wash",
                matched: 1, unmatched: 0, firstUnmatched: [])
        ]
        record.settings = [
            "prompt": "a fox, in ink wash", "negative_prompt": "rain", "size": "96x64",
            "frames": 9, "fps": 8.0, "steps": 4, "guidance": 3.0, "shift": 3.0,
            "video": "walk.mp4", "structure": 0.5, "strength": 1.0, "variations": 3,
            "format": "webm",
        ]
        change(&record)
        return record
    }

    @Test func `a comment becomes the request of its video`() throws {
        let bytes = try RequestAgain.request(in: record().comment, of: "fox-2.mp4")
        let request = try Request(parsing: bytes)
        #expect(request.prompt == "a fox, in ink wash")
        #expect(request.seed == .max)
        #expect(request.variations == 1, "the one of this video")
        #expect(request.format == .webm)
        #expect(request.styles.map(\.name.description) == ["ink@2"])
        #expect(request.media.map(\.text) == ["walk.mp4"])
    }

    @Test(arguments: [
        nil, "", "Lavf59", "{}", #"{"mode": "mask"}"#, #"{"disclosure": 1, "mode": "mask"}"#,
        #"{"disclosure": "x", "mode": "dance", "settings": {}}"#,
    ])
    func `a video of another make is refused by name`(comment: String?) throws {
        let failure = #expect(throws: Failure.self) {
            try RequestAgain.request(in: comment, of: "holiday.mp4")
        }
        #expect(failure?.message.contains("'holiday.mp4'") == true)
    }

    @Test func `without the prompt no word of it is in the comment`() throws {
        let whole = record()
        #expect(whole.comment.contains("a fox") && whole.comment.contains("rain"))
        let hidden = record { record in
            record.metadata = .withoutPrompt
            guard case .object(let members) = record.settings else { return }
            record.settings = .object(members + [("metadata", "without-prompt")])
        }
        for word in ["fox, in", "rain", "ink wash"] { #expect(!hidden.comment.contains(word)) }
        #expect(hidden.comment.contains("generated by AI"))
        #expect(hidden.comment.contains("96x64"))
        let failure = #expect(throws: Failure.self) {
            try RequestAgain.request(in: hidden.comment, of: "fox.mp4")
        }
        #expect(failure?.message.contains("not its prompt") == true)
    }

    @Test func `the text that stands for a video names it`() {
        let text = RequestAgain.text(of: #"a "film".mp4"#)
        #expect(RequestAgain.file(in: text) == #"a "film".mp4"#)
        #expect(RequestAgain.file(in: Array(#"{"again": "a.mp4", "seed": 1}"#.utf8)) == nil)
        #expect(RequestAgain.file(in: Array(#"{"mode": 1}"#.utf8)) == nil)
        #expect(Request.files(namedIn: text).map(\.path.text) == [#"a "film".mp4"#])
    }

    @Test(
        arguments: [
            (Array("a fox\n".utf8), "a fox"), ([0xEF, 0xBB, 0xBF] + Array("fox".utf8), "fox"),
            (Array("  one\r\ntwo\rthree \n\n".utf8), "one\ntwo\nthree"),
            ([0xFF, 0xFE, 0x66, 0, 0x6F, 0, 0x78, 0], "fox"), ([0xFE, 0xFF, 0, 0x66], "f"),
            ([0xFF, 0xFE], ""), ([], ""), (Array("\u{FEFF}".utf8), ""), (Array(" \n\t".utf8), ""),
            (Array("狐 🦊".utf8), "狐 🦊"),
        ] as [([UInt8], String)])
    func `texts of many editors`(bytes: [UInt8], wanted: String) {
        #expect(PromptText.read(bytes) == wanted)
    }

    @Test(
        arguments: [
            [0x66, 0xFC, 0x72], [0xFF, 0xFE, 0x66], [0x66, 0, 0x67], [0x89, 0x50, 0x4E, 0x47],
            [0xFF, 0xFE, 0, 0xD8], [0xED, 0xA0, 0x80],
        ] as [[UInt8]])
    func `what is no text`(bytes: [UInt8]) {
        #expect(PromptText.read(bytes) == nil)
    }
}
