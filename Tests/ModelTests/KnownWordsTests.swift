// SPDX-License-Identifier: Apache-2.0

import Model
import TestSupport
import Testing

/// A model folder's vocabulary, from the text of the entry in `rushes.json`.
private func read(_ vocabulary: String) throws -> KnownWords? {
    try withTemporaryFolder { folder in
        try folder.write(#"{"_class_name": "WanPipeline"}"#, "model_index.json")
        try folder.write(#"{"width": 32, "vocabulary": \#(vocabulary)}"#, "rushes.json")
        return try ModelFolder(path: folder.path).knownWords
    }
}

private func list(_ count: Int, _ word: String) -> String {
    "[" + (0..<count).map { "\"\(word)\($0)\"" }.joined(separator: ", ") + "]"
}

@Suite("The vocabulary of a model")
struct KnownWordsTests {
    @Test func `words are known as a prompt's are, groups keep their order`() throws {
        let known = try #require(
            try read(
                """
                {"words": ["hot-air", "Ball", "ball", "don’t", "-"], "extra": 1,
                 "knows": {"things": ["hot-air balloon"], "nothing": [], "places": ["sea", "by"]}}
                """))
        #expect(known.words == ["hot", "air", "ball", "don't"])
        #expect(known.groups.map(\.name) == ["things", "places"])
        #expect(known.groups.map(\.members) == [["hot-air balloon"], ["sea", "by"]])
    }

    @Test func `a model without one`() throws {
        #expect(try read("null") == nil)
        #expect(try ModelFolder(path: Golden.model("narrow")).knownWords == nil)
    }

    @Test func `the limits themselves are allowed`() throws {
        let long = String(repeating: "ä", count: 64)
        let known = try #require(try read(#"{"words": \#(list(20_000, "a")), "knows": {}}"#))
        #expect(known.words.count == 20_000 && known.groups.isEmpty)
        #expect(try read(#"{"words": ["\#(long)"]}"#)?.words == [long])
    }

    @Test(arguments: [
        (#"["a"]"#, "vocabulary", "an object"),
        (#""a b c""#, "vocabulary", "an object"),
        ("{}", "vocabulary.words", "missing"),
        (#"{"words": null}"#, "vocabulary.words", "missing"),
        (#"{"words": "a b c"}"#, "vocabulary.words", "a list of texts"),
        (#"{"words": {"a": 1}}"#, "vocabulary.words", "a list of texts"),
        (#"{"words": []}"#, "vocabulary.words", "1 to 20000 texts, but the list has 0"),
        (#"{"words": ["a", 7]}"#, "vocabulary.words", "number 2 of the list is none"),
        (#"{"words": ["a", "b", ""]}"#, "vocabulary.words", "number 3 of the list is none"),
        (
            #"{"words": ["\#(String(repeating: "x", count: 65))"]}"#, "vocabulary.words",
            "texts of 1 to 64 characters"
        ),
        (#"{"words": ["a"], "knows": ["ball"]}"#, "vocabulary.knows", "an object"),
        (#"{"words": ["a"], "knows": {"": ["ball"]}}"#, "vocabulary.knows", "1 to 64 characters"),
        (
            #"{"words": ["a"], "knows": {"places": "sea"}}"#, "vocabulary.knows.places",
            "a list of texts"
        ),
        (
            #"{"words": ["a"], "knows": {"places": ["sea", null]}}"#, "vocabulary.knows.places",
            "number 2 of the list is none"
        ),
    ])
    func `a malformed one is the model's fault`(entry: String, key: String, what: String) throws {
        let error = #expect(throws: ModelError.self) { _ = try read(entry) }
        guard case .configuration(let path, key, let problem) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasSuffix("/rushes.json") && problem.contains(what), "\(problem)")
    }

    @Test func `too many texts`() throws {
        func complaint(_ entry: String) throws -> String {
            "\(try #require(#expect(throws: ModelError.self) { _ = try read(entry) }))"
        }
        let words = try complaint(#"{"words": \#(list(20_001, "a"))}"#)
        #expect(words.hasSuffix("words': wanted 1 to 20000 texts, but the list has 20001"))
        let places = try complaint(#"{"words": ["a"], "knows": {"places": \#(list(1_001, "a"))}}"#)
        #expect(places.hasSuffix("places': wanted 0 to 1000 texts, but the list has 1001"))
    }

    @Test func `too many groups`() throws {
        let groups = (0..<33).map { #""g\#($0)": ["a"]"# }.joined(separator: ", ")
        let error = #expect(throws: ModelError.self) {
            _ = try read(#"{"words": ["a"], "knows": {\#(groups)}}"#)
        }
        #expect("\(try #require(error))".contains("at most 32 groups, but it has 33"))
    }

    @Test(arguments: [
        ("", []), (" \n", []), ("?! … — “”", []), ("___ *** ©", []),
        ("A red ball, at SUNSET.", ["a", "red", "ball", "at", "sunset"]),
        ("hot-air sea–sky two_fold a/b", ["hot", "air", "sea", "sky", "two", "fold", "a", "b"]),
        ("the ball’s sky, the boys' 'ball'", ["the", "ball", "sky", "the", "boys", "ball"]),
        ("it doesn’t rock'n'roll", ["it", "doesn't", "rock'n'roll"]),
        ("3 balls, 3.5 m, 1,000. 16:9", ["3", "balls", "3.5", "m", "1,000", "16", "9"]),
        ("ｒｅｄ ﬁre, 𝗯𝗮𝗹𝗹 𝓑𝓪𝓵𝓵", ["red", "fire", "ball", "ball"]),
        ("bal\u{AD}loon sol\u{200B}eil e\u{301}te\u{301}", ["balloon", "sol", "eil", "été"]),
        ("a 🎈ball❤️👩🏽‍🚀🇯🇵 3️⃣", ["a", "🎈", "ball", "❤️", "👩🏽‍🚀", "🇯🇵", "3"]),
        ("赤い風船が、海の上を漂う。", ["赤い風船が", "海の上を漂う"]),
        ("Straße über हिन्दी", ["straße", "über", "हिन्दी"]),
        ("red&amp;blue &lt;ball&gt;", ["red", "blue", "ball"]),
    ])
    func `the words of a prompt`(prompt: String, words: [String]) {
        #expect(Prompt(cleaning: prompt).words == words)
    }

    @Test func `a word is known where all its parts are`() throws {
        let known = try #require(try read(#"{"words": ["don", "t", "3", "5"]}"#))
        let prompt = Prompt(cleaning: "don't 3.5 won't 3.7 won’t")
        #expect(known.unknown(in: prompt) == ["won't", "3.7"])
    }
}
