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
}
