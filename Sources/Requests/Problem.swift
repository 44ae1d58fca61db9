// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a request.
package struct Problem: Equatable, Sendable {
    /// The path of the value, such as `panels[2].at`; empty when the whole file is meant.
    package var field: String
    /// One sentence: what was wanted, and what came.
    package var message: String
    /// The place in the request, both from 1; nil when no single place is to blame.
    package var line: Int?
    package var column: Int?
    /// What to write instead: the nearest valid spelling, or an example.
    package var hint: String

    /// Makes a problem.
    package init(
        field: String, message: String, line: Int? = nil, column: Int? = nil, hint: String
    ) {
        self.field = field
        self.message = message
        self.line = line
        self.column = column
        self.hint = hint
    }

    /// A name as a sentence repeats it: whole, and as `\u202e`, which JSON understands, what a
    /// terminal or an editor would obey.
    package static func shown(_ text: some StringProtocol) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            let code = String(scalar.value, radix: 16)
            shown +=
                FieldValue.isControl(scalar)
                ? "\\u\(String(repeating: "0", count: 4 - code.count))\(code)" : String(scalar)
        }
        return shown
    }
}
