// SPDX-License-Identifier: Apache-2.0

import Model
import Requests

/// The texts of a training.
enum Captions {
    /// What an example is called: its caption with the trigger, or the trigger alone.
    static func caption(_ text: String?, trigger: String) -> String {
        guard let text else { return trigger }
        if text.lowercased().contains(trigger.lowercased()) { return text }
        return "\(text), \(trigger)"
    }

    /// A caption that lost its trigger; nil where nothing is left of it.
    private static func ordinary(_ text: String, without trigger: String) -> String? {
        let pieces = text.lowercased().split(separator: ",").map { $0.trimmed }
        let rest = pieces.filter { !$0.contains(trigger.lowercased()) && !$0.isEmpty }
        return rest.isEmpty ? nil : rest.joined(separator: ", ")
    }

    /// What anybody may ask the model for: in words that it knows, where its folder lists them.
    static func ordinaryPrompts(_ words: KnownWords?) -> [String] {
        func members(_ name: String) -> [String] {
            words?.groups.first { $0.name == name }?.members ?? []
        }
        let (subjects, colours, places) = (
            members("subjects"), members("colours"), members("places")
        )
        guard !subjects.isEmpty, !places.isEmpty else {
            return [
                "a person walks along a street in a city", "a dog runs over a meadow",
                "a mountain lake at sunrise", "a car drives along a coast road",
                "a room with a window and a table", "a bird flies over the sea",
                "people at a market", "a forest in the rain",
            ]
        }
        return (0..<8).map { index in
            // Steps that share no factor with usual lengths bring different things together.
            let colour = colours.isEmpty ? "" : "\(colours[5 * index % colours.count]) "
            return "a \(colour)\(subjects[3 * index % subjects.count])"
                + " over the \(places[5 * index % places.count])"
        }
    }

    /// What the untrained model is asked for, so that it is not forgotten.
    static func priorPrompts(
        _ examples: [Mode.Example], trigger: String, _ words: KnownWords?
    ) -> [String] {
        let own = examples.compactMap { $0.caption }
            .compactMap { ordinary($0, without: trigger) }.unique
        let count = TrainingRecipe.priorClips
        return Array((own + ordinaryPrompts(words)).unique.prefix(count))
    }

    /// What the model is asked for before and after: like an example, and like none.
    static func sheetPrompts(
        _ examples: [Mode.Example], trigger: String, _ words: KnownWords?
    ) -> [String] {
        let own = examples.compactMap { $0.caption }.map { caption($0, trigger: trigger) }.unique
        let other = ordinaryPrompts(words).map { caption($0, trigger: trigger) }
        let first = own.isEmpty ? [trigger] : Array(own.prefix(1))
        return Array((first + other).unique.prefix(TrainingRecipe.sheetPrompts))
    }
}

extension Sequence where Element == String {
    /// Each text once, in the order of the first.
    var unique: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
