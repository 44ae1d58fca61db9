// SPDX-License-Identifier: Apache-2.0

import Generation
import Requests
import TestSupport
import Testing

private let vocabulary = """
    {"words": ["a", "the", "red", "ball", "hot-air", "balloon", "over", "to", "near", "right", "at",
               "night", "car", "sea"],
     "knows": {"subjects": ["ball", "hot-air balloon"], "places": ["sea"]}}
    """
private let world = "; it knows subjects: ball, hot-air balloon; places: sea."
private let answer = " of \"prompt\" and answers with something from its world"

@Suite("Words that a model never saw")
struct UnknownWordsTests {
    /// The warnings about a request in the form of members, `mode` included.
    private func warnings(_ members: String, vocabulary: String? = vocabulary) throws -> [String] {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory, vocabulary: vocabulary)
            return try model.engine.plan(Request(parsing: Array("{\(members)}".utf8))).warnings
        }
    }

    @Test(arguments: [
        ("an astronaut over the SEA", "words 'an' and 'astronaut'"),
        ("the Horse's ball, a horse", "word 'horse'"),
        ("a red ballon", "word 'ballon' (did you mean 'balloon'?)"),
        (
            "baloons to the rihgt",
            "words 'baloons' (did you mean 'balloon'?) and 'rihgt' (did you mean 'right'?)"
        ),
        ("a bear, a light, a cat", "words 'bear', 'light' and 'cat'"),
        ("one two three four five", "words 'one', 'two', 'three', 'four' and 'five'"),
        (
            "one two three four five six",
            "words 'one', 'two', 'three', 'four', 'five' and 1 more word"
        ),
        (
            "twelve dogs, eleven cows, ten cats, nine cows, eight dogs, 7 mice",
            "words 'twelve', 'dogs', 'eleven', 'cows', 'ten' and 5 more words"
        ),
        ("a red 🎈 over 3 balls", "words '🎈', '3' and 'balls' (did you mean 'ball'?)"),
        ("赤い風船が海の上を漂う、夕暮れ", "words '赤い風船が海の上を漂う' and '夕暮れ'"),
        ("ein roter Ball über dem Meer", "words 'ein', 'roter', 'über', 'dem' and 'meer'"),
        (String(repeating: "漂", count: 40), "word '\(String(repeating: "漂", count: 31))…'"),
    ])
    func `are named once, in the order of the prompt`(prompt: String, list: String) throws {
        let found = try warnings(#""mode": 1, "prompt": "\#(prompt)""#)
        #expect(found == ["The model 'short' does not know the \(list)\(answer)\(world)"])
    }

    @Test(arguments: [
        "A RED ball.", "ｒｅｄ ball, at night!", "the ball’s hot–air balloon", "a 'ball' … ?",
    ])
    func `known ones are no warning`(prompt: String) throws {
        #expect(try warnings(#""mode": 1, "prompt": "\#(prompt)""#) == [])
    }

    @Test func `a model without a vocabulary warns of nothing`() throws {
        let members = #""mode": 1, "prompt": "an astronaut", "negative_prompt": "blurry""#
        #expect(try warnings(members, vocabulary: nil) == [])
    }

    @Test func `a model that tells nothing of its world, and one that tells a lot`() throws {
        let members = #""mode": 1, "prompt": "an astronaut""#
        let plain = try warnings(members, vocabulary: #"{"words": ["an"], "knows": {}}"#)
        #expect(plain == ["The model 'short' does not know the word 'astronaut'\(answer)."])
        let many = (0..<30).map { "\"x\($0)\"" }.joined(separator: ", ")
        let told = try warnings(
            members, vocabulary: #"{"words": ["an"], "knows": {"things": [\#(many)]}}"#)
        #expect(told.first?.hasSuffix(", x22, x23 and 6 more.") == true)
    }

    /// The members that each mode needs beside its words.
    private static let needs: [ModeName: String] = [
        .textToVideo: "", .textImageToVideo: #""image": "a.png", "#,
        .imageToVideo: #""image": "a.png", "#, .stylization: #""video": "a.mp4", "#,
        .storyboard: #""panels": [{"image": "a.png", "at": 0}, {"image": "b.png", "at": 1}], "#,
        .mask: #""video": "a.mp4", "mask": {"box": [0.2, 0.2, 0.5, 0.5]}, "#,
        .render: #""video": "a.mp4", "#,
    ]

    /// Whoever trains a style teaches words.
    @Test(arguments: ModeName.allCases.filter { $0 != .customization })
    func `in every text that a mode takes`(mode: ModeName) throws {
        var expected: [String] = []
        var members = #"\#(try #require(Self.needs[mode]))"mode": "\#(mode.rawValue)""#
        if Field.prompt.modes.contains(mode) {
            members += #", "prompt": "the astronaut""#
            expected.append("The model 'short' does not know the word 'astronaut'\(answer)")
        }
        if Field.negativePrompt.modes.contains(mode) {
            members += #", "negative_prompt": "blurry, a ball, noise""#
            expected.append(
                "The model 'short' does not know the words 'blurry' and 'noise' of"
                    + " \"negative_prompt\" and cannot keep them out of the video")
        }
        #expect(!expected.isEmpty)
        // What the model knows is said once.
        expected = expected.enumerated().map { $1 + ($0 == 0 ? world : ".") }
        #expect(try warnings(members) == expected)
    }

    @Test func `an empty prompt beside a picture of the look is no warning`() throws {
        let members = #""mode": "stylization", "video": "a.mp4", "image": "a.png", "prompt": " ""#
        #expect(try warnings(members) == [])
    }

    @Test func `stand in the result and in what validate prints`() throws {
        try withTemporaryDirectory { directory in
            let model = try ShortModel(in: directory, vocabulary: vocabulary)
            let text = """
                {"mode": 1, "prompt": "an astronaut", "negative_prompt": "rain", "seed": 1,
                 "frames": 1, "guidance": 1}
                """
            let record = try model.run(text)
            #expect(record.warnings.count == 2 && !record.files.isEmpty)
            #expect(record.warnings.allSatisfy { record.text.contains(jsonText($0)) })
            let plan = try model.engine.plan(Request(parsing: Array(text.utf8)))
            #expect(plan.warnings == record.warnings)
            #expect(plan.warnings.allSatisfy { plan.text.contains(jsonText($0)) })
        }
    }

    private func jsonText(_ text: String) -> String {
        text.replacing("\"", with: "\\\"")
    }

    @Test func `a malformed vocabulary is the model's fault`() throws {
        let error = #expect(throws: GenerationError.self) {
            _ = try warnings(#""mode": 1, "prompt": "a ball""#, vocabulary: #"{"words": "a"}"#)
        }
        let failure = try #require(error).failure
        #expect(failure.code == "model-unusable" && error?.exitStatus == 78)
        #expect(failure.message.contains("rushes.json', key 'vocabulary.words': wanted a list"))
    }
}
