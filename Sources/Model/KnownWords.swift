// SPDX-License-Identifier: Apache-2.0

/// The words that a model was trained on: the entry `vocabulary` of its `rushes.json`.
package struct KnownWords: Sendable {
    /// Some of what the model knows, under a name such as `colours`.
    package struct Group: Sendable, Equatable {
        package let name: String
        /// At least one.
        package let members: [String]
    }

    /// Texts in `words`, and what one of them, or of those in `knows`, may have.
    static let longestList = 20_000
    static let longestWord = 64
    /// Groups in `knows`, and texts in each.
    static let mostGroups = 32
    static let longestGroup = 1_000

    /// The words of the captions, each once, lower-case, as a prompt's words are.
    package let words: [String]
    /// What to tell the user, in the order of the file; empty groups are left out.
    package let groups: [Group]
    private let lookup: Set<String>

    /// Reads the entry.
    ///
    /// - Throws: `ModelError.configuration` naming the part that is wrong or beyond its limit.
    init(_ entry: ConfigurationFile) throws(ModelError) {
        let listed = try entry.texts(
            "words", counts: 1...Self.longestList, characters: Self.longestWord)
        let told = try entry.section("knows")
        let names = told?.keys ?? []
        guard names.count <= Self.mostGroups else {
            throw entry.wrong(
                "knows", "wanted at most \(Self.mostGroups) groups, but it has \(names.count)")
        }
        var groups: [Group] = []
        if let told {
            for name in names {
                guard (1...Self.longestWord).contains(name.count) else {
                    throw entry.wrong(
                        "knows", "wanted names of 1 to \(Self.longestWord) characters")
                }
                let members = try told.texts(
                    name, counts: 0...Self.longestGroup, characters: Self.longestWord)
                if !members.isEmpty { groups.append(Group(name: name, members: members)) }
            }
        }
        var lookup: Set<String> = []
        // What `knows` says names things to people; the model has not read it.
        words = listed.flatMap(Self.words).filter { lookup.insert($0).inserted }
        self.lookup = lookup
        self.groups = groups
    }

    /// The words of a prompt that are not among these, each once, in the order of the prompt.
    ///
    /// A word with an apostrophe, a point or a comma inside is known, too, where all its parts are.
    package func unknown(in prompt: Prompt) -> [String] {
        var seen: Set<String> = []
        return prompt.words.filter { word in
            if lookup.contains(word) { return false }
            let parts = word.split { "'.,".contains($0) }.map(String.init)
            if parts.count > 1, parts.allSatisfy(lookup.contains) { return false }
            return seen.insert(word).inserted
        }
    }

    private static func words(of text: String) -> [String] {
        // Cleaning costs far more than this, and a list may have thousands.
        if text.utf8.allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 }) { return [text] }
        return Prompt(cleaning: text).words
    }
}
