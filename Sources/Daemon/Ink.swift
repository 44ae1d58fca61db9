// SPDX-License-Identifier: Apache-2.0

internal import Service

/// The colours of words on a terminal, and none elsewhere.
struct Ink: Sendable {
    /// What a word stands for, which its colour says once more.
    enum Meaning: String, Sendable {
        case good = "32"
        case busy = "36"
        case waiting = "33"
        case bad = "31"
        case quiet = "2"
        case title = "1"
    }

    let isColoured: Bool

    /// Ink for what is written to a descriptor; see ``Service/Terminal``.
    init(on descriptor: Int32) { isColoured = Terminal.hasColours(behind: descriptor) }

    init(isColoured: Bool) { self.isColoured = isColoured }

    func callAsFunction(_ text: String, _ meaning: Meaning) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(meaning.rawValue)m\(text)\u{1B}[0m" : text
    }
}
