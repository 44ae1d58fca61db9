// SPDX-License-Identifier: Apache-2.0

/// Finds what somebody meant to write.
package enum Suggestion {
    /// The candidate nearest to `word`, or nil when none is near.
    ///
    /// Case, `-`, `_` and spaces do not count. Near means at most one edit for each three letters,
    /// and at least one; an edit inserts, deletes or replaces a letter or swaps two neighbours.
    package static func nearest(to word: String, among candidates: [String]) -> String? {
        let wanted = letters(of: word)
        guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates {
            let offered = letters(of: candidate)
            let distance = distance(from: wanted, to: offered)
            let allowed = max(1, min(wanted.count, offered.count) / 3)
            if distance <= allowed && distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    private static func letters(of word: String) -> [Character] {
        word.prefix(65).lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// The number of edits between two words (optimal string alignment).
    private static func distance(from a: [Character], to b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var row = [i + 1]
            for (j, other) in b.enumerated() {
                var edits = min(last[j + 1] + 1, row[j] + 1, last[j] + (letter == other ? 0 : 1))
                if i > 0 && j > 0 && letter == b[j - 1] && a[i - 1] == other {
                    edits = min(edits, beforeLast[j - 1] + 1)
                }
                row.append(edits)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
