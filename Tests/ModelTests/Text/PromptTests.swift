// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing
import Weights

@testable import Model

/// A prompt as it is written, and what diffusers and transformers make of it.
struct GoldenPrompt: Sendable, CustomTestStringConvertible {
    let raw: String
    let text: String
    /// The tokens of the cleaned text, by tokenizer folder.
    let tokens: [String: [Int]]
    /// The tokens of the text as it is written, by tokenizer folder.
    let rawTokens: [String: [Int]]

    var testDescription: String { String(raw.unicodeScalars.prefix(40)) }

    static let all: [GoldenPrompt] = {
        do {
            let root = try JSONFile.read("\(Golden.folder)/text/prompts.json")
            return (root.array ?? []).map { entry in
                func tokens(_ key: String) -> [String: [Int]] {
                    (entry[key]?.members ?? []).reduce(into: [:]) {
                        $0[$1.key] = $1.value.array?.compactMap(\.int)
                    }
                }
                return GoldenPrompt(
                    raw: entry["raw"]?.string ?? "", text: entry["text"]?.string ?? "",
                    tokens: tokens("tokens"), rawTokens: tokens("rawTokens"))
            }
        } catch {
            Issue.record(error)
            return []
        }
    }()
}

@Suite("Prompts are cleaned as diffusers cleans them")
struct PromptTests {
    @Test func `there are golden prompts`() {
        #expect(GoldenPrompt.all.count > 120)
    }

    @Test(arguments: GoldenPrompt.all)
    func `text equals prompt_clean`(prompt: GoldenPrompt) {
        let text = Prompt(cleaning: prompt.raw).text
        #expect(Array(text.unicodeScalars) == Array(prompt.text.unicodeScalars))
    }

    @Test func `a prompt of the largest size is cleaned`() {
        // Each round of the clean-up takes one level off, so this asks for many rounds.
        let prompt = Prompt(cleaning: "&" + String(repeating: "amp;", count: 2_000))
        #expect(prompt.text == "&")
    }
}

@Suite("UTF-8 decoding")
struct UTF8VariantsTests {
    @Test(
        arguments: [
            [0x80], [0xC3], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xC3, 0x28], [0xE2, 0x82],
        ] as [[UInt8]])
    func `damaged bytes are refused`(bytes: [UInt8]) {
        #expect(decodeUTF8(bytes, variants: true) == nil)
    }

    @Test func `variants are understood when they are asked for`() {
        let pair: [UInt8] = [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]
        #expect(decodeUTF8(pair, variants: true) == ["😀"])
        #expect(decodeUTF8(pair, variants: false) == nil)
        #expect(decodeUTF8([0xC0, 0x80], variants: true) == ["\0"])
        #expect(decodeUTF8([0xC0, 0x80], variants: false) == nil)
    }
}
