// SPDX-License-Identifier: Apache-2.0

extension Prompt {
    /// Its words, lower-case: runs of letters, their marks and digits, and every emoji by itself.
    ///
    /// An apostrophe between letters stays, and so does a point or comma between digits; hyphens
    /// and the rest part words, and the 's of an owner is left out. A script without spaces gives
    /// one word for everything between two signs.
    package var words: [String] {
        var words: [String] = []
        var word = ""
        func end() {
            if word.hasSuffix("'s"), word.count > 2 { word.removeLast(2) }
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        let characters = Array(text.lowercased())
        for (index, character) in characters.enumerated() {
            let following = index + 1 < characters.count ? characters[index + 1] : nil
            if let letter = character.wordPart {
                word += letter
            } else if character.isEmoji {
                end()
                words.append(String(character))
            } else if character.joins(word.last, following) {
                word.append(character)
            } else if character != "\u{AD}" {
                // A soft hyphen shows only where a line ends.
                end()
            }
        }
        end()
        return words
    }
}

extension Character {
    /// The letter or digit that this is, without anything around it; nil for everything else.
    fileprivate var wordPart: String? {
        guard let first = unicodeScalars.first, first.isPythonWord, first != "_" else { return nil }
        var part = String(first.withoutStyle)
        for scalar in unicodeScalars.dropFirst() {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark:
                if !scalar.properties.isVariationSelector { part.unicodeScalars.append(scalar) }
            case .enclosingMark, .format: break
            default: part.unicodeScalars.append(scalar)
            }
        }
        return part
    }

    fileprivate var isEmoji: Bool {
        unicodeScalars.first?.properties.isEmojiPresentation == true
            || unicodeScalars.dropFirst().contains("\u{FE0F}")
    }

    /// Whether this sign between two others belongs to their word.
    fileprivate func joins(_ before: Character?, _ after: Character?) -> Bool {
        guard let before, let after, after.wordPart != nil else { return false }
        switch self {
        case "'": return true
        case ".", ",": return before.isNumber && after.isNumber
        default: return false
        }
    }
}

extension Unicode.Scalar {
    /// The small letter that a letter of a mathematical alphabet is to a tokenizer: phones offer
    /// these alphabets as fonts.
    fileprivate var withoutStyle: Unicode.Scalar {
        guard (0x1D400...0x1D6A3).contains(value) else { return self }
        return Unicode.Scalar(UInt8(ascii: "a") + UInt8((value - 0x1D400) % 26))
    }
}
