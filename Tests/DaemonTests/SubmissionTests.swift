// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// `rushes submit`, with requests made from options, and with waiting.
@Suite("Submitting", .timeLimit(.minutes(5)))
struct SubmissionTests {
    /// A root folder as a service leaves it.
    private func withServedRoot(_ body: (Root) throws -> Void) throws {
        try withRoot { root in
            #expect(try Program.serve(root, "--once").end().status == 0)
            try body(root)
        }
    }

    private func submit(
        _ words: String..., in root: Root
    ) throws -> (status: Int32, output: String, complaints: String) {
        try Program(["submit", "--root", root.path] + words).end()
    }

    /// The options of the smallest video there is.
    private let small = [
        "--model", "narrow", "--size", "32x32", "--frames", "5", "--steps", "1", "--seed", "1",
    ]

    /// Only root may become somebody else, who has to be able to reach the program.
    private static let nobodyCanRunIt =
        (try? Program(running: "/usr/bin/setpriv", nobody + [Program.path, "--version"]).end()
            .status)
        == 0
    private static let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]

    @Test func optionsMakeARequest() throws {
        try withServedRoot { root in
            let end = try submit(
                "--prompt", "A red ball, far away", "--seed", "7", "--size", "16:9", "--set",
                "shift=3", "--folder", "alice", in: root)
            #expect(end.status == 0, "\(end)")
            #expect(root.names(in: "inbox/alice") == ["a-red-ball-far-away.json"])
            let text = try root.text("inbox/alice/a-red-ball-far-away.json")
            for line in [
                #""mode": "text-to-video""#, #""prompt": "A red ball, far away""#, #""seed": 7"#,
                #""size": "16:9""#, #""shift": 3"#,
            ] {
                #expect(text.contains(line), "\(text)")
            }
        }
    }

    @Test func aNameThatIsTakenGetsANumberAndAGivenOneDoesNot() throws {
        try withServedRoot { root in
            for seed in ["1", "2"] {
                #expect(try submit("--prompt", "a ball", "--seed", seed, in: root).status == 0)
            }
            #expect(root.names(in: "inbox") == ["a-ball-2.json", "a-ball.json"])
            #expect(try submit("--prompt", "x", "--as", "mine", in: root).status == 0)
            let taken = try submit("--prompt", "y", "--as", "mine.json", in: root)
            #expect(taken.status == 66 && taken.complaints.contains("mine.json"), "\(taken)")
            #expect(try root.text("inbox/mine.json").contains(#""x""#))
        }
    }

    @Test func filesFromAnywhereComeAlong() throws {
        try withServedRoot { root in
            try withTemporaryDirectory { folder in
                let files = Folder(folder)
                try files.write("one", "a/cat.png")
                try files.write("two", "b/cat.png")
                try files.link("link.png", to: "a/cat.png")
                try Folder(root.path).write("another cat", "inbox/cat.png")
                let end = try submit(
                    "--image", "\(folder)/a/cat.png", "--image", "\(folder)/b/cat.png", "--image",
                    "\(folder)/link.png", "--image-role", "reference", in: root)
                #expect(end.status == 0, "\(end)")
                #expect(try root.text("inbox/cat.png") == "another cat")
                let text = try root.text("inbox/cat.json")
                #expect(text.contains(#""mode": "image-to-video""#), "\(text)")
                #expect(text.contains(#"["cat-2.png", "_cat-2.png", "link.png"]"#), "\(text)")
                #expect(try root.text("inbox/cat-2.png") == "one")
                #expect(try root.text("inbox/_cat-2.png") == "two")
                #expect(try root.text("inbox/link.png") == "one")
                // The same file again is the same name.
                _ = try submit("--image", "\(folder)/a/cat.png", "--as", "more", in: root)
                #expect(try root.text("inbox/more.json").contains(#""image": "cat-2.png""#))
            }
        }
    }

    @Test func aMaskIsAFileOrAnObject() throws {
        try withServedRoot { root in
            try Folder(root.path).write("clip", "clip.mp4")
            try Folder(root.path).write("mask", "mask.png")
            let words = ["--mode", "mask", "--prompt", "a cat", "--video", "\(root.path)/clip.mp4"]
            for mask in [#" {"box": [0, 0, 0.5, 0.5]}"#, "\(root.path)/mask.png"] {
                let end = try Program(["submit", "--root", root.path, "--mask", mask] + words).end()
                #expect(end.status == 0, "\(end)")
            }
            #expect(root.names(in: "inbox").contains("mask.png"))
            #expect(try root.text("inbox/a-cat.json").contains(#""box""#))
        }
    }

    @Test func nothingIsDroppedOfARequestThatIsWrong() throws {
        try withServedRoot { root in
            try Folder(root.path).write("x", "cat.png")
            let before = Folder(root.path).tree
            let cases: [([String], Int32, String)] = [
                (["--prompt", "x", "--steps", "0"], 65, "steps"),
                (["--prompt", "x", "--steps", "many"], 65, "steps"),
                (["--prompt", "x", "--set", "promt=y"], 65, "Did you mean"),
                (["--prompt", "x", "--seed", "1", "--set", "seed=2"], 65, "seed"),
                (["--image", "\(root.path)/dog.png"], 66, "dog.png"),
                (["--image", root.path], 66, "directory"),
                (
                    ["--image", "\(root.path)/cat.png", "--image", "\(root.path)/dog.png"], 66,
                    "dog"
                ),
                (["--prompt", "x", "--folder", "../outbox"], 66, "not a folder of the inbox"),
                (["--prompt", "x", "--as", ".hidden"], 66, ".hidden"),
                (["--video", "\(root.path)/cat.png", "--prompt", "x"], 65, "mode"),
            ]
            for (words, status, complaint) in cases {
                let end = try Program(["submit", "--root", root.path] + words).end()
                #expect(end.status == status, "\(words): \(end)")
                #expect(end.complaints.contains(complaint), "\(words): \(end.complaints)")
                #expect(Folder(root.path).tree == before, "\(words) dropped something")
            }
        }
    }

    @Test(arguments: [
        [], ["--wait"], ["--folder", "alice"], ["x.json", "--prompt", "x"],
        ["x.json", "--as", "y"],
        ["--prompt", "x", "--set", "seed"], ["--prompt", "x", "--set", "=1"],
        ["--prompt", "x", "--as", "a/b"], ["--prompt", "x", "--as", ""],
        ["--prompt", "x", "--size"],
    ])
    func wrongUsageIs64(words: [String]) throws {
        #expect(try Program(["submit"] + words).end().status == 64)
    }

    @Test func waitingEndsWithTheVideo() throws {
        try withServedRoot { root in
            let service = try Program.serve(root)
            let words = ["submit", "--root", root.path, "--wait", "--prompt", "a ball"] + small
            let end = try Program(words).end()
            #expect(end.status == 0, "\(end)")
            #expect(
                end.output.split(separator: "\n").contains {
                    $0.hasSuffix("outbox/a-ball/a-ball.mp4")
                })
            #expect(end.complaints.contains("'a-ball.json' is in the inbox"))
            #expect(!end.complaints.contains("\u{1B}"), "no terminal, no bar")
            // The same once more is not made again, and waiting for it ends at once.
            let again = try Program(words).end()
            #expect(again.status == 0 && again.output == end.output, "\(again)")
            #expect(root.names(in: "outbox") == ["a-ball"])
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func waitingEndsWithTheVideoThatAFoldersDefaultsChanged() throws {
        try withServedRoot { root in
            try Folder(root.path).write(#"{"seed": 3}"#, "inbox/defaults.json")
            let service = try Program.serve(root)
            let end = try Program(
                ["submit", "--root", root.path, "--wait", "--prompt", "a ball"] + small
            ).end()
            #expect(end.status == 0, "\(end)")
            #expect(root.names(in: "outbox") == ["a-ball"])
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func waitingEndsWithTheReasons() throws {
        try withServedRoot { root in
            let service = try Program.serve(root, "--media-wait", "1")
            let model = try submit("--wait", "--prompt", "a ball", "--model", "none", in: root)
            #expect(model.status == 65, "\(model)")
            #expect(model.complaints.contains("No video was made"), "\(model)")
            #expect(model.complaints.contains("outbox/a-ball.failed"), "\(model)")
            #expect(model.output == "")
            try Folder(root.path).write(
                #"{"mode": "image-to-video", "image": "sea.png", "model": "vace-narrow"}"#,
                "elsewhere/move.json")
            let file = try submit("--wait", "\(root.path)/elsewhere/move.json", in: root)
            #expect(file.status == 66, "\(file)")
            #expect(file.complaints.contains("sea.png"))
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func waitingEndsWhenItIsCancelledOrRemoved() throws {
        try withServedRoot { root in
            #expect(try Program(["pause", "--root", root.path]).end().status == 0)
            let service = try Program.serve(root)
            let cancelled = try Program(
                ["submit", "--root", root.path, "--wait", "--prompt", "a ball", "--as", "x"])
            let removed = try Program(
                ["submit", "--root", root.path, "--wait", "--prompt", "a ball", "--as", "y"])
            #expect(root.waits { root.has("inbox/x.json") && root.has("inbox/y.json") })
            #expect(try Program(["cancel", "--root", root.path, "x.json"]).end().status == 0)
            let end = cancelled.end()
            #expect(end.status == 75 && end.complaints.contains("cancelled"), "\(end)")
            unlink("\(root.path)/inbox/y.json")
            let gone = removed.end()
            #expect(gone.status == 75 && gone.complaints.contains("removed"), "\(gone)")
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }

    @Test func whoWaitsForNobodyIsTold() throws {
        try withServedRoot { root in
            let waiting = try Program(
                ["submit", "--root", root.path, "--wait", "--prompt", "a ball"] + small)
            #expect(root.waits { root.has("inbox/a-ball.json") })
            usleep(1_500_000)
            #expect(try Program.serve(root, "--once").end().status == 0)
            let end = waiting.end()
            #expect(end.status == 0 && end.complaints.contains("nobody serves"), "\(end)")
        }
    }

    /// A member of the group may drop, and cannot enter the spool.
    @Test(.enabled(if: SubmissionTests.nobodyCanRunIt))
    func whoCannotEnterTheSpoolCanSubmitAndWait() throws {
        try withServedRoot { root in
            for folder in ["inbox", "outbox"] { chmod("\(root.path)/\(folder)", 0o777) }
            chmod(root.path, 0o755)
            chmod("\(root.path)/spool", 0o700)
            let service = try Program.serve(root)
            func submit(_ words: [String]) throws -> (
                status: Int32, output: String, complaints: String
            ) {
                try Program(
                    running: "/usr/bin/setpriv",
                    Self.nobody + [Program.path, "submit", "--root", root.path, "--wait"] + words
                ).end()
            }
            let end = try submit(["--prompt", "a ball"] + small)
            #expect(end.status == 0 && end.output.contains("a-ball.mp4"), "\(end)")
            #expect(try submit(["--prompt", "a ball"] + small).output == end.output)
            let wrong = try submit(["--prompt", "a ball", "--as", "x", "--model", "none"])
            #expect(wrong.status == 65, "\(wrong)")
            service.signal(SIGTERM)
            #expect(service.end().status == 0)
        }
    }
}
