// SPDX-License-Identifier: Apache-2.0

// The only way to the standard library's own NFC, and with it the version of Unicode that the
// running system has; Foundation is not used.
@_spi(_Unicode) import Swift

/// The text that a model reads, cleaned as diffusers' Wan pipelines clean it.
///
/// That is: ftfy's `fix_text` with its default settings, `html.unescape` twice, and every run of
/// whitespace as one space with none at the ends (diffusers 0.42.1,
/// pipelines/wan/pipeline_wan.py, `prompt_clean`; ftfy 6.3.1).
package struct Prompt: Sendable, Equatable {
    /// The cleaned text.
    package let text: String

    /// Cleans `raw`; text of any length and content is accepted.
    package init(cleaning raw: String) {
        let fixed = Prompt.repairingGlitches(Array(raw.unicodeScalars))
        let unescaped = HTMLEntities.unescape(HTMLEntities.unescape(fixed))
        text = Prompt.string(collapsingWhitespace(unescaped))
    }

    /// ftfy's `fix_text`: every line by itself.
    private static func repairingGlitches(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var isMarkup = false
        var start = 0
        while start < text.count {
            let end = (text[start...].firstIndex(of: "\n") ?? text.count - 1) + 1
            let line = Array(text[start..<end])
            // One "<" says that this is HTML, here and on the following lines.
            isMarkup = isMarkup || line.contains("<")
            result.append(contentsOf: repairingLine(line, decodingEntities: !isMarkup))
            start = end
        }
        return result
    }

    private static func repairingLine(
        _ line: [Unicode.Scalar], decodingEntities: Bool
    ) -> [Unicode.Scalar] {
        var text = line
        while true {
            let before = text
            if decodingEntities { text = HTMLEntities.unescapeUnambiguous(text) }
            text = Mojibake.repair(text)
            text = Mojibake.replaceControls(text)
            text = Glyphs.simplify(text)
            text = Glyphs.removingTerminalEscapes(text)
            text.removeAll(where: Glyphs.isInvisibleControl)
            text = Array(string(text)._nfc)
            if text == before { return text }
        }
    }

    private static func string(_ scalars: [Unicode.Scalar]) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
