// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// What a request for a style may say.
@Suite struct CustomizationTests {
    private func payload(_ text: String) throws -> (Request, Mode.Customization) {
        let request = try Request.parse(text)
        guard case .customization(let payload) = request.mode else {
            throw RequestError(problems: [Problem(field: "", message: "", hint: "")], source: [])
        }
        return (request, payload)
    }

    @Test func leavesWhatIsNotSaidToTheEngine() throws {
        let (request, style) = try payload(Request.example(mode: .customization))
        #expect(request.steps == nil && request.warnings.isEmpty)
        #expect(style.rank == nil && style.alpha == nil && style.learningRate == nil)
        #expect(style.batch == nil && style.prior == nil)
        #expect(style.examples.allSatisfy { $0.kind == .either && $0.caption == nil })
    }

    @Test func takesEverythingThatATrainerWants() throws {
        let (request, style) = try payload(
            Request.example(
                mode: .customization,
                [
                    "examples": """
                    ["a.png", {"image": "b.png", "caption": "a fox"}, {"video": "c.mp4"},
                     {"image": "d.png", "caption": " "}]
                    """,
                    "rank": "8", "alpha": "4", "learning_rate": "2e-4", "batch": "2",
                    "prior": "0.5", "steps": "20000", "size": "\"64x64\"", "frames": "9",
                ]))
        #expect(request.steps == 20_000 && request.length == .frames(9))
        #expect(request.size == .exact(width: 64, height: 64))
        #expect(style.rank == 8 && style.alpha == 4 && style.learningRate == 2e-4)
        #expect(style.batch == 2 && style.prior == 0.5)
        #expect(style.examples.map(\.path.text) == ["a.png", "b.png", "c.mp4", "d.png"])
        #expect(style.examples.map(\.kind) == [.either, .image, .video, .image])
        #expect(style.examples.map(\.caption) == [nil, "a fox", nil, nil])
        #expect(request.media.map(\.text) == ["a.png", "b.png", "c.mp4", "d.png"])
    }

    @Test func namesEveryFileToTheSpool() {
        let text = #"{"examples": ["a.png", {"image": "b.png"}, {"video": "c.mp4"}, {}, 7]}"#
        let files = Request.files(namedIn: Array(text.utf8))
        #expect(files.map(\.path.text) == ["a.png", "b.png", "c.mp4"])
        #expect(files.map(\.field) == ["examples[0]", "examples[1].image", "examples[2].video"])
    }

    @Test(arguments: [(1, "only 1 file"), (2, "only 2 files"), (3, nil), (200, nil)])
    func warnsOfFewExamples(count: Int, words: String?) throws {
        let names = (0..<count).map { "\"\($0).png\"" }.joined(separator: ", ")
        let (request, style) = try payload(
            Request.example(mode: .customization, ["examples": "[\(names)]"]))
        #expect(style.examples.count == count && request.media.count == count)
        #expect(Request.files(namedIn: Array("{\"examples\": [\(names)]}".utf8)).count == count)
        #expect(
            request.warnings == words.map {
                [
                    "\"examples\" has \($0); a style is learnt well from 3 on, better from 15 to 30."
                ]
            } ?? [])
    }

    static let cases: [ProblemCase] = [
        ProblemCase(
            "examples", "[\((0...200).map { "\"\($0).png\"" }.joined(separator: ","))]",
            mode: .customization,
            #"examples: "examples" must have 1 to 200 files, but it has 201. Write for example "#
                + #"["a.jpg", {"image": "b.jpg", "caption": "a fox"}]."#),
        ProblemCase(
            "examples", #"["a.png", {"image": "a.png"}, "b.png"]"#, mode: .customization,
            #"examples[1].image: "examples[1].image" is the same file as "examples[0]". "#
                + "Name every file once."),
        ProblemCase(
            "examples", #"["a.png", {"image": "b.png", "video": "c.mp4"}, "d.png"]"#,
            mode: .customization,
            #"examples[1]: "examples[1]" has both "image" and "video". "#
                + "Make two examples of them."),
        ProblemCase(
            "examples", #"["a.png", {"caption": "a fox"}, "d.png"]"#, mode: .customization,
            #"examples[1]: "examples[1]" has neither "image" nor "video". Write for example "#
                + #"["a.jpg", {"image": "b.jpg", "caption": "a fox"}]."#),
        ProblemCase(
            "examples", #"["a.png", {"image": "b.png", "capton": "x"}, "d.png"]"#,
            mode: .customization,
            #"examples[1].capton: There is no key "capton". Did you mean "caption"?"#),
        ProblemCase(
            "examples", #"["a.png", 7, "d.png"]"#, mode: .customization,
            #"examples[1]: "examples[1]" must be a file's name, or an object with "image" or "#
                + #""video", but it is 7. Write for example ["a.jpg", {"image": "b.jpg", "#
                + #""caption": "a fox"}]."#),
        ProblemCase(
            "examples", #"["a.png", {"video": "../b.mp4"}, "d.png"]"#, mode: .customization,
            #"examples[1].video: "examples[1].video" must be the name of a file beside the "#
                + #"request, but ".." leads out of the request's folder: "../b.mp4". Put the file "#
                + "beside the request and write only its name."),
        ProblemCase(
            "rank", "129", mode: .customization,
            #"rank: "rank" must be a whole number from 1 to 128, but it is 129. "#
                + "Write for example 16."),
        ProblemCase(
            "learning_rate", "1", mode: .customization,
            #"learning_rate: "learning_rate" must be a number from 1e-06 to 0.1, but it is 1. "#
                + "Write for example 0.0001."),
        ProblemCase(
            "batch", "0", mode: .customization,
            #"batch: "batch" must be a whole number from 1 to 16, but it is 0. "#
                + "Write for example 4."),
        ProblemCase(
            "prior", "2", mode: .customization,
            #"prior: "prior" must be a number from 0 to 1, but it is 2. Write for example 0.5."#),
        ProblemCase(
            "steps", "20001", mode: .customization,
            #"steps: "steps" must be a whole number from 1 to 20000, but it is 20001. "#
                + "Write for example 600."),
        ProblemCase(
            "rank", "8", mode: .render,
            #"rank: The mode "render" takes no "rank". Leave it out, or use a mode that takes it: "#
                + #""customization"."#),
        ProblemCase(
            "lr", "0.001", mode: .customization,
            #"lr: There is no key "lr". Did you mean "learning_rate"?"#),
        ProblemCase(
            "lora_rank", "8", mode: .customization,
            #"lora_rank: There is no key "lora_rank". Did you mean "rank"?"#),
        ProblemCase(
            "batch_size", "8", mode: .customization,
            #"batch_size: There is no key "batch_size". Did you mean "batch"?"#),
        ProblemCase(
            "max_train_steps", "8", mode: .customization,
            #"max_train_steps: There is no key "max_train_steps". Did you mean "steps"?"#),
    ]

    @Test(arguments: cases)
    func refuses(_ example: ProblemCase) {
        #expect(example.found == example.sentences)
    }
}
