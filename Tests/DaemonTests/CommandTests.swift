// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@Suite("Commands")
struct CommandTests {
    private func write(_ text: String, _ root: Root) throws -> String {
        let path = "\(root.path)/a film 🎬.json"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func `generate leaves what the outbox folder would hold`() throws {
        try withRoot { root in
            let path = try write(smallRequest(), root)
            let end = try Program(
                ["generate", path, "--models", Root.models, "--output", "\(root.path)/out"]
            ).end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(
                root.names(in: "out") == [
                    "a film 🎬.mp4", "contact-sheet.jpg", "poster.jpg", "preview.webp",
                    "request.json", "result.json",
                ])
            #expect(end.output.contains("a film 🎬.mp4"))
        }
    }

    @Test func `generate with png gives a folder of frames`() throws {
        try withRoot { root in
            let request = smallRequest().dropLast() + #", "format": "png"}"#
            let path = try write(String(request), root)
            let end = try Program(["generate", path, "--models", Root.models], in: root.path).end()
            #expect(end.status == 0, "\(end.complaints)")
            #expect(
                root.names(in: "a film 🎬/a film 🎬")
                    == (0..<5).map { "000\($0).png" })
        }
    }

    @Test func `validate prints the plan and makes nothing`() throws {
        try withRoot { root in
            let path = try write(smallRequest(), root)
            let end = try Program(["validate", path, "--models", Root.models]).end()
            #expect(end.status == 0)
            for key in ["\"size\": \"32x32\"", "\"teraflop\"", "\"memory_bytes\"", "\"seconds\""] {
                #expect(end.output.contains(key), "\(end.output)")
            }
            #expect(root.names(in: "") == ["a film 🎬.json"])
        }
    }

    @Test(arguments: ["generate", "validate"])
    func `a bad request is 65, a missing one 66, and nothing is made`(command: String) throws {
        try withRoot { root in
            let path = try write(#"{"mode": "text-to-video", "promt": "x"}"#, root)
            let bad = try Program([command, path, "--models", Root.models], in: root.path).end()
            #expect(bad.status == 65)
            #expect(bad.complaints.contains(#"Did you mean "prompt"?"#))
            #expect(!bad.complaints.contains("in this folder"))
            let missing = try Program(
                [command, "nowhere.json", "--models", Root.models], in: root.path
            ).end()
            #expect(missing.status == 66)
            #expect(missing.complaints.contains("nowhere.json"))
            #expect(root.names(in: "a film 🎬").isEmpty)
        }
    }

    @Test(arguments: ["generate", "validate"])
    func `a file that is missing is 66, with its field and what stands there`(
        command: String
    ) throws {
        try withRoot { root in
            let path = try write(pictureRequest("harbour.png"), root)
            let picture = URL(fileURLWithPath: "\(root.path)/Harbour.png")
            try Data(Root.example("harbour.png")).write(to: picture)
            let end = try Program([command, path, "--models", Root.models], in: root.path).end()
            #expect(end.status == 66, "\(end)")
            #expect(end.complaints.contains(#""image" names "harbour.png""#), "\(end.complaints)")
            #expect(end.complaints.contains(#"Write "Harbour.png""#), "\(end.complaints)")
            #expect(root.names(in: "a film 🎬").isEmpty)
        }
    }

    /// Files of one's own may be links to anywhere.
    @Test(arguments: ModeRequest.all)
    func `generate and validate find the files beside the request`(request: ModeRequest) throws {
        try withRoot { root in
            let path = try write(request.text(in: "media/"), root)
            let folder = "\(root.path)/media"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            for file in request.files {
                try Data(Root.example(file)).write(to: URL(fileURLWithPath: "\(root.path)/\(file)"))
                #expect(symlink("../\(file)", "\(folder)/\(file)") == 0)
            }
            for command in ["validate", "generate"] {
                let end = try Program(
                    [command, path, "--models", Root.models], in: root.path
                ).end()
                #expect(end.status == 0, "\(end.complaints)")
            }
            #expect(root.has("a film 🎬/a film 🎬.mp4"))
        }
    }

    @Test(arguments: [
        ["generate"], ["serve", "--jobs", "17"], ["serve", "--jobs", "0"], ["nonsense"],
        ["serve", "--media-wait", "0"], ["serve", "--media-wait", "86401"],
        ["generate", "x.json", "--precision", "float64"], ["serve", "--step-cache", "1.01"],
        ["generate", "x.json", "--step-cache", "nan"], ["validate", "x.json", "--step-cache=-0.1"],
        ["generate", "x.json", "--step-cache", "some"],
    ])
    func `wrong usage is 64`(words: [String]) throws {
        #expect(try Program(words).end().status == 64)
    }

    @Test func `a step cache has a range, and a plan that counts it`() throws {
        try withRoot { root in
            let text = String(smallRequest(steps: 8).dropLast()) + #", "shift": 40}"#
            let command = ["validate", try write(text, root), "--models", Root.models]
            let wrong = try Program(command + ["--step-cache", "2"]).end()
            let told = "--step-cache must be between 0 and 1, not 2.0."
            #expect(wrong.complaints.contains(told), "\(wrong.complaints)")
            let exact = try Program(command).end()
            #expect(!exact.output.contains("approximations"))
            let plan = try Program(command + ["--step-cache", "1"]).end()
            #expect(plan.status == 0, "\(plan.complaints)")
            #expect(plan.output.contains(#""steps_reused": 3"#), "\(plan.output)")
        }
    }

    @Test func `the service hands its step cache on to workers`() throws {
        try withRoot { root in
            try root.drop(
                "film.json", String(smallRequest(steps: 8).dropLast()) + #", "shift": 40}"#)
            let end = try Program.serve(root, "--once", "--step-cache", "1").end()
            #expect(end.status == 0, "\(end.complaints)")
            let result = try root.text("outbox/film/result.json")
            #expect(result.contains(#""threshold": 1,"#) && result.contains(#""steps_reused": 3"#))
        }
    }

    @Test func `an output that cannot be made is 73`() throws {
        try withRoot { root in
            let path = try write(smallRequest(), root)
            let end = try Program(
                ["generate", path, "--models", Root.models, "--output", "\(path)/inside"]
            ).end()
            #expect(end.status == 73)
        }
    }

    @Test func `no model is 78`() throws {
        try withRoot { root in
            let path = try write(#"{"mode": "text-to-video", "prompt": "x"}"#, root)
            let end = try Program(["generate", path, "--models", root.path]).end()
            #expect(end.status == 78)
            #expect(end.complaints.contains("No model is installed"))
        }
    }
}
