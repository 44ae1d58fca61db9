// SPDX-License-Identifier: Apache-2.0

import Requests
import Testing

/// A wrong request and the sentences that its writer reads.
struct ProblemCase: CustomTestStringConvertible {
    let text: String
    /// `field: message hint`, one for each problem.
    let sentences: [String]
    var testDescription: String { text }

    init(_ text: String, _ sentence: String) {
        self.init(text, all: sentence)
    }

    init(_ text: String, all sentences: String...) {
        self.init(text, sentences)
    }

    init(_ text: String, _ sentences: [String]) {
        self.text = text
        self.sentences = sentences
    }

    /// A request for the first mode with one key set to a wrong value.
    init(_ key: String, _ value: String, mode: ModeName = .textToVideo, _ sentence: String) {
        text = Request.example(mode: mode, [key: value])
        sentences = [sentence]
    }

    /// What validation says.
    var found: [String] {
        problems(text).map { "\($0.field): \($0.message) \($0.hint)" }
    }
}
