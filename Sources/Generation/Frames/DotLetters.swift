// SPDX-License-Identifier: Apache-2.0

import Media

extension Picture {
    /// Writes a word in light grey, each letter 5 by 7 dots, with its upper left corner at (x, y).
    ///
    /// * `dot`: Pixels of a dot's side. Letters that are not among ``DotLetters`` stay empty, and what
    ///   lies outside the picture is left out.
    mutating func write(_ word: String, x: Int, y: Int, dot: Int) {
        for (position, letter) in word.enumerated() {
            for (row, dots) in (DotLetters.rows[letter] ?? []).enumerated() {
                for column in 0..<5 where dots & (16 >> column) != 0 {
                    fill(
                        x: x + dot * (DotLetters.advance * position + column), y: y + dot * row,
                        side: dot)
                }
            }
        }
    }

    private mutating func fill(x: Int, y: Int, side: Int) {
        for py in max(y, 0)..<max(min(y + side, height), max(y, 0)) {
            for px in max(x, 0)..<max(min(x + side, width), max(x, 0)) {
                let start = 3 * (py * width + px)
                pixels.replaceSubrange(start..<start + 3, with: DotLetters.colour)
            }
        }
    }
}

/// The few letters that pictures of results are labelled with.
enum DotLetters {
    /// Dots from one letter to the next.
    static let advance = 6
    /// Dots from the top of a letter to its foot.
    static let height = 7
    static let colour: [UInt8] = [210, 210, 210]

    /// Rows of five dots, the left one being the highest bit.
    static let rows: [Character: [UInt8]] = [
        "a": [0, 0, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111],
        "b": [0b10000, 0b10000, 0b10110, 0b11001, 0b10001, 0b10001, 0b11110],
        "e": [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110],
        "f": [0b00110, 0b01001, 0b01000, 0b11100, 0b01000, 0b01000, 0b01000],
        "o": [0, 0, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110],
        "r": [0, 0, 0b10110, 0b11001, 0b10000, 0b10000, 0b10000],
        "s": [0, 0, 0b01111, 0b10000, 0b01110, 0b00001, 0b11110],
        "t": [0b01000, 0b01000, 0b11100, 0b01000, 0b01000, 0b01001, 0b00110],
        ".": [0, 0, 0, 0, 0, 0b01100, 0b01100],
        "0": [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        "1": [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        "2": [0b01110, 0b10001, 0b00001, 0b00010, 0b00100, 0b01000, 0b11111],
        "3": [0b11111, 0b00010, 0b00100, 0b00010, 0b00001, 0b10001, 0b01110],
        "4": [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        "5": [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        "6": [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        "7": [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        "8": [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        "9": [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
    ]
}
