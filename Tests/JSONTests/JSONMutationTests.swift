// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// Damaged texts: whatever happens to them, the parser answers, and its answer is consistent.
@Suite struct JSONMutationTests {
    static let seedText = #"""
        {
          "mode": "text-to-video", "prompt": "a \"red\" balloon \u00e9\ud83c\udf88 drifts",
          "seed": 18446744073709551615, "guidance": 5.5e0, "list": [true, false, null, -1],
          "ünicode": {"nested": [[["deep"]]]}
        }
        """#

    @Test(arguments: UInt64(0)..<40)
    func damagedTextsAreAnswered(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let alphabet =
            Array("{}[]\",:\\u0dD8eE+-.1234 tfn\n\r\t\0".utf8) + [0x80, 0xC3, 0xE2, 0xFF]
        for _ in 0..<250 {
            var bytes = Array(Self.seedText.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                if bytes.isEmpty { bytes = [0x20] }
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = alphabet.randomElement(using: &generator) ?? 0
                case 2:
                    bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: place)
                case 3: bytes.removeSubrange(place..<min(place + 9, bytes.count))
                default: bytes = Array(bytes[..<max(place, 1)])
                }
            }
            try check(bytes)
        }
    }

    @Test func everyPrefixIsRefused() {
        let bytes = Array(Self.seedText.utf8)
        for count in 0..<(bytes.count - 1) {
            #expect(throws: JSONError.self) {
                try JSONNode(parsing: Array(bytes[..<count]), limits: .request)
            }
        }
    }

    /// What is accepted says the same after writing and reading; what is refused says why.
    private func check(_ bytes: [UInt8]) throws {
        do throws(JSONError) {
            let node = try JSONNode(parsing: bytes, limits: .request)
            let text = Array(node.value.serialized().utf8)
            let again = try JSONNode(parsing: text, limits: .request)
            #expect(again.value.serialized() == node.value.serialized())
        } catch {
            #expect(!error.reason.isEmpty && !error.hint.isEmpty)
            let lines = String(decoding: bytes, as: UTF8.self).unicodeScalars
                .count { $0 == "\n" || $0 == "\r" }
            #expect(error.position?.line ?? 1 <= lines + 1)
        }
    }
}
