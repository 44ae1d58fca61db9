// SPDX-License-Identifier: Apache-2.0

import Foundation
import Media
import TestSupport
import Testing

/// Files that are requests by lying where they do, from the inbox to the outbox.
@Suite("Drops") struct DropServingTests {
    /// What makes everything small enough for a test.
    static let small =
        #"{"model": "vace-narrow", "size": "32x32", "frames": 5, "steps": 1, "seed": 1}"#

    private func serve(_ root: Root, _ words: String...) throws {
        var all = ["--once"] + words
        if !words.contains("--media-wait") { all += ["--media-wait", "2"] }
        let end = try Program(
            ["serve", "--root", root.path, "--models", Root.models, "--bare"] + all
        ).end()
        #expect(end.status == 0, "\(end.complaints)")
    }

    private func modes(_ root: Root) throws { try root.drop("_modes/defaults.json", Self.small) }

    @Test func `one of each mode that can be done from files`() throws {
        try withRoot { root in
            try modes(root)
            try root.drop("_modes/01-text-to-video/prompt.txt", "\u{FEFF}a ball\r\n")
            try root.drop("_modes/02-text-image-to-video/cat.txt", "a cat")
            try root.drop("_modes/02-text-image-to-video/cat.png", Root.example("harbour.png"))
            try root.drop("alice/_modes/3/cat 🐈.png", Root.example("harbour.png"))
            try root.drop("alice/_modes/3/defaults.json", Self.small)
            try root.drop("_modes/04-stylization/walk.mp4", Root.example("walk.mp4"))
            try root.drop("_modes/04-stylization/walk.png", Root.example("style.png"))
            try root.drop("_modes/06-mask/walk.mp4", Root.example("walk.mp4"))
            try root.drop("_modes/06-mask/walk.mask.png", Root.example("mask.png"))
            try root.drop("_modes/06-mask/walk.txt", "a ball")
            try root.drop("_modes/07-render/tower.mp4", Root.example("render.mp4"))
            try root.drop("_modes/07-render/defaults.json", #"{"prompt": "a tower"}"#)
            try serve(root, "--media-wait", "30")
            for (folder, name) in [
                ("_modes/01-text-to-video", "prompt"), ("_modes/02-text-image-to-video", "cat"),
                ("alice/_modes/3", "cat 🐈"), ("_modes/04-stylization", "walk"),
                ("_modes/06-mask", "walk"), ("_modes/07-render", "tower"),
            ] {
                #expect(root.names(in: "outbox/\(folder)") == [name])
                #expect(root.has("outbox/\(folder)/\(name)/\(name).mp4"), "\(folder)")
                let left = root.names(in: "inbox/\(folder)").filter { $0 != "defaults.json" }
                #expect(left.isEmpty)
            }
            let request = try root.text("outbox/_modes/07-render/tower/request.json")
            #expect(request.contains(#""prompt": "a tower""#))
            #expect(request.contains(#""prompt": "_modes/07-render/defaults.json""#) == false)
            #expect(request.contains(#""prompt":"_modes/07-render/defaults.json""#))
            let result = try root.text("outbox/_modes/07-render/tower/result.json")
            #expect(result.contains(#""prompt": "_modes/07-render/defaults.json""#))
            #expect(result.contains(#""steps": "_modes/defaults.json""#))
        }
    }

    @Test func `names repeat, and the same file again is not made twice`() throws {
        try withRoot { root in
            try modes(root)
            for name in ["cat.png", "cat.jpg"] {
                let example = name == "cat.png" ? "harbour.png" : "last.png"
                try root.drop("_modes/3/\(name)", Root.example(example))
            }
            try serve(root)
            #expect(root.names(in: "outbox/_modes/3") == ["cat", "cat-2"])
            try root.drop("_modes/3/cat.png", Root.example("harbour.png"))
            try serve(root)
            #expect(root.names(in: "outbox/_modes/3") == ["cat", "cat-2"])
            #expect(root.names(in: "inbox/_modes/3").isEmpty)
        }
    }

    @Test func `where requests are left, drops are left, and made once`() throws {
        try withRoot { root in
            try modes(root)
            try root.drop("_modes/3/cat.png", Root.example("harbour.png"))
            try root.drop("_modes/1/a.txt", "a ball")
            for _ in 0..<2 {
                try serve(root, "--claim", "leave")
                #expect(root.names(in: "outbox/_modes/3") == ["cat"])
                #expect(root.names(in: "outbox/_modes/1") == ["a"])
                #expect(root.names(in: "inbox/_modes/3") == ["cat.png"])
            }
        }
    }

    @Test(arguments: [
        ("1", "cat.png", "no text"), ("3", "cat.txt", "takes a picture and no words"),
        ("8", "cat.png", "_templates/08-customization.json"), ("9", "cat.png", "01-text-to-video"),
        ("2", "cat.png", "'cat.txt' is missing"), ("2", "cat.txt", "goes along with"),
        ("4", "walk.mp4", "'walk.txt' is missing"), ("6", "walk.mp4", "'walk.mask.png' is missing"),
        ("4", "style.jpg", "goes along with"),
        ("again", "walk.mp4", "does not say how it was made"),
        ("3", "cat.docx", "cannot be used"),
    ])
    func `what cannot be done is answered with what to do`(
        folder: String, name: String, words: String
    ) throws {
        try withRoot { root in
            try modes(root)
            let bytes: [UInt8] =
                switch name.split(separator: ".").last {
                case "txt": Array("a cat".utf8)
                case "mp4": try Root.example("walk.mp4")
                case "docx": Array("PK\u{3}\u{4}".utf8)
                default: try Root.example("harbour.png")
                }
            try root.drop("_modes/\(folder)/\(name)", bytes)
            try serve(root)
            let stem = name.prefix { $0 != "." }
            let place = "outbox/_modes/\(folder)/\(stem).failed"
            #expect(root.names(in: "outbox/_modes/\(folder)") == ["\(stem).failed"])
            let text = try root.text("\(place)/error.txt")
            #expect(text.contains(words), "\(text)")
            // Nothing is lost, and nothing tried again.
            #expect(try root.bytes("\(place)/\(name)") == bytes)
            #expect(root.names(in: "inbox/_modes/\(folder)").isEmpty)
        }
    }

    @Test(arguments: [
        ([UInt8](), "is empty"), ([0x66, 0xFC, 0x72], "no text in UTF-8"),
        ([UInt8](repeating: 0x61, count: 8193), "more than 8192 bytes"),
        ([UInt8](repeating: 0x61, count: 300_000), "more than 8192 bytes"), ([0, 1, 2], "no text"),
    ])
    func `texts that are no prompt`(bytes: [UInt8], words: String) throws {
        try withRoot { root in
            try root.drop("_modes/1/prompt.txt", bytes)
            try serve(root)
            let text = try root.text("outbox/_modes/1/prompt.failed/error.txt")
            #expect(text.contains(words), "\(text)")
            #expect(try root.bytes("outbox/_modes/1/prompt.failed/prompt.txt") == bytes)
        }
    }

    @Test func `what is refused and moved back is tried again`() throws {
        try withRoot { root in
            try root.drop("_modes/2/cat.png", Root.example("harbour.png"))
            try serve(root)
            #expect(
                try Program(["retry", "--root", root.path, "_modes/2/cat.failed"]).end().status == 0
            )
            // It is still without words, and it is one request, not two.
            try serve(root)
            #expect(root.names(in: "outbox/_modes/2") == ["cat.failed"])
            // What has none of its keys from such a file yet may get them.
            try modes(root)
            try root.drop("_modes/2/defaults.json", #"{"prompt": "a cat"}"#)
            #expect(
                try Program(["retry", "--root", root.path, "_modes/2/cat.failed"]).end().status == 0
            )
            try serve(root)
            #expect(root.names(in: "outbox/_modes/2") == ["cat"])
        }
    }

    @Test func `other programs' names, readmes and templates are left alone`() throws {
        try withRoot { root in
            let names = [
                "_modes/3/.cat.png.part", "_modes/3/cat.png.tmp", "_modes/3/README.txt",
                "_modes/3/cat (conflicted copy).png", "_modes/cat.png", "_templates/a.json",
                "_templates/_modes/3/cat.png",
            ]
            for name in names { try root.drop(name, Root.example("harbour.png")) }
            try serve(root)
            #expect(root.names(in: "outbox").isEmpty)
            for name in names { #expect(root.has("inbox/\(name)")) }
        }
    }

    @Test func `a half copied picture is waited for`() throws {
        try withRoot { root in
            try modes(root)
            let bytes = try Root.example("harbour.png")
            let path = "\(root.path)/inbox/_modes/3/cat.png"
            try FileManager.default.createDirectory(
                atPath: "\(root.path)/inbox/_modes/3", withIntermediateDirectories: true)
            let service = try Program.serve(root)
            defer { service.kill() }
            let file = try #require(fopen(path, "wb"))
            for part in stride(from: 0, to: bytes.count, by: bytes.count / 6 + 1) {
                let rest = Array(bytes[part..<min(part + bytes.count / 6 + 1, bytes.count)])
                fwrite(rest, 1, rest.count, file)
                fflush(file)
                usleep(700_000)
            }
            fclose(file)
            #expect(root.waits { root.has("outbox/_modes/3/cat/result.json") })
            #expect(root.names(in: "outbox/_modes/3") == ["cat"])
        }
    }

    @Test func `a finished video is made again from itself`() throws {
        try withRoot { root in
            try root.drop("first.json", smallRequest(seed: 42))
            try serve(root)
            let film = try root.bytes("outbox/first/first.mp4")
            try root.drop("_modes/again/copy.mp4", film)
            try serve(root)
            let request = try root.text("outbox/_modes/again/copy/request.json")
            #expect(request.contains(#""seed": 42"#) && request.contains(#""prompt": "a ball""#))
            let pictures = try ["first/first", "_modes/again/copy/copy"].map { name in
                var decoder = try VideoDecoder(path: "\(root.path)/outbox/\(name).mp4")
                var pictures: [Picture] = []
                while let picture = try decoder.next() { pictures.append(picture.picture) }
                return pictures
            }
            #expect(pictures[0] == pictures[1])
        }
    }

    @Test func `a video made of a picture is made again with it, and asks for it without`() throws {
        try withRoot { root in
            try modes(root)
            try root.drop("_modes/3/cat.png", Root.example("harbour.png"))
            try serve(root)
            let film = try root.bytes("outbox/_modes/3/cat/cat.mp4")
            try root.drop("_modes/again/film.mp4", film)
            try serve(root)
            let text = try root.text("outbox/_modes/again/film.failed/error.txt")
            #expect(text.contains("cat.png"), "\(text)")
            try root.drop("_modes/again/cat.png", Root.example("harbour.png"))
            try root.drop("_modes/again/film.mp4", film)
            try serve(root)
            #expect(root.has("outbox/_modes/again/film/film.mp4"))
            #expect(root.has("inbox/_modes/again/cat.png"), "other videos may need it")
        }
    }

    @Test func `what the defaults name is no drop`() throws {
        try withRoot { root in
            try modes(root)
            try root.drop("_modes/4/defaults.json", #"{"image": "style.png"}"#)
            try root.drop("_modes/4/style.png", Root.example("style.png"))
            for name in ["a.mp4", "b.mp4"] {
                try root.drop("_modes/4/\(name)", Root.example("walk.mp4"))
            }
            try serve(root)
            #expect(root.names(in: "outbox/_modes/4") == ["a", "b"])
            #expect(root.has("inbox/_modes/4/style.png"))
        }
    }

    @Test func `defaults hold for ordinary requests, and a mistake in them is named`() throws {
        try withRoot { root in
            try root.drop("defaults.json", Self.small)
            try root.drop("alice/defaults.json", #"{"mode": 1, "prompt": "a ball", "seed": 2}"#)
            try root.drop("alice/a.json", #"{"seed": 3}"#)
            try root.drop("alice/b.json", "{}")
            try root.drop("bob/defaults.json", "{\n  \"stepz\": 4\n}")
            try root.drop("bob/c.json", #"{"mode": 1, "prompt": "a ball"}"#)
            try serve(root)
            #expect(root.names(in: "outbox/alice") == ["a", "b"])
            #expect(try root.text("outbox/alice/a/result.json").contains(#""seed": 3"#))
            #expect(try root.text("outbox/alice/b/result.json").contains(#""seed": 2"#))
            #expect(root.names(in: "outbox/bob") == ["c.failed"])
            let text = try root.text("outbox/bob/c.failed/error.txt")
            #expect(text.contains("'bob/defaults.json' has a problem"), "\(text)")
            #expect(text.contains("line 2") && text.contains(#"Did you mean "steps"?"#), "\(text)")
            #expect(
                try root.text("outbox/bob/c.failed/request.json")
                    == #"{"mode": 1, "prompt": "a ball"}"#)
            for file in ["", "alice/", "bob/"] { #expect(root.has("inbox/\(file)defaults.json")) }
        }
    }

    @Test
    func `a new inbox has folders that say what they are for, and templates that are requests`()
        throws
    {
        try withRoot { root in
            #expect(try Program.serve(root, "--once", "--furnished").end().status == 0)
            #expect(root.names(in: "inbox/_modes").count == 10)
            for folder in root.names(in: "inbox/_modes") where folder != "README.txt" {
                #expect(root.names(in: "inbox/_modes/\(folder)") == ["README.txt"])
            }
            let templates = root.names(in: "inbox/_templates")
            #expect(templates.count == 17)
            #expect(root.names(in: "outbox").isEmpty, "none of it is run")
            for name in templates where name.hasSuffix(".json") {
                let end = try Program(["validate", "\(root.path)/inbox/_templates/\(name)"]).end()
                // Only its pictures are missing.
                #expect(!end.complaints.contains("There is no key"))
                #expect(root.has("inbox/_templates/\(name.dropLast(5)).txt"))
            }
            try FileManager.default.removeItem(atPath: "\(root.path)/inbox/_modes")
            #expect(try Program.serve(root, "--once", "--furnished").end().status == 0)
            #expect(!root.has("inbox/_modes"))
        }
    }
}
