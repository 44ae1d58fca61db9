// SPDX-License-Identifier: Apache-2.0

import Model
import Requests

extension KnownWords {
    /// What to tell the user of words that the model never saw: a sentence for each text of the
    /// request that has some, none where it knows them all.
    ///
    /// * `taught`: Phrases that a style has taught it.
    func warnings(about request: Request, model: String, taught: [String] = []) -> [String] {
        let learnt = Set(taught.flatMap { Prompt(cleaning: $0).words })
        func unknown(in text: String) -> [String] {
            self.unknown(in: Prompt(cleaning: text)).filter { !learnt.contains($0) }
        }
        let prompt = unknown(in: request.prompt)
        let negative = unknown(in: request.negativePrompt ?? "")
        var sentences: [String] = []
        if !prompt.isEmpty {
            sentences.append(
                "\(list(prompt)) of \"prompt\" and answers with something from its world")
        }
        if !negative.isEmpty {
            let them = negative.count == 1 ? "it" : "them"
            sentences.append(
                "\(list(negative)) of \"negative_prompt\" and cannot keep \(them) out of the video")
        }
        // What it does know is said once.
        if let first = sentences.first { sentences[0] = first + world }
        return sentences.map { "The model '\(model)' does not know \($0)." }
    }

    /// Such as `the words 'astronaut' and 'ballon' (did you mean 'balloon'?)`.
    private func list(_ unknown: [String]) -> String {
        var named = unknown.prefix(5).map { word in
            let meant = nearest(to: word).map { " (did you mean '\($0)'?)" } ?? ""
            return "'\(shortened(word))'\(meant)"
        }
        let rest = unknown.count - named.count
        if rest > 0 { named.append(rest == 1 ? "1 more word" : "\(rest) more words") }
        let last = named.removeLast()
        return named.isEmpty
            ? "the word \(last)" : "the words \(named.joined(separator: ", ")) and \(last)"
    }

    /// The known word that somebody meant to write.
    ///
    /// Of short words nearly all are near each other, and who slips seldom does so at the start: a
    /// bear is no way to write "near", and a light none to write "night".
    private func nearest(to word: String) -> String? {
        guard word.count >= 4 else { return nil }
        let slips = max(1, word.count / 3)
        return Suggestion.nearest(
            to: word,
            among: words.filter { $0.first == word.first && abs($0.count - word.count) <= slips })
    }

    /// Such as `; it knows subjects: ball, boat; places: sea`.
    private var world: String {
        guard !groups.isEmpty else { return "" }
        let groups = groups.map { group in
            let rest = group.members.count - 24
            return "\(group.name): \(group.members.prefix(24).joined(separator: ", "))"
                + (rest > 0 ? " and \(rest) more" : "")
        }
        return "; it knows \(groups.joined(separator: "; "))"
    }
}

/// A word with its end cut off where it is a whole sentence, as in a script without spaces.
private func shortened(_ word: String) -> String {
    word.count > 32 ? word.prefix(31) + "…" : word
}
