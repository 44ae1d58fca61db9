// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

@Suite struct RequestDraftTests {
    private func draft(_ literals: (String, String)...) -> RequestDraft {
        var draft = RequestDraft()
        for (key, text) in literals { draft.set(key, literal: text) }
        return draft
    }

    private func request(_ draft: RequestDraft) throws -> Request {
        try Request(parsing: draft.text)
    }

    @Test func numbersAreNumbersAndTextsStayTexts() throws {
        var draft = draft(("seed", "7"), ("size", "16:9"), ("steps", "12"), ("loop", "true"))
        draft.set("prompt", texts: ["7"])
        draft.set("mode", texts: ["text-to-video"])
        let request = try request(draft)
        #expect(request.prompt == "7")
        #expect(request.seed == 7)
        #expect(request.steps == 12)
        #expect(request.size == .ratio(width: 16, height: 9))
        #expect(request.loop)
    }

    @Test func whatIsNoJSONIsAText() throws {
        for text in ["7 balls", "{", "[1,", "nul", "'x'", "0x10", "tru"] {
            let error = #expect(throws: RequestError.self) {
                try request(draft(("mode", "1"), ("prompt", "\"x\""), ("steps", text)))
            }
            #expect(error?.problems.first?.field == "steps", "\(text)")
        }
    }

    @Test func anObjectAndAListAreTaken() throws {
        var draft = draft(
            ("camera", #"{"pan": 2}"#), ("style", #"[{"name": "ink", "weight": 0.5}]"#))
        draft.set("image", texts: ["a.png"])
        draft.setModeIfClear()
        let request = try request(draft)
        #expect(request.mode.name == .imageToVideo)
        #expect(request.styles.first?.weight == 0.5)
    }

    /// The last one does not win in silence.
    @Test func aKeyThatIsGivenTwiceIsRefused() {
        #expect(throws: RequestError.self) {
            try request(draft(("mode", "1"), ("prompt", "\"x\""), ("seed", "1"), ("seed", "2")))
        }
    }

    @Test(
        arguments: [
            (["prompt"], .textToVideo), (["image"], .imageToVideo),
            (["prompt", "image"], .textImageToVideo),
        ] as [([String], ModeName)])
    func theModeFollowsWhereItIsClear(keys: [String], mode: ModeName) throws {
        var draft = RequestDraft()
        for key in keys { draft.set(key, texts: ["x.png"]) }
        draft.setModeIfClear()
        #expect(try request(draft).mode.name == mode)
    }

    @Test(arguments: [
        ["video", "prompt"], ["mask", "prompt"], ["panels", "prompt"], ["seed"], [],
    ])
    func whereItIsNotClearItIsAskedFor(keys: [String]) {
        var draft = RequestDraft()
        for key in keys { draft.set(key, texts: ["x.png"]) }
        draft.setModeIfClear()
        #expect(!draft.has("mode"))
        let error = #expect(throws: RequestError.self) { try request(draft) }
        #expect(error?.problems.contains { $0.field == "mode" } == true)
    }

    @Test func aModeThatIsGivenStays() throws {
        var draft = draft(("mode", "\"image-to-video\""))
        draft.set("image", texts: ["a.png"])
        draft.setModeIfClear()
        #expect(try request(draft).mode.name == .imageToVideo)
    }

    @Test(
        arguments: [
            ("A red balloon, at sunset!", "a-red-balloon-at-sunset"),
            ("Ein Ballon über dem Meer", "ein-ballon-über-dem-meer"), ("夕日", "夕日"),
            ("../../etc/passwd", "etc-passwd"), (".hidden", "hidden"),
            (
                "one two three four five six seven eight nine ten eleven",
                "one-two-three-four-five-six-seven-eight-nine-ten"
            ),
        ])
    func namesComeFromWords(text: String, name: String) {
        #expect(RequestDraft.name(from: text) == name)
    }

    @Test(arguments: ["", "…", "🎈🎈", String(repeating: "x", count: 49)])
    func someWordsGiveNoName(text: String) {
        #expect(RequestDraft.name(from: text) == nil)
    }
}
