// SPDX-License-Identifier: Apache-2.0

/// Why a request did not become a video, in the form that every result carries.
package struct Failure: Error, Equatable, Sendable {
    /// A word for scripts, such as `bad-request`; it never changes with the wording.
    package var code: String
    /// One sentence for people.
    package var message: String
    /// What to do, in one or two sentences; may be empty.
    package var hint: String
    /// What is wrong with the request, if it is to blame.
    package var problems: [Problem]
    /// The mode of the request, if known; chooses the example in the report.
    package var mode: ModeName?
    /// How to try again, for somebody who has the request back.
    package var retry = Retry.asRequest

    /// What to do with the file that was dropped as a request and lies in the outbox now.
    package enum Retry: Equatable, Sendable {
        /// Move it back under its old name.
        case asRequest
        /// Leave it: it would be refused again.
        case never
    }

    /// The code of a request that cannot be understood or asks for what is not there.
    package static let badRequest = "bad-request"

    /// Makes a failure.
    package init(
        code: String, message: String, hint: String = "", problems: [Problem] = [],
        mode: ModeName? = nil
    ) {
        self.code = code
        self.message = message
        self.hint = hint
        self.problems = problems
        self.mode = mode
    }
}
