// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// A request of one mode with its files, small enough for the smallest golden model.
struct ModeRequest: Sendable, CustomTestStringConvertible {
    let mode: String
    /// What only this mode takes, as members of the request.
    let members: String
    /// The files that it names, from `examples/media`, under the same names.
    let files: [String]
    var testDescription: String { mode }

    init(_ mode: String, _ members: String, _ files: [String]) {
        (self.mode, self.members, self.files) = (mode, members, files)
    }

    static let all = [
        ModeRequest("text-to-video", #""prompt": "a ball""#, []),
        ModeRequest(
            "text-image-to-video", #""prompt": "a ball", "image": "harbour.png""#,
            ["harbour.png"]),
        ModeRequest(
            "image-to-video", #""image": ["harbour.png", "last.png"]"#,
            ["harbour.png", "last.png"]),
        ModeRequest(
            "stylization", #""video": "walk.mp4", "image": "style.png""#,
            ["style.png", "walk.mp4"]),
        ModeRequest(
            "storyboard",
            #""prompt": "a ball", "panels": [{"image": "panel-1.png"}, {"image": "panel-2.png"}]"#,
            ["panel-1.png", "panel-2.png"]),
        ModeRequest(
            "mask", #""prompt": "a ball", "video": "walk.mp4", "mask": "mask.png""#,
            ["walk.mp4", "mask.png"]),
        ModeRequest("render", #""prompt": "a ball", "video": "render.mp4""#, ["render.mp4"]),
    ]

    /// The whole request; `folder` stands before every name of a file.
    func text(in folder: String = "", _ more: String = "") -> String {
        var members = members
        for file in files {
            members = members.replacingOccurrences(of: "\"\(file)\"", with: "\"\(folder)\(file)\"")
        }
        return """
            {"mode": "\(mode)", \(members), "model": "vace-narrow", "size": "32x32", \
            "frames": 5, "steps": 1, "seed": 1\(more)}
            """
    }
}

extension Root {
    /// A file of the examples.
    static func example(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: Golden.folder).appendingPathComponent("../../examples")
        return Array(try Data(contentsOf: folder.appendingPathComponent("media/\(name)")))
    }

    /// A picture request and the picture under a name of its own.
    func dropPicture(
        _ name: String, in folder: String = "", request: String = "film.json"
    ) throws {
        try drop("\(folder)\(name)", Root.example("harbour.png"))
        try drop("\(folder)\(request)", pictureRequest(name))
    }
}

/// A request that names one picture.
func pictureRequest(_ name: String, steps: Int = 1, frames: Int = 5) -> String {
    """
    {"mode": "image-to-video", "image": "\(name)", "model": "vace-narrow", "size": "32x32", \
    "frames": \(frames), "steps": \(steps), "seed": 1}
    """
}

@Suite("Serving requests with files", .serialized)
struct MediaServingTests {
    @Test(arguments: ModeRequest.all, ["", "media of 🎬/"])
    func `every mode makes its video from the files beside its request`(
        request: ModeRequest, folder: String
    ) throws {
        try withRoot { root in
            for file in request.files {
                try root.drop("alice/\(folder)\(file)", Root.example(file))
            }
            try root.drop("alice/film.json", request.text(in: folder))
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox/alice") == ["film"])
            #expect(
                root.names(in: "outbox/alice/film") == [
                    "contact-sheet.jpg", "film.mp4", "poster.jpg", "preview.webp", "request.json",
                    "result.json",
                ])
            let result = try root.text("outbox/alice/film/result.json")
            for file in request.files {
                #expect(result.contains("\"name\": \"\(folder)\(file)\""), "\(result)")
                // Another request may name it too.
                #expect(root.has("inbox/alice/\(folder)\(file)"))
            }
            #expect(!result.contains("spool/jobs"))
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }

    @Test func `a file that arrives after its request`() throws {
        try withRoot { root in
            let service = try Program.serve(root)
            defer { service.kill() }
            #expect(root.waits { root.has("spool/lock") && root.has("outbox") })
            try root.drop("alice/film.json", pictureRequest("late.png"))
            try root.drop("other.json", smallRequest())
            // Nobody else is kept waiting.
            #expect(root.waits { root.has("outbox/other/result.json") })
            #expect(root.has("inbox/alice/film.json"))
            try root.drop("alice/late.png", Root.example("harbour.png"))
            #expect(root.waits { root.has("outbox/alice/film/result.json") })
        }
    }

    /// A sync tool may bring the request first: what empties the inbox waits as the service does.
    @Test func `a file that arrives after its request, with --once`() throws {
        try withRoot { root in
            try root.drop("alice/film.json", pictureRequest("late.png"))
            let service = try Program.serve(root, "--once", "--media-wait", "60")
            #expect(root.waits { root.has("outbox/alice/film.waiting.txt") })
            try root.drop("alice/late.png", Root.example("harbour.png"))
            let end = service.end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox/alice") == ["film"])
        }
    }

    /// And one that never comes is answered in the end.
    @Test func `a file that never arrives, with --once`() throws {
        try withRoot { root in
            try root.drop("film.json", pictureRequest("never.png"))
            let begin = ContinuousClock.now
            let end = try Program.serve(root, "--once", "--media-wait", "6").end()
            #expect(ContinuousClock.now - begin >= .seconds(6))
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["film.failed"])
        }
    }

    /// Hundreds of requests before their files: the service keeps up and gives its sign of life.
    @Test func `many requests that wait keep nobody from being served`() throws {
        try withRoot { root in
            for number in 0..<200 {
                try root.drop("late/\(number).json", pictureRequest("\(number).png"))
            }
            let service = try Program.serve(root)
            #expect(root.waits { root.has("outbox/late/199.waiting.txt") })
            try root.drop("other.json", smallRequest())
            #expect(root.waits { root.has("outbox/other/result.json") })
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func `variations, a contact sheet and frames are published with all their files`() throws
    {
        try withRoot { root in
            try root.drop("a.png", Root.example("harbour.png"))
            let request = String(pictureRequest("a.png").dropLast())
            try root.drop("two.json", request + #", "variations": 2}"#)
            try root.drop("frames.json", request + #", "variations": 2, "format": "png"}"#)
            try root.drop("look.json", request + #", "preview": true}"#)
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(
                Set(root.names(in: "outbox/two")).isSuperset(of: [
                    "two-1.mp4", "two-2.mp4", "request.json", "result.json",
                ]))
            for name in ["frames-1", "frames-2"] {
                #expect(root.names(in: "outbox/frames/\(name)").count == 5)
            }
            let shown = root.names(in: "outbox/look")
            #expect(shown.contains { $0.hasSuffix(".jpg") || $0.hasSuffix(".png") })
            #expect(shown.contains("result.json"))
        }
    }
}

/// A file that cannot be used: what stands in the inbox, what the request says, and what the
/// person is told.
struct UnusableFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let standing: String
    let named: String
    let sentences: [String]

    init(_ name: String, standing: String, named: String, _ sentences: String...) {
        (testDescription, self.standing, self.named) = (name, standing, named)
        self.sentences = sentences
    }

    static let all = [
        UnusableFile(
            "missing", standing: "other.mp4", named: "a.png",
            #""image" names "a.png""#, #"no "a.png" beside"#, "Put the file beside the request"),
        UnusableFile(
            "other case", standing: "Harbour.PNG", named: "harbour.png", #"Write "Harbour.PNG""#),
        UnusableFile(
            "other ending", standing: "harbour.jpg", named: "harbour.png",
            #"There is "harbour.jpg" with another ending"#),
        UnusableFile(
            "misspelled", standing: "harbour.png", named: "harbuor.png", #"Write "harbour.png""#),
        UnusableFile(
            "other folder", standing: "Media/a.png", named: "media/a.png",
            #"no "media" beside"#, #"Write "Media/a.png""#),
        UnusableFile(
            "in a folder", standing: "media/b.png", named: "media/a.png",
            #"no "media/a.png" beside"#, #"Write "media/b.png""#),
        UnusableFile("a folder", standing: "a.png/b.png", named: "a.png", "a folder, not a file"),
    ]
}

@Suite("Files that cannot be used", .serialized)
struct UnusableFileTests {
    @Test(arguments: UnusableFile.all)
    func `are explained with the field, the name and what stands there`(file: UnusableFile) throws {
        try withRoot { root in
            try root.drop("alice/\(file.standing)", Root.example("harbour.png"))
            try root.drop("alice/film.json", pictureRequest(file.named))
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox/alice") == ["film.failed"])
            let explanation = try root.text("outbox/alice/film.failed/error.txt")
            for sentence in file.sentences {
                #expect(explanation.contains(sentence), "\(explanation)")
            }
            let result = try root.text("outbox/alice/film.failed/result.json")
            #expect(result.contains(#""code": "input-missing""#))
            #expect(result.contains(#""field": "image""#))
            #expect(root.names(in: "spool/jobs").isEmpty)
            #expect(!root.has("inbox/alice/film.json"))
        }
    }

    @Test(arguments: [
        ("link", "a link that leads out of the inbox"), ("linked folder", "out of the inbox"),
        ("pipe", "a pipe or a device"), ("empty", "a.png"),
    ])
    func `never leave the inbox and never hold up the service`(
        kind: String, sentence: String
    ) throws {
        try withRoot { root in
            try root.drop("a", "")
            let inbox = "\(root.path)/inbox"
            let secret = URL(fileURLWithPath: "\(root.path)/a.png")
            try Data(Root.example("harbour.png")).write(to: secret)
            var name = "a.png"
            switch kind {
            case "link": symlink("../a.png", "\(inbox)/a.png")
            case "linked folder":
                symlink("..", "\(inbox)/away")
                name = "away/a.png"
            case "pipe": mkfifo("\(inbox)/a.png", 0o600)
            default: try root.drop("a.png", "")
            }
            try root.drop("film.json", pictureRequest(name))
            try root.drop("good.json", smallRequest())
            let end = try Program.serve(root, "--once").end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(root.names(in: "outbox") == ["film.failed", "good"])
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains(sentence), "\(explanation)")
        }
    }

    @Test func `several are reported together, at their places`() throws {
        try withRoot { root in
            try root.drop(
                "film.json",
                """
                {
                  "mode": "storyboard", "prompt": "x",
                  "panels": [{"image": "one.png"},
                             {"image": "two.png"}]
                }
                """)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let explanation = try root.text("outbox/film.failed/error.txt")
            #expect(explanation.contains("2 files that the request names"), "\(explanation)")
            #expect(
                explanation.contains(#"In line 3, column 24: "panels[0].image" names "one.png""#))
            #expect(
                explanation.contains(#"In line 4, column 24: "panels[1].image" names "two.png""#))
        }
    }

    /// Also when the request is refused for something else.
    @Test func `what was dropped comes back, and another try is a move`() throws {
        try withRoot { root in
            let name = "pictures of 🎈/my harbour.png"
            try root.drop("alice/\(name)", Root.example("harbour.png"))
            let typo = pictureRequest(name).replacingOccurrences(of: "\"steps\"", with: "\"stops\"")
            try root.drop("alice/film.json", typo)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let failed = "outbox/alice/film.failed"
            #expect(
                root.names(in: failed) == [
                    "error.txt", "pictures of 🎈", "request.json", "result.json",
                ])
            #expect(try root.bytes("\(failed)/\(name)") == Root.example("harbour.png"))

            try FileManager.default.moveItem(
                atPath: "\(root.path)/\(failed)/pictures of 🎈",
                toPath: "\(root.path)/inbox/pictures of 🎈")
            try root.drop("film.json", pictureRequest(name))
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.has("outbox/film/film.mp4"))
        }
    }
}

@Suite("A service with files that is killed", .serialized)
struct MediaKillTests {
    /// Instants that only a request with files has.
    static let instants = ["in", "in/0", "media", "request.json", "out", "outcome"]

    private func kill(_ root: Root, at file: String, result: String) throws {
        let service = try Program.serve(root)
        #expect(
            root.waits {
                root.has("outbox/\(result)")
                    || root.names(in: "spool/jobs").contains {
                        root.has("spool/jobs/\($0)/\(file)")
                    }
            })
        service.kill()
    }

    @Test(arguments: instants)
    func `makes the video exactly once, and the original stays`(instant: String) throws {
        try withRoot { root in
            try root.drop("a.png", Root.example("harbour.png"))
            try root.drop("film.json", pictureRequest("a.png", steps: 10))
            try kill(root, at: instant, result: "film")
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film"])
            #expect(root.names(in: "inbox") == ["a.png"])
            #expect(root.names(in: "spool/jobs").isEmpty)
            #expect(
                root.names(in: "outbox/film") == [
                    "contact-sheet.jpg", "film.mp4", "poster.jpg", "preview.webp", "request.json",
                    "result.json",
                ])
        }
    }

    @Test(arguments: instants)
    func `brings everything back exactly once`(instant: String) throws {
        try withRoot { root in
            try root.drop("a/b.png", Root.example("harbour.png"))
            // Too small for any model: found out after the files were accepted.
            let request = pictureRequest("a/b.png").replacingOccurrences(of: "32x32", with: "40x32")
            try root.drop("film.json", request)
            try kill(root, at: instant, result: "film.failed")
            #expect(try Program.serve(root, "--once").end().status == 0)
            #expect(root.names(in: "outbox") == ["film.failed"])
            #expect(
                root.names(in: "outbox/film.failed") == [
                    "a", "error.txt", "request.json", "result.json",
                ])
            #expect(try root.bytes("outbox/film.failed/a/b.png") == Root.example("harbour.png"))
            #expect(root.names(in: "spool/jobs").isEmpty)
        }
    }
}
