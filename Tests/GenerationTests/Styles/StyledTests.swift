// SPDX-License-Identifier: Apache-2.0

import Files
import Generation
import JSON
import Model
import Requests
import TestSupport
import Testing

private let common = #""frames": 5, "steps": 2, "model": "short", "seed": 5, "format": "png""#

private func words(_ members: String, prompt: String = "a boat") -> String {
    #"{"mode": "text-to-video", "prompt": "\#(prompt)", \#(members), \#(common)}"#
}

private func moving(_ members: String) -> String {
    #"{"mode": "image-to-video", "image": "a.png", \#(members), \#(common)}"#
}

/// An adapter that fits the studio's model unless its width is another.
private func adapter(
    seed: UInt64, width: Int = 24, metadata: [String: String] = [:], strangers: [String] = []
) -> [UInt8] {
    adapterFile(seed: seed, width: width, metadata: metadata, strangers: strangers)
}

/// The studio, and a library with styles of several kinds.
private func withStudio(_ body: (Studio) throws -> Void) throws {
    try withTemporaryDirectory { directory in
        var studio = try Studio(in: directory)
        try Directory.ensure(Path(studio.folder.at("styles")))
        let base = try BaseFingerprint(
            transformer: ModelPart(folder: "\(Golden.model("vace-narrow"))/transformer"))
        func metadata(_ trigger: String, base: String, _ fingerprint: String) -> [String: String] {
            StyleMetadata(
                trigger: trigger, base: base, baseSHA256: "ab", baseFingerprint: fingerprint,
                details: ["rank": "2"]
            ).dictionary
        }
        let ink = metadata("in Ink wash", base: "short", base.sha256)
        let files: [(String, [UInt8])] = [
            ("ink", adapter(seed: 1, metadata: ink)),
            ("paper", adapter(seed: 2)),
            ("odd", adapter(seed: 3, strangers: ["transformer.blocks.7.attn1.to_q.diff", "who"])),
            ("wide", adapter(seed: 4, width: 32)),
            ("foreign", adapter(seed: 5, metadata: metadata("x", base: "wan", "cd"))),
            ("older", adapter(seed: 6, metadata: metadata("x", base: "short", "cd"))),
            ("broken", Array("not an adapter".utf8)),
        ]
        for (name, bytes) in files {
            let path = studio.folder.at("styles/\(name).safetensors")
            try WholeFile.write(bytes, to: Path(path))
        }
        studio.model.engine.styles = StyleLibrary(folder: studio.folder.at("styles"))
        try body(studio)
    }
}

@Suite("A request with styles")
struct StyledTests {
    @Test func `makes the same bytes twice, and others than without`() throws {
        try withStudio { studio in
            for request in [{ words($0) }, moving] as [(String) -> String] {
                let plain = try studio.truth(request(#""loop": false"#))
                let ink = request(#""style": {"name": "ink", "trigger": false}"#)
                let styled = try studio.truth(ink)
                #expect(try studio.truth(ink) == styled)
                #expect(styled != plain)
                let paper = try studio.truth(request(#""style": "paper""#))
                #expect(paper != plain && paper != styled)
                let both = request(
                    #""style": [{"name": "ink", "trigger": false}, {"name": "paper"}]"#)
                #expect(try ![plain, styled, paper].contains(studio.truth(both)))
                let half = request(
                    #""style": {"name": "ink", "weight": 0.5, "trigger": false}"#)
                #expect(try ![plain, styled].contains(studio.truth(half)))
            }
        }
    }

    @Test func `of the weight 0 makes the bytes of none`() throws {
        try withStudio { studio in
            let text = words(
                #""style": [{"name": "ink", "weight": 0}, {"name": "odd", "weight": 0}]"#)
            let job = try studio.job(text, saving: false)
            _ = try studio.reports(of: job)
            // The preview says how it was made, its styles too.
            let truth = try studio.truth(words(#""loop": false"#))
            #expect(job.record.files.frames == truth.frames)
            #expect(job.record.styles.map(\.weight) == [0, 0])
        }
    }

    @Test func `records what was used, wherever settings are`() throws {
        try withStudio { studio in
            let text = words(#""style": [{"name": "ink@1", "weight": 0.5}, "paper"]"#)
            let job = try studio.job(text, saving: false)
            _ = try studio.reports(of: job)
            let record = job.record
            #expect(record.styles.map(\.name) == ["ink", "paper"])
            #expect(record.styles.map(\.trigger) == ["in Ink wash", nil])
            #expect(record.styles.map(\.matched) == [4, 4])
            #expect(record.styles.allSatisfy { $0.version == 1 && $0.sha256.count == 64 })
            #expect(record.styles.allSatisfy { $0.unmatched == 0 && $0.firstUnmatched.isEmpty })
            #expect(record.settings["prompt"] == "a boat, in Ink wash")
            #expect(job.plan.json["style"] == record.json["style"])
            for style in record.styles { #expect(record.comment.contains(style.sha256)) }
            let plain = try studio.job(words(#""loop": false"#), saving: false).plan
            #expect(!plain.text.contains("\"style\""))
        }
    }

    @Test(arguments: [
        ("a boat", "\"ink\"", "a boat, in Ink wash"),
        ("a boat in  ink WASH at night", "\"ink\"", "a boat in  ink WASH at night"),
        ("a boat", #"{"name": "ink", "trigger": false}"#, "a boat"),
        ("a boat", #"{"name": "ink", "weight": 0}"#, "a boat"),
        ("a boat", "\"paper\"", "a boat"),
    ])
    func `has the phrase that calls it up once`(
        prompt: String, style: String, effective: String
    ) throws {
        try withStudio { studio in
            let text = words("\"style\": \(style)", prompt: prompt)
            let plan = try studio.job(text, saving: false).plan
            #expect(plan.prompt == effective)
        }
    }

    @Test func `without a prompt has that phrase alone`() throws {
        try withStudio { studio in
            let plan = try studio.job(moving(#""style": "ink""#), saving: false).plan
            #expect(plan.prompt == "in Ink wash")
        }
    }

    @Test func `is not told that the model does not know what the style has taught`() throws {
        try withStudio { studio in
            let model = try ShortModel(
                in: studio.folder.make("wordy").path,
                vocabulary: #"{"words": ["a", "boat"], "knows": {}}"#)
            var engine = model.engine
            engine.styles = studio.model.engine.styles
            func warnings(_ text: String) throws -> [String] {
                try engine.plan(Request(parsing: Array(text.utf8))).warnings
            }
            let prompt = "a boat in ink wash"
            #expect(try warnings(words(#""style": "ink""#, prompt: prompt)).isEmpty)
            #expect(try warnings(words(#""style": "paper""#, prompt: prompt)).count == 1)
        }
    }

    @Test func `is told what of a file has no effect`() throws {
        try withStudio { studio in
            let plan = try studio.job(words(#""style": "odd""#), saving: false).plan
            #expect(plan.styles.map(\.matched) == [4] && plan.styles.map(\.unmatched) == [2])
            let warning = try #require(plan.warnings.first)
            let start =
                "2 of the 6 tensors of the style 'odd@1' change nothing in the model 'short'; the "
                + "first is "
            #expect(warning.hasPrefix(start), "\(warning)")
        }
    }

    @Test(arguments: [
        ("\"inc\"", "style", "There is no style 'inc'.", "Did you mean 'ink'?"),
        ("\"ink@2\"", "style", "The style 'ink' has no version 2.", "There is only 'ink@1'."),
        (
            "\"foreign\"", "style",
            "The style 'foreign@1' was trained over the model 'wan' and does not fit 'short'.",
            "Write \"model\": \"wan\", or train it again over 'short'."
        ),
        (
            "\"older\"", "style",
            "The style 'older@1' was trained over another 'short' than the one that is installed "
                + "now.", "Train it again over this one."
        ),
        (
            #"["paper", "ink", "ink@1"]"#, "style[2]", "The styles 'ink' and 'ink@1' are the same.",
            "Name it once, with the weights added."
        ),
    ])
    func `that cannot be is refused with a sentence`(
        style: String, field: String, message: String, hint: String
    ) throws {
        try withStudio { studio in
            let error = #expect(throws: GenerationError.self) {
                try studio.job(words("\"style\": \(style)"), saving: false)
            }
            let problem = Problem(field: field, message: message, hint: hint)
            #expect(error == .request([problem]))
        }
    }

    @Test func `is told of everything at once`() throws {
        try withStudio { studio in
            let text = words(#""style": ["wide", "broken", "nowhere", "ink"], "size": "40x32""#)
            let error = #expect(throws: GenerationError.self) {
                try studio.job(text, saving: false)
            }
            guard case .request(let problems) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(problems.map(\.field) == ["size", "style[0]", "style[1]", "style[2]"])
            #expect(
                problems[1].message.hasPrefix("The style 'wide@1' does not fit the model 'short': ")
            )
            #expect(problems[2].message.hasPrefix("The style 'broken@1' cannot be used: "))
            let located = error?.failure.located(in: Array(text.utf8))
            #expect(located?.problems.allSatisfy { $0.line == 1 } == true)
        }
    }

    @Test func `whose library cannot be read waits`() throws {
        try withStudio { studio in
            var studio = studio
            studio.model.engine.styles = StyleLibrary(
                folder: String(repeating: "x/", count: 3000))
            let error = #expect(throws: GenerationError.self) {
                try studio.job(words(#""style": "ink""#), saving: false)
            }
            guard case .style(.unreadable) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.mayPass == true && error?.exitStatus == 78)
        }
    }

    @Test func `that changed meanwhile begins anew, and else goes on`() throws {
        try withStudio { studio in
            let text = words(#""style": {"name": "paper"}"#)
            let truth = try studio.truth(text)
            func resumed() throws -> Int? {
                let job = try studio.job(text)
                let first = try studio.reports(of: job).first { $0.stage == .denoise }?.completed
                #expect(try job.record.files == studio.truth(text))
                return first
            }
            try studio.interrupt(text, after: 1)
            #expect(try resumed() == 2)
            try studio.forget()
            try studio.interrupt(text, after: 1)
            let path = Path(studio.folder.at("styles/paper.safetensors"))
            try WholeFile.write(adapter(seed: 7), to: path)
            #expect(try resumed() == 1)
            #expect(try studio.truth(text) != truth)
        }
    }
}

@Suite("A listing of styles")
struct StyleListingTests {
    @Test func `tells what each is`() throws {
        try withStudio { studio in
            let library = studio.model.engine.styles
            let listing = try StyleListing(of: library)
            #expect(listing.troubles.isEmpty)
            let lines = listing.text.split(separator: "\n")
            #expect(lines.count == 7)
            let ink = try #require(lines.first { $0.hasPrefix("ink@1 ") })
            #expect(ink.hasSuffix("\"in Ink wash\", over 'short'"), "\(ink)")
            let paper = try #require(lines.first { $0.hasPrefix("paper@1 ") })
            #expect(paper.hasSuffix("an adapter of another program"))
            let broken = try #require(lines.first { $0.hasPrefix("broken@1 ") })
            #expect(broken.contains("cannot be used: "))
            let json = try JSONNode(parsing: Array(listing.json.utf8), limits: .request)
            let styles = try #require(json["styles"]?.array)
            #expect(styles.count { $0["call"]?.string == "ink@1" } == 1)
            let only = try StyleListing(of: library, only: StyleName("ink"))
            #expect(only.details.contains("\nbase model   short\n"), "\(only.details)")
            #expect(only.details.contains("\nrank         2"), "\(only.details)")
        }
    }
}
